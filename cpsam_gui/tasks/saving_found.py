"""What was found in an image that is not open, written beside it: the project, its flows, and the label image."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cpsam_core.errors import ImageError
from cpsam_core.progress import silent
from cpsam_gui.state.image_facts import ImageFacts, ReviewState
from cpsam_gui.state.steps import StepKind
from cpsam_gui.storage import worklog
from cpsam_gui.storage.companions import images_in, masks_path, project_path
from cpsam_gui.storage.kept_flows import make_room
from cpsam_gui.tasks.saving import LoadedMasks, SaveExtras, is_own, save

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from cpsam_core.images import Image
    from cpsam_core.images.document_key import DocumentKey
    from cpsam_gui.tasks.records import MaskResult

SEGMENT = "Segment"
"""What the log of the image calls it."""


def room_for_flows(path: Path, most_bytes: int, is_open: Callable[[Path, DocumentKey | None], bool]) -> bool:
    """Whether the project of an image may keep flows; those of others, but for what is open, make room for them."""
    return most_bytes > 0 and make_room(
        path.parent, most_bytes, lambda project: any(is_open(one, None) for one in _images_of(project))
    )


def _images_of(project: Path) -> list[Path]:
    """Return the images whose work a project may hold."""
    return [one for one in images_in(project.parent) if project_path(one) == project]


def save_found(
    path: Path,
    image: Image,
    before: MaskResult | None,
    found: MaskResult,
    step: tuple[str, StepKind] = (SEGMENT, StepKind.SEGMENT),
    *,
    with_flows: bool,
    label_image: bool = True,
) -> None:
    """Write the project of an image that is not open, and the label image beside it.

    One that is there follows the project, unless another program changed it: it may hold somebody's corrections. Where
    there is none, `label_image` says whether it is made. `step` is what the log of the image calls it, and its kind.
    """
    from cpsam_core.images.fingerprint import fingerprint

    facts, foreign = ImageFacts(), dict[str, Any]()
    if isinstance(before, LoadedMasks):
        facts, foreign = before.facts or facts, dict(before.foreign)
    if isinstance(found, LoadedMasks):
        facts = found.facts or facts
    if facts.review is ReviewState.NOT_STARTED:
        facts = facts.changed(review=ReviewState.SEGMENTED)
    foreign = worklog.noted(foreign, *step)
    extra = SaveExtras(
        path,
        found.settings,
        found.output,
        with_flows=with_flows,
        facts=facts,
        foreign=foreign,
        key=image.key,
        fingerprint=fingerprint(image.pixels),
    )
    if image.path is None:
        raise ImageError(f"{path.name} has no place to save masks in.")
    project, masks = project_path(path), masks_path(path, image.key)
    follows = is_own(masks) if masks.exists() else label_image
    for target in (project, masks) if follows else (project,):
        save(target, found.labels, found.records, extra, silent)
