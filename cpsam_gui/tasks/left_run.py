"""What a run found in an image that is no longer open: saved with that image, over nothing that was done by hand."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from cpsam_core.errors import ImageError
from cpsam_core.progress import silent
from cpsam_core.system.file_identity import identity_of
from cpsam_gui.operations.replacing import is_kept
from cpsam_gui.storage.companions import earlier_work, project_path
from cpsam_gui.storage.own_writes import writing
from cpsam_gui.tasks.opening import doubt_about
from cpsam_gui.tasks.records import PreviousMasks
from cpsam_gui.tasks.saving import read_masks
from cpsam_gui.tasks.segmenting import combine
from cpsam_gui.tasks.unattended import room_for_flows, save_found

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from cpsam_core import Segmentation
    from cpsam_core.images import Image
    from cpsam_core.images.document_key import DocumentKey
    from cpsam_core.progress import Progress
    from cpsam_gui.state.objects import ObjectRecord
    from cpsam_gui.tasks.records import MaskResult


@dataclass(frozen=True, slots=True)
class LeftRun:
    """A run on an image, or on one document of it, that was left meanwhile.

    Attributes
    ----------
    path, image, result
        The image as it was open, and what the engine found in it.
    settings
        What is remembered of the run.
    is_open
        Whether an image, or with a key that document of it, is what a person works on; asked from another thread.
    flows_bytes
        Disk that the projects of the folder may take for flows to be kept; 0 keeps none.
    given_up
        What was touched when the run began and may be replaced.
    """

    path: Path
    image: Image
    result: Segmentation
    settings: Mapping[str, Any]
    is_open: Callable[[Path, DocumentKey | None], bool]
    flows_bytes: int = 0
    given_up: Mapping[int, ObjectRecord] = field(default_factory=dict)


def keep_left(run: LeftRun, progress: Progress) -> int | None:
    """Save what was found with its image and return the number of objects; None where somebody works on it by now.

    Raises
    ------
    CpsamError
        The masks that were saved before cannot be read or belong to another image, or nothing can be written.
    """
    project = project_path(run.path)
    progress(0, 1, "Saving")
    room = room_for_flows(run.path, run.flows_bytes, run.is_open)
    while True:
        seen = identity_of(project)
        before = _before(run)
        found = _together(run, before, progress)
        with writing(project, run.image.key):
            if run.is_open(run.path, run.image.key):
                return None
            # What was done before it was left may have been saved only now.
            if identity_of(project) == seen:
                # As with any save, there is no label image unless there was one.
                save_found(run.path, run.image, before, found, with_flows=room, label_image=False)
                return len(found.records)


def _before(run: LeftRun) -> MaskResult | None:
    from cpsam_core.images.fingerprint import fingerprint

    earlier = earlier_work(run.path, key=run.image.key)
    if earlier is None:
        return None
    before = read_masks(earlier, run.image.pixels.shape[:3], silent, run.image.key)
    doubt = doubt_about(before, run.path, fingerprint(run.image.pixels))
    if doubt:
        raise ImageError(f"{earlier.name} may belong to another image. {doubt}")
    return before


def _together(run: LeftRun, before: MaskResult | None, progress: Progress) -> MaskResult:
    """Put what was found together with what a person did."""
    records = {} if before is None else before.records
    rows = {number: row for number, row in records.items() if is_kept(number, row, run.given_up)}
    kept = PreviousMasks(
        before.labels if before is not None and rows else None, rows, max(rows, default=0) + 1
    )
    found = combine(run.result, run.image.pixels.shape[:3], kept, progress)
    return replace(found, settings=dict(run.settings))
