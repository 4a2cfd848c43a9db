"""JSON that others wrote: read within bounds, and taken apart without trusting a type."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import IO, Any

import numpy as np
import numpy.typing as npt

from cpsam_core.images.files import AnyPath, saving
from cpsam_core.images.json_values import as_list, as_number, as_text, as_whole, load_json

__all__ = [
    "as_list",
    "as_number",
    "as_text",
    "as_whole",
    "compact",
    "corners",
    "load_json",
    "ring_texts",
    "saving_text",
]

FARTHEST_PX = 1 << 31
"""No image has a corner beyond this."""


def compact(value: Any) -> str:
    """Return a value as JSON without blanks; numbers that JSON lacks are refused."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def saving_text(path: AnyPath, pieces: Iterable[str]) -> None:
    """Write pieces of text as UTF-8 one after another, in one step.

    Raises
    ------
    ImageError
        Writing failed; nothing was overwritten.
    """
    with (
        saving(path) as temporary,
        temporary.open(
            # File names may hold bytes that are no UTF-8; escaped this way they are JSON, too.
            "w",
            encoding="utf-8",
            errors="backslashreplace",
            newline="\n",
        ) as file,
    ):
        _write_all(file, pieces)


def corners(value: Any) -> npt.NDArray[np.float64]:
    """Return a list of [x, y] (further numbers are ignored) or [x, y, x, y, ...] as corners (n, 2).

    Raises
    ------
    ValueError
        It is no such list, or lies beyond any image.
    """
    array = np.array(value, np.float64)
    if array.ndim == 1 and len(array) % 2 == 0:
        array = array.reshape(-1, 2)
    if array.ndim != 2 or array.shape[1] < 2 or len(array) < 3:
        raise ValueError("an outline is a list of three points x, y at least")
    array = array[:, :2]
    if not np.isfinite(array).all() or np.abs(array).max() > FARTHEST_PX:
        raise ValueError("an outline lies beyond any image")
    return array


def ring_texts(rings: Sequence[npt.NDArray[np.int32]]) -> Iterator[str]:
    """Yield each ring as JSON, ``[[x,y],[x,y],...]``, closed as GeoJSON has it: the first corner ends it too.

    The digits of all corners are worked out at once: written one by one they take most of the time of an export.

    Parameters
    ----------
    rings
        Corners (n, 2), whole numbers of 0 or more.
    """
    if not rings:
        return
    corners = np.concatenate([piece for ring in rings for piece in (ring, ring[:1])])
    width = len(str(int(corners.max())))
    # A row of bytes a corner: [ digits , digits ] and the comma to the next.
    rows = np.empty((len(corners), 2 * width + 4), np.uint8)
    kept = np.ones(rows.shape, bool)
    rows[:, 0], rows[:, width + 1], rows[:, -2], rows[:, -1] = b"[,],"
    for axis in (0, 1):
        rest = corners[:, axis].copy()
        for place in range(width - 1, -1, -1):
            column = 1 + axis * (width + 1) + place
            kept[:, column] = (rest > 0) | (place == width - 1)
            rest, digit = np.divmod(rest, 10)
            rows[:, column] = digit + ord("0")
    text = rows[kept].tobytes().decode("ascii")
    ends = np.cumsum(np.count_nonzero(kept, axis=1))[np.cumsum([len(ring) + 1 for ring in rings]) - 1]
    start = 0
    for end in ends.tolist():
        yield f"[{text[start : end - 1]}]"
        start = end


def _write_all(file: IO[str], pieces: Iterable[str]) -> None:
    for piece in _gathered(pieces):
        file.write(piece)


def _gathered(pieces: Iterable[str], size: int = 1 << 20) -> Iterator[str]:
    """Join small pieces: a call for each costs more than its writing."""
    waiting: list[str] = []
    length = 0
    for piece in pieces:
        waiting.append(piece)
        length += len(piece)
        if length >= size:
            yield "".join(waiting)
            waiting, length = [], 0
    yield "".join(waiting)
