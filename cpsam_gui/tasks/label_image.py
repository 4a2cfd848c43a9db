"""How the label image beside an image goes with the masks of its project. No Qt.

A project is shared by all time points, scenes and layers of a file, so its own time says nothing of one of them.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from cpsam_core.errors import ImageError
from cpsam_core.system.file_identity import FileIdentity, identity_of
from cpsam_gui.state.steps import StepKind
from cpsam_gui.storage import worklog
from cpsam_gui.storage.companions import PROJECT
from cpsam_gui.tasks.saving import LoadedMasks

if TYPE_CHECKING:
    from pathlib import Path

    from cpsam_core.images.document_key import DocumentKey
    from cpsam_gui.tasks.records import MaskResult

S_TO_NS = 1_000_000_000


@dataclass(frozen=True, slots=True)
class LabelImage:
    """What is known of the label image of a document whose masks were read."""

    is_alike: bool = False
    """Whether it says that it holds the very masks that the project holds."""
    worked: int = 0
    """When those masks were changed last, nanoseconds since 1970; 0 where that is not known."""


def label_image_of(path: Path, found: MaskResult) -> LabelImage:
    """Return how a label image goes with masks that were read; nothing is known of masks from elsewhere."""
    from cpsam_core.images.result_mark import mark_of, mark_read

    if not isinstance(found, LoadedMasks):
        return LabelImage()
    mark = mark_read(path) if path.is_file() else ""
    return LabelImage(bool(mark) and mark == mark_of(found.labels), _worked(found.foreign.get(worklog.KEY)))


def masks_as_of(masks: Path, key: DocumentKey) -> FileIdentity:
    """Return the identity of a file with masks as one document in it has it: changed when its masks were."""
    from cpsam_core.images.project_summary import read_value

    identity = identity_of(masks)
    if masks.suffix != PROJECT:
        return identity
    try:
        return as_worked(identity, _worked(read_value(masks, worklog.KEY, key)))
    except ImageError:
        return identity


def as_worked(project: FileIdentity, worked: int) -> FileIdentity:
    """Return the identity of a project, changed when the masks of a document were, where that is known."""
    return replace(project, changed=min(project.changed, worked)) if worked else project


def _worked(log: Any) -> int:
    """Return when masks were changed last by their log; 0 where that does not tell."""
    try:
        # To read what was saved changes nothing.
        times = [
            datetime.fromisoformat(one.when).timestamp()
            for one in worklog.read(log)
            if one.kind is not StepKind.LOAD
        ]
    except ValueError:
        return 0
    return int(max(times, default=0) * S_TO_NS)
