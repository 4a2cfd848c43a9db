"""JSON that others wrote: read within bounds, its values taken without trusting a type."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

from cpsam_core.errors import ImageError
from cpsam_core.images.files import opening
from cpsam_core.system.paths import ordinary

__all__ = ["as_list", "as_number", "as_text", "as_whole", "load_json", "parse_json"]

MOST_BYTES = 1 << 30
"""Size over which a file is refused: a gigabyte of outlines is some millions of objects."""


def load_json(path: Path, what: str) -> Any:
    """Read a JSON file.

    Parameters
    ----------
    path
        File.
    what
        What it should be, for errors: ``"GeoJSON"``.

    Raises
    ------
    ImageError
        Too large, no JSON, or nested without end.
    """
    with opening(path):
        if path.stat().st_size > MOST_BYTES:
            raise ImageError(f"{path} is larger than a gigabyte and is not read as {what}.")
        data = ordinary(path).read_bytes()
    return parse_json(data, path, what)


def parse_json(data: bytes, path: Path, what: str) -> Any:
    """Return the value of a JSON text; else as :func:`load_json`."""
    try:
        return json.loads(data.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        # Among the values: text that is no UTF-8, and numbers of thousands of digits.
        raise ImageError(f"{path} is not a readable {what} file ({str(error).splitlines()[0]}).") from error


def as_list(value: Any) -> list[Any]:
    """Return a list, empty where the value is none."""
    return value if isinstance(value, list) else []


def as_text(value: Any) -> str:
    """Return a text of sensible length, "" where the value is none."""
    return value[:1000] if isinstance(value, str) else ""


def as_number(value: Any) -> float | None:
    """Return a finite number, None where the value is none."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if math.isfinite(number) else None


def as_whole(value: Any) -> int | None:
    """Return a whole number of up to 63 bits, None where the value is none."""
    number = as_number(value)
    return None if number is None or number != int(number) or abs(number) >= 2**63 else int(value)
