"""Checks every vector against tests/vectors/schema.json (JSON Schema 2020-12).

The runners read the same files with closed types; this keeps the schema true for other languages.
"""

import json
import sys
from pathlib import Path

from jsonschema import Draft202012Validator

TESTS = Path(__file__).resolve().parent.parent


def main() -> int:
    validator = Draft202012Validator(json.loads((TESTS / "vectors/schema.json").read_text()))
    files = sorted(TESTS.glob("vectors/*/*.json")) + sorted(TESTS.glob("regressions/*/*.json"))
    failures = 0
    for file in files:
        for error in validator.iter_errors(json.loads(file.read_text())):
            failures += 1
            print(f"{file.relative_to(TESTS)}: {error.json_path}: {error.message}")
    print(f"schema: {len(files) - failures} passed, {failures} failed")
    return 1 if failures or not files else 0


if __name__ == "__main__":
    sys.exit(main())
