"""Files that the tools of `frameworks/` read and write."""

from __future__ import annotations

import csv
import gzip
import io
import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any


def written_csv(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return CSV text (RFC 4180 quoting, LF)."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return text.getvalue()


def read_csv(path: Path) -> list[dict[str, str]]:
    """Return the rows of a CSV file with a header."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def read_lines(path: Path) -> Iterator[Any]:
    """Yield the values of a gzipped NDJSON file."""
    with gzip.open(path, "rt", encoding="utf-8") as file:
        yield from map(json.loads, file)


def read_object(path: Path) -> dict[str, Any]:
    """Return the object of a gzipped JSON file."""
    with gzip.open(path, "rt", encoding="utf-8") as file:
        found: dict[str, Any] = json.load(file)
    return found


def packed(text: str) -> bytes:
    """Return text gzipped, with neither time nor name."""
    buffer = io.BytesIO()
    with gzip.GzipFile(filename="", mode="wb", compresslevel=9, fileobj=buffer, mtime=0) as file:
        file.write(text.encode())
    return buffer.getvalue()


def is_packed(path: Path, text: str) -> bool:
    """Tell whether a file holds a text packed, whatever its compressed bytes."""
    try:
        return gzip.decompress(path.read_bytes()) == text.encode()
    except (OSError, EOFError):
        return False
