"""Running the network, and making objects of stored flows with other thresholds."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from cpsam_core.labels.runs import Runs, whole_runs
from cpsam_gui.operations.compose import compose_runs, rename
from cpsam_gui.operations.identities import former_identities
from cpsam_gui.operations.replacing import stay_away
from cpsam_gui.tasks.records import MaskResult, PreviousMasks, ready_to_land, records_of, runs_in

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import NDArray

    from cpsam_core.dynamics import ChosenMasks
    from cpsam_core.images import Image
    from cpsam_core.progress import Progress
    from cpsam_core.segment.mask_memory import MaskMemory
    from cpsam_core.segment.output import NetworkOutput
    from cpsam_core.segment.segmenter import Segmentation, Settings
    from cpsam_gui.runs.segmenter import Segments
    from cpsam_gui.state.deleted import DeletedPlaces
    from cpsam_gui.state.objects import ObjectRecord
    from cpsam_gui.state.steps import Labels


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
    from cpsam_core.segment.masks import choose_again, masks_of

    chosen = choose_again(output, settings, progress, memory)
    result = masks_of(output, settings, progress, memory) if chosen is None else RunsFound(*chosen)
    return combine(result, output.shape, kept, progress)


class RunsFound:
    """Objects that were chosen among candidates: what `combine` needs of a result, without an image of labels."""

    def __init__(self, chosen: ChosenMasks, output: NetworkOutput) -> None:
        # Scores are all that is needed of the objects.
        self.runs, self.objects, self.output = chosen.runs, chosen, output


def combine(
    result: Segmentation | RunsFound, shape: tuple[int, ...], kept: PreviousMasks, progress: Progress
) -> MaskResult:
    """Put a result of the engine together with the objects that stay, and make the object table."""

    def tick() -> None:
        progress(0, 1, "Objects")

    if isinstance(result, RunsFound):
        found = replace(result.runs, shape=shape)
    else:
        found = whole_runs(np.asarray(result.labels, np.uint32).reshape(shape))
    tick()
    before = None if kept.labels is None else runs_in(kept.labels)
    found, left_out = without_deleted(found, kept.deleted)
    before = found if before is None else before
    tick()
    carry = kept.colours is not None
    runs, ids = compose_runs(found, before, list(kept.records), kept.first_id, carry=carry)
    tick()
    scores = scores_of(result)
    known = {int(ids[number]): values for number, values in scores.items() if 0 < number < ids.size}
    records = records_of(runs, kept=kept.records, colours=_colours_kept(ids, kept), scores=known)
    tick()
    labels = runs.painted()
    identities = kept.identities
    if carry:
        runs = _take_back(labels, runs, records, kept)
        identities = identities.after(before, kept.rows, records)
        tick()
    notes = tuple(getattr(result, "notes", ()))
    made = MaskResult(labels, records, result.output, notes=notes, left_out=left_out, identities=identities)
    return ready_to_land(made, runs, kept.labels)


def _take_back(labels: Labels, runs: Runs, records: dict[int, ObjectRecord], kept: PreviousMasks) -> Runs:
    """Give objects that were there under other thresholds their ids and colours again; return the runs as they are."""
    found = {number: row for number, row in records.items() if number not in kept.records}
    names = former_identities(kept.identities, labels, found, kept.first_id, kept.records)
    if not names:
        return runs
    rename(labels, names, records)
    table = np.arange(max(records) + 1, dtype=np.uint32)
    table[list(names)] = list(names.values())
    rows = {names[number]: records.pop(number) for number in names}
    for number, row in rows.items():
        known = kept.rows.get(number)
        if known is None and number in kept.identities.dropped:
            known = kept.identities.dropped[number].row
        records[number] = row if known is None else row.changed(colour=known.colour)
    return runs.renamed(table)


def without_deleted(found: Runs, deleted: DeletedPlaces | None) -> tuple[Runs, int]:
    """Return what was found, all its runs, without the objects that a person deleted, and how many those are."""
    if deleted is None:
        return found, 0
    gone = stay_away(found.painted(), deleted.mask())
    numbers = np.where(gone, np.uint32(0), np.arange(gone.size, dtype=np.uint32))
    return found.renamed(numbers), int(np.count_nonzero(gone))


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
