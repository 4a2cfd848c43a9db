"""Run-length codes of COCO: lengths of background and object in turn, down the columns from left to right.

A compressed code is a text: each length (from the third on the difference to the one two before) is cut into pieces of
five bits, the lowest first, written as characters from code 48 on; a sixth bit says that more follow, and the
highest bit of the last piece is the sign. Source: the COCO data format and its mask API.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

from cpsam_core.labels import runs_of

__all__ = ["counts_of_text", "labels_to_counts", "pixels_of_counts", "texts_of_counts"]

Whole = npt.NDArray[np.int64]

MOST_PIECES = 13
"""Pieces of five bits that a length of 63 bits has at most."""


def labels_to_counts(labels: npt.NDArray[Any]) -> tuple[npt.NDArray[Any], list[Whole]]:
    """Return (ids, ascending; counts of each object): background first, then object and background in turn.

    Parameters
    ----------
    labels
        Integers (y, x).
    """
    runs = runs_of(np.ascontiguousarray(labels.T))
    ids, index = runs.objects()
    if len(ids) == 0:
        return ids, []
    order = np.argsort(index, kind="stable")
    index, starts, ends = index[order], runs.starts[order], (runs.starts + runs.lengths)[order]
    # Runs end with their column here, and not in COCO: those that meet are one.
    begins = np.ones(len(order), bool)
    begins[1:] = (index[1:] != index[:-1]) | (starts[1:] != ends[:-1])
    first = np.flatnonzero(begins)
    starts, ends, index = starts[first], ends[np.append(first[1:], len(order)) - 1], index[first]
    objects = np.searchsorted(index, np.arange(len(ids) + 1))
    before = np.roll(ends, 1)
    before[objects[:-1]] = 0
    # The background up to each run and the run, and behind the last one the rest of the image.
    counts = np.stack([starts - before, ends - starts], axis=1).reshape(-1).astype(np.int64)
    rest = labels.size - ends[objects[1:] - 1]
    counts = np.insert(counts, 2 * objects[1:], rest)
    shifted = 2 * objects + np.arange(len(objects))
    # No length of nothing at the end: COCO's own program writes none.
    last = shifted[1:] - (rest == 0)
    result = [counts[a:b] for a, b in zip(shifted[:-1].tolist(), last.tolist(), strict=True)]
    return ids, result


def texts_of_counts(counts: list[Whole]) -> Iterator[str]:
    """Yield the compressed code of each object; all are worked out at once."""
    if not counts:
        return
    values = np.concatenate(counts)
    lengths = np.array([len(one) for one in counts])
    place = np.arange(len(values)) - np.repeat(np.cumsum(lengths) - lengths, lengths)
    later = np.flatnonzero(place > 2)
    coded = values.copy()
    coded[later] -= values[later - 2]
    pieces = np.zeros((len(coded), MOST_PIECES), np.uint8)
    kept = np.zeros(pieces.shape, bool)
    more = np.ones(len(coded), bool)
    for column in range(MOST_PIECES):
        piece = coded & 31
        coded >>= 5
        kept[:, column] = more
        # What is left is but the sign.
        done = coded == np.where(piece & 16, -1, 0)
        pieces[:, column] = piece + np.where(done, 0, 32) + 48
        more &= ~done
        if not more.any():
            break
    text = pieces[kept].tobytes().decode("ascii")
    ends = np.cumsum(kept.sum(axis=1))[np.cumsum(lengths) - 1]
    start = 0
    for end in ends.tolist():
        yield text[start:end]
        start = end


def counts_of_text(text: str) -> Whole:
    """Return the lengths of a compressed code.

    Raises
    ------
    ValueError
        It is none.
    """
    codes = np.frombuffer(text.encode("ascii"), np.uint8).astype(np.int64) - 48
    if len(codes) == 0:
        return np.zeros(0, np.int64)
    if codes.min() < 0 or codes.max() > 63 or codes[-1] & 32:
        raise ValueError("its run-length code is damaged")
    first = np.flatnonzero(np.append(True, codes[:-1] & 32 == 0))
    lengths = np.diff(first, append=len(codes))
    if lengths.max() > MOST_PIECES - 1:
        raise ValueError("its run-length code is damaged")
    place = np.arange(len(codes)) - np.repeat(first, lengths)
    values = np.add.reduceat((codes & 31) << (5 * place), first)
    last = codes[first + lengths - 1]
    values -= np.where(last & 16, np.int64(1) << (5 * lengths), 0)
    # From the third on each is the difference to the one two before: sums over every other one.
    counts = values.copy()
    for parity in (1, 2):
        counts[parity::2] = np.cumsum(values[parity::2])
    return counts


def pixels_of_counts(counts: Whole, height: int, width: int) -> Iterator[tuple[Whole, Whole]]:
    """Yield (rows, columns) of the pixels of an object, some millions at a time.

    Raises
    ------
    ValueError
        The lengths do not add up to the size of the image.
    """
    if len(counts) and (counts.min() < 0 or counts.max() > height * width):
        raise ValueError("its run-length code is damaged")
    if int(counts.sum()) > height * width:
        raise ValueError("its run-length code belongs to an image of another size")
    ends = np.cumsum(counts)[1::2]
    lengths = counts[1::2]
    step = 1 << 22
    total = np.cumsum(lengths)
    for low in range(0, int(total[-1]) if len(total) else 0, step):
        number = np.arange(low, min(low + step, int(total[-1])))
        run = np.searchsorted(total, number, side="right")
        columns, rows = np.divmod(ends[run] - (total[run] - number), height)
        yield rows, columns
