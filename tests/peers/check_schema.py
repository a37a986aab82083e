"""Checks what is written down against its schema (JSON Schema 2020-12): every vector against
tests/vectors/schema.json, and the output of `explain --json`, of every scenario and of a log,
against docs/explain.schema.json.

The runners read the same files with closed types; this keeps the schemas true for other languages.
"""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from jsonschema import Draft202012Validator
from jsonschema.exceptions import best_match

ROOT = Path(__file__).resolve().parent.parent.parent
TESTS = ROOT / "tests"
PROGRAM = Path(os.environ.get("EDGEPASS_BIN", ROOT / "target/debug/edgepass"))


def vectors() -> Iterator[tuple[str, object]]:
    files = sorted(TESTS.glob("vectors/*/*.json")) + sorted(TESTS.glob("regressions/*/*.json"))
    for file in files:
        yield str(file.relative_to(TESTS)), json.loads(file.read_text())


def explanations() -> Iterator[tuple[str, object]]:
    for file in sorted(TESTS.glob("explain/scenarios/*/scenario.json")):
        arguments = json.loads(file.read_text())["arguments"]
        yield f"explain {file.parent.name}", explain(file.parent, *arguments)
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "log"
        subprocess.run([TESTS / "explain/make_log", "1", log], check=True)
        yield "explain --log", explain(log.parent, "--log", "log")
        log.write_text(log.read_text().partition("\n2026-")[0] + "\n")
        yield "explain --log, empty", explain(log.parent, "--log", "log")


def explain(folder: Path, *arguments: str) -> object:
    command = [PROGRAM, "explain", *arguments, "--json"]
    run = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    if run.returncode not in (0, 1):
        return run.stderr
    return json.loads(run.stdout)


def failures(name: str, schema: Path, instances: Iterator[tuple[str, object]]) -> int:
    validator = Draft202012Validator(json.loads(schema.read_text()))
    passed = failed = 0
    for instance, value in instances:
        error = best_match(validator.iter_errors(value))
        if error:
            failed += 1
            print(f"{instance}: {error.json_path}: {error.message}")
        else:
            passed += 1
    print(f"{name}: {passed} passed, {failed} failed")
    return failed if passed else 1


def main() -> int:
    failed = failures("vectors", TESTS / "vectors/schema.json", vectors())
    failed += failures("explanations", ROOT / "docs/explain.schema.json", explanations())
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
