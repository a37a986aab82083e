"""Zips as one does for Lambda: `zip.py ARCHIVE SOURCE NAME ...`, files or folders."""

import sys
import zipfile
from pathlib import Path


def main(archive: str, *words: str) -> None:
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as out:
        for source, name in zip(words[::2], words[1::2], strict=True):
            path = Path(source)
            for file in [path] if path.is_file() else sorted(path.rglob("*")):
                if file.is_file() and "__pycache__" not in file.parts:
                    out.write(file, Path(name) / file.relative_to(path))


if __name__ == "__main__":
    main(*sys.argv[1:])
