"""The candidates of a plane as runs: which of them are objects is decided anew without touching all pixels.

A threshold rejects some candidates, and the holes of the others are filled. Both is a matter of runs, of which there
are few hundred thousand where the image has tens of millions of pixels; pixels are written once, at the end.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse
from scipy.sparse import csgraph
from scipy.special import expit

from cpsam_core.labels.holes import extents_of, owners_of_cavities
from cpsam_core.labels.runs import Runs, bands, whole_runs
from cpsam_core.labels.table import ObjectTable, table_of_runs
from cpsam_core.system.side_by_side import on_all_cores

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from cpsam_core.dynamics.find import Candidates

    Labels = NDArray[np.uint32]
    Whole = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class ChosenMasks:
    """Objects that were chosen among candidates.

    Attributes
    ----------
    runs
        All runs of the labels, in the order of rows: 0 is background, objects are 1, 2, 3, ... in the order in which
        rows meet them.
    flow_errors, probabilities : (n,) float32
        Of these objects.
    """

    runs: Runs
    flow_errors: NDArray[np.float32]
    probabilities: NDArray[np.float32]

    @property
    def labels(self) -> Labels:
        """Return (y, x) uint32, made each time."""
        return self.runs.painted()

    @property
    def ids(self) -> Labels:
        """The numbers of the objects, in rising order."""
        return np.arange(1, len(self.flow_errors) + 1, dtype=np.uint32)

    @cached_property
    def objects(self) -> ObjectTable:
        """All that is known of the objects; measured when it is first asked for, which takes a fifth of choosing."""
        runs = self.runs.where(np.flatnonzero(self.runs.values))
        return table_of_runs(runs, flow_errors=self.flow_errors, probabilities=self.probabilities)


@dataclass(frozen=True, eq=False)
class CandidateRuns:
    """Candidates of a plane before those that are small or do not fit the flows are rejected.

    Attributes
    ----------
    runs
        All runs in the order of rows, background with the value 0.
    sums : (n,) float64
        Sum of the cell probabilities of the pixels of each run.
    areas : (n,) int64
        Pixels of each candidate, by number.
    flow_errors : (n,) float32
        By number.
    """

    runs: Runs
    sums: NDArray[np.float64]
    areas: Whole
    flow_errors: NDArray[np.float32]

    @classmethod
    def of(cls, found: Candidates, logits: NDArray[np.floating]) -> CandidateRuns:
        """Return the candidates of a plane with these logits."""
        labels = found.labels
        runs = whole_runs(labels)
        starts = runs.starts
        sums = np.zeros(len(starts))
        width = labels.shape[1]

        def add_up(band: slice) -> None:
            first, last = np.searchsorted(starts, (band.start * width, band.stop * width))
            values = expit(logits[band]).reshape(-1)
            sums[first:last] = np.add.reduceat(values, starts[first:last] - band.start * width)

        on_all_cores(add_up, bands(labels.shape))
        return cls(runs, sums, found.areas, found.flow_errors)

    @property
    def nbytes(self) -> int:
        """Memory that they take."""
        arrays = (self.runs.starts, self.runs.lengths, self.runs.values, self.sums, self.areas)
        return sum(one.nbytes for one in arrays)

    def rejected(self, flow_threshold: float, min_size: int) -> NDArray[np.bool_]:
        """Return which candidates are rejected, by number: small ones, and those that do not fit the flows."""
        bad = self.areas < min_size
        if flow_threshold > 0:
            bad = bad | (self.flow_errors > flow_threshold)
        return bad

    def within(self, rows: slice) -> CandidateRuns:
        """Return what lies in some rows of the plane; each candidate goes on being chosen by all of its pixels."""
        width = self.runs.shape[1]
        first, last = np.searchsorted(self.runs.starts, (rows.start * width, rows.stop * width))
        runs = replace(self.runs.where(np.arange(first, last)), shape=(rows.stop - rows.start, width))
        return replace(
            self, runs=replace(runs, starts=runs.starts - rows.start * width), sums=self.sums[first:last]
        )

    def masks(
        self, numbers: NDArray[np.integer]
    ) -> Iterator[tuple[int, tuple[slice, slice], NDArray[np.bool_]]]:
        """Yield number, place (rows, columns) and pixels there (y, x) of some candidates, in the order given."""
        wanted = np.zeros(len(self.areas), np.bool_)
        wanted[numbers] = True
        runs = self.runs.where(wanted[self.runs.values])
        order = np.argsort(runs.values, kind="stable")
        values = runs.values[order]
        row, left = np.divmod(runs.starts[order], self.runs.shape[1])
        right = left + runs.lengths[order]
        for number in np.asarray(numbers).tolist():
            first, last = np.searchsorted(values, (number, number + 1))
            if first == last:
                continue
            y, x0, x1 = row[first:last], left[first:last], right[first:last]
            top, edge = int(y.min()), int(x0.min())
            mask = np.zeros((int(y.max()) + 1 - top, int(x1.max()) - edge), np.bool_)
            for line, start, stop in zip(
                (y - top).tolist(), (x0 - edge).tolist(), (x1 - edge).tolist(), strict=True
            ):
                mask[line, start:stop] = True
            yield number, (slice(top, top + mask.shape[0]), slice(edge, edge + mask.shape[1])), mask

    def choose(self, *, flow_threshold: float = 0.4, min_size: int = 15) -> ChosenMasks:
        """Reject objects that are small or do not fit the flows, and fill the holes of the others."""
        values = np.where(self.rejected(flow_threshold, min_size), 0, np.arange(len(self.areas)))
        chosen = values.astype(np.uint32)[self.runs.values]
        chosen = _filled(self.runs, chosen)
        numbers, errors = _in_order_of_rows(chosen, self.flow_errors)
        chosen = numbers[chosen]
        inside = np.flatnonzero(chosen)
        index = chosen[inside].astype(np.int64) - 1
        sizes = np.bincount(index, weights=self.runs.lengths[inside], minlength=len(errors))
        means = np.bincount(index, weights=self.sums[inside], minlength=len(errors)) / np.maximum(sizes, 1)
        return ChosenMasks(replace(self.runs, values=chosen), errors, means.astype(np.float32))


def _filled(runs: Runs, values: Labels) -> Labels:
    """Return the values of all runs, in order, when the holes of every object are filled; see `labels.fill_holes`."""
    if min(runs.shape) < 3 or not len(values):
        return values
    width = runs.shape[1]
    heads = np.flatnonzero((runs.starts % width == 0) | (values != np.roll(values, 1)))
    starts, joined = runs.starts[heads], values[heads]
    ends = np.append(starts[1:], runs.shape[0] * width)
    empty = np.flatnonzero(joined == 0)
    piece, inner = _pieces(starts[empty], ends[empty], runs.shape)
    holes = np.flatnonzero(inner[piece])
    if not len(holes):
        return values
    # Few and small: what follows touches them and what is beside them, and paints no image.
    cavity = (np.cumsum(inner) - 1)[piece[holes]]
    first, last = starts[empty[holes]], ends[empty[holes]]
    pixel = np.zeros(int(cavity.max()) + 1, np.int64)
    pixel[cavity] = first
    owners = owners_of_cavities(
        _beside(starts, joined, (first, last), cavity, width),
        lambda number: divmod(int(pixel[number]), width),
        _boxes(first, last - first, cavity, width),
        _RunsAround(Runs(starts, ends - starts, joined, runs.shape)),
    )
    joined = joined.copy()
    joined[empty[holes]] = owners[cavity]
    result: Labels = np.repeat(joined, np.diff(heads, append=len(values)))
    return result


def _pieces(starts: Whole, ends: Whole, shape: tuple[int, ...]) -> tuple[Whole, NDArray[np.bool_]]:
    """Return the connected piece of background of each of its runs, and which pieces touch no edge of the image."""
    rows, width = shape
    count = len(starts)
    # Those of the next row that lie below it: none of them begins after its end or ends before its start.
    low = np.searchsorted(ends, starts + width, side="right")
    high = np.searchsorted(starts, ends + width, side="left")
    below = np.maximum(high - low, 0)
    above = np.repeat(np.arange(count), below)
    within = np.arange(len(above)) - np.repeat(np.cumsum(below) - below, below)
    graph = sparse.coo_matrix(
        (np.ones(len(above), np.bool_), (above, low[above] + within)), shape=(count, count)
    )
    pieces, piece = csgraph.connected_components(graph, directed=False)
    edge = (starts < width) | (starts >= (rows - 1) * width) | (starts % width == 0) | (ends % width == 0)
    inner = np.ones(pieces, np.bool_)
    inner[piece[edge]] = False
    return piece.astype(np.int64), inner


def _beside(starts: Whole, values: Labels, holes: tuple[Whole, Whole], cavity: Whole, width: int) -> Whole:
    """Return (pairs, 2): the cavity of each hole with each label beside it along an axis, in rising order.

    All runs of the image are given by `starts` and `values`, the holes by their first pixels and those past the last;
    none of them lies at an edge.
    """
    first, last = holes
    base = int(values.max()) + 1
    found = []
    for begin, end in (
        (first - 1, first),
        (last, last + 1),
        (first - width, last - width),
        (first + width, last + width),
    ):
        low = np.searchsorted(starts, begin, side="right") - 1
        count = np.searchsorted(starts, end, side="left") - low
        of_hole = np.repeat(np.arange(len(first)), count)
        within = np.arange(len(of_hole)) - np.repeat(np.cumsum(count) - count, count)
        labels = values[low[of_hole] + within].astype(np.int64)
        touched = labels > 0
        found.append(np.unique(cavity[of_hole[touched]] * base + labels[touched]))
    return np.stack(np.divmod(np.unique(np.concatenate(found)), base), axis=1)


class _RunsAround:
    """The objects of a plane of which these are all runs."""

    def __init__(self, runs: Runs) -> None:
        self._runs = runs

    def extents(self, wanted: Whole) -> dict[int, tuple[slice, ...]]:
        # Those of the others are never asked for.
        self._runs = self._runs.where(np.isin(self._runs.values, wanted))
        return extents_of(self._runs, wanted)

    def mask(self, label: int, box: tuple[slice, ...]) -> NDArray[np.bool_]:
        rows, columns = box
        runs = self._runs.where(self._runs.values == label)
        mask = np.zeros((rows.stop - rows.start, columns.stop - columns.start), np.bool_)
        row, left = np.divmod(runs.starts, runs.shape[1])
        for y, x, length in zip(
            (row - rows.start).tolist(), (left - columns.start).tolist(), runs.lengths.tolist(), strict=True
        ):
            mask[y, x : x + length] = True
        return mask


def _boxes(first: Whole, lengths: Whole, cavity: Whole, width: int) -> list[tuple[slice, ...]]:
    """Return the box of each cavity, of which these are the runs."""
    count = int(cavity.max()) + 1
    row, left = np.divmod(first, width)
    low, high = np.full((2, count), np.iinfo(np.int64).max), np.zeros((2, count), np.int64)
    for axis, (start, stop) in enumerate(((row, row + 1), (left, left + lengths))):
        np.minimum.at(low[axis], cavity, start)
        np.maximum.at(high[axis], cavity, stop)
    return [
        (slice(y0, y1), slice(x0, x1))
        for y0, y1, x0, x1 in zip(
            low[0].tolist(), high[0].tolist(), low[1].tolist(), high[1].tolist(), strict=True
        )
    ]


def _in_order_of_rows(values: Labels, errors: NDArray[np.float32]) -> tuple[Labels, NDArray[np.float32]]:
    """Return the new number of each old one, from 1 in the order in which rows meet them, and the errors so."""
    meets = np.full(len(errors), len(values))
    # The last one written counts: from behind, that is the first run.
    meets[values[::-1]] = np.arange(len(values))[::-1]
    meets[0] = len(values)
    present = np.flatnonzero(meets < len(values))
    old = present[np.argsort(meets[present], kind="stable")]
    numbers = np.zeros(len(errors), np.uint32)
    numbers[old] = np.arange(1, len(old) + 1, dtype=np.uint32)
    return numbers, errors[old]
