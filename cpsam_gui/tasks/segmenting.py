"""Running the network, and making objects of stored flows with other thresholds."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from cpsam_gui.operations.compose import compose_with_ids, rename
from cpsam_gui.operations.identities import former_identities
from cpsam_gui.operations.replacing import covered
from cpsam_gui.state.snapshot import Snapshot
from cpsam_gui.tasks.deleted import deleted_by_hand
from cpsam_gui.tasks.records import MaskResult, PreviousMasks, ready_to_land, records_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from numpy.typing import NDArray

    from cpsam_core.images import Image
    from cpsam_core.progress import Progress
    from cpsam_core.segment.mask_memory import MaskMemory
    from cpsam_core.segment.output import NetworkOutput
    from cpsam_core.segment.segmenter import Segmentation, Settings
    from cpsam_gui.runs.segmenter import Segments
    from cpsam_gui.state.objects import ObjectRecord
    from cpsam_gui.state.steps import Labels, Step


@dataclass(frozen=True, slots=True)
class RunOutcome:
    """A run on a whole image: what the engine returned, and the same put together with what stays."""

    result: Segmentation
    found: MaskResult
    seconds: float = 0.0
    """What the engine took, loading the model left out."""


def segment(
    image: Image,
    settings: Settings,
    load: Callable[[Progress], Segments],
    kept: PreviousMasks,
    progress: Progress,
) -> RunOutcome:
    """Run the network on an image and make the object table of the result."""
    result, seconds = run_network(image, settings, load, progress)
    return RunOutcome(result, combine(result, image.pixels.shape[:3], kept, progress), seconds)


def run_network(
    image: Image, settings: Settings, load: Callable[[Progress], Segments], progress: Progress
) -> tuple[Segmentation, float]:
    """Load the model if need be and run it; return the result and the seconds that the run itself took."""
    progress(0, 1, "Loading the model")
    segmenter = load(progress)
    start = time.monotonic()
    result = segmenter.segment(image, settings, progress)
    return result, time.monotonic() - start


def measure(
    image: Image, plane: int, settings: Settings, load: Callable[[Progress], Segments], progress: Progress
) -> float | None:
    """Return the diameter in pixels of typical cells of one plane; None where the model sees none."""
    progress(0, 1, "Loading the model")
    segmenter = load(progress)
    flat = replace(image, pixels=image.pixels[plane : plane + 1])
    return segmenter.measure(flat, replace(settings, do_3D=False), progress)


def mask_again(
    output: NetworkOutput, settings: Settings, memory: MaskMemory, kept: PreviousMasks, progress: Progress
) -> MaskResult:
    """Make objects of what the network gave in an earlier run, with other thresholds."""
    from cpsam_core.segment.segmenter import masks_of

    return combine(masks_of(output, settings, progress, memory), output.shape, kept, progress)


def combine(
    result: Segmentation, shape: tuple[int, ...], kept: PreviousMasks, progress: Progress
) -> MaskResult:
    """Put a result of the engine together with the objects that stay, and make the object table."""

    def tick() -> None:
        progress(0, 1, "Objects")

    before = kept.labels.array() if isinstance(kept.labels, Snapshot) else kept.labels
    found = np.asarray(result.labels, np.uint32).reshape(shape)
    found = without_deleted(found, before, kept.steps, tick)
    before = found if before is None else before
    carry = kept.colours is not None
    labels, ids = compose_with_ids(found, before, list(kept.records), kept.first_id, tick, carry=carry)
    records = records_of(labels, kept=kept.records, colours=_colours_kept(ids, kept))
    tick()
    identities = kept.identities
    if carry:
        ids = _take_back(labels, records, ids, kept)
        identities = identities.after(before, kept.rows, records)
        tick()
    for number, values in scores_of(result).items():
        new = int(ids[number]) if number < ids.size else 0
        if new in records:
            records[new] = records[new].changed(**values)
    notes = tuple(getattr(result, "notes", ()))
    return ready_to_land(MaskResult(labels, records, result.output, notes=notes, identities=identities))


def _take_back(
    labels: Labels, records: dict[int, ObjectRecord], ids: NDArray[np.uint32], kept: PreviousMasks
) -> NDArray[np.uint32]:
    """Give objects that were there under other thresholds their ids and colours again; return the ids by number."""
    found = {number: row for number, row in records.items() if number not in kept.records}
    names = former_identities(kept.identities, labels, found, kept.first_id, kept.records)
    if not names:
        return ids
    largest = max(records)
    rename(labels, names, largest)
    rows = {names[number]: records.pop(number) for number in names}
    for number, row in rows.items():
        known = kept.rows.get(number)
        if known is None and number in kept.identities.dropped:
            known = kept.identities.dropped[number].row
        records[number] = row if known is None else row.changed(colour=known.colour)
    table = np.arange(largest + 1, dtype=np.uint32)
    table[list(names)] = list(names.values())
    return table[ids]


def without_deleted(
    found: Labels, before: Labels | None, steps: Sequence[Step], tick: Callable[[], None]
) -> Labels:
    """Return labels (z, y, x) uint32 without the objects that lie for the most part where a person deleted some."""
    if not steps:
        return found
    there = np.zeros(found.shape, np.uint32) if before is None else before
    deleted = deleted_by_hand(there, steps, tick)
    if deleted is None:
        return found
    stays = ~covered(found, deleted)
    return np.where(stays, np.arange(stays.size, dtype=np.uint32), np.uint32(0))[found]


def _colours_kept(ids: NDArray[np.uint32], kept: PreviousMasks) -> Mapping[int, int]:
    """Return the palette entries of the objects that were found again, by id."""
    if kept.colours is None:
        return {}
    again = ids[(ids > 0) & (ids < kept.first_id)]
    return dict(zip(again.tolist(), (kept.colours[again].astype(np.int64) - 1).tolist(), strict=True))


def scores_of(result: Any) -> Mapping[int, dict[str, Any]]:
    """Return flow error, probability and class by the engine's number of the object."""
    scores: dict[int, dict[str, Any]] = {}
    ids = np.asarray(result.objects.ids).tolist()
    for column, name in (("flow_errors", "flow_error"), ("probabilities", "probability")):
        values = getattr(result.objects, column, None)
        if values is None:
            continue
        for number, value in zip(ids, np.asarray(values).tolist(), strict=True):
            if value == value:
                scores.setdefault(int(number), {})[name] = float(value)
    classes = getattr(result, "classes", None)
    if classes is not None:
        for number, value in zip(ids, np.asarray(classes).tolist(), strict=True):
            scores.setdefault(int(number), {})["class_id"] = int(value)
    return scores
