"""The kinds of files that `cpsam segment` can write: every format of objects that can be written, and the flows."""

from __future__ import annotations

from dataclasses import dataclass

from cpsam_core.cli.common import UsageError
from cpsam_core.formats.kinds import FORMATS
from cpsam_core.system.file_content import Content


@dataclass(frozen=True)
class Kind:
    """What is added to the name of the image, and what the file holds."""

    ending: str
    holds: str
    stacks: bool = True
    """Whether it holds more than one plane."""
    common: bool = True
    """Whether ``--save all`` means it too: a file that needs no optional library and holds nobody's corrections."""
    content: Content = Content.VIEW


MASKS = "_masks"
"""What follows the name of the image in files of masks, unless something else is asked for."""

ONLY_BY_NAME = ("project", "npy")
"""Not meant by ``--save all``: a project beside an image holds work by hand, and NPY says what TIFF says already."""

KINDS = {
    **{
        one.key: Kind(
            one.ending,
            one.title,
            one.stacks,
            not (one.library or one.is_folder or one.key in ONLY_BY_NAME),
            one.content,
        )
        for one in FORMATS
        if one.can_write
    },
    "flows": Kind("_flows.tif", "Flows and cell logit of every pixel"),
}
ONE_PLANE = tuple(name for name, kind in KINDS.items() if not kind.stacks)
ALL = tuple(name for name, kind in KINDS.items() if kind.stacks and kind.common)
"""What ``--save all`` writes."""
FOLDERS = {
    **dict.fromkeys(KINDS, "masks"),
    **dict.fromkeys(
        ("outlines", "rois", "geojson", "coco", "coco_polygons", "overlay", "figure"), "outlines"
    ),
    "flows": "flows",
}
"""The folder of each kind, where kinds have folders of their own."""


def kinds_from(text: str) -> list[str]:
    """Return the kinds of results that a value of `--save` names."""
    names = list(dict.fromkeys(part.strip() for part in text.split(",") if part.strip()))
    if names == ["all"]:
        return list(ALL)
    unknown = [name for name in names if name not in KINDS]
    if unknown or not names:
        raise UsageError(f"--save knows {', '.join(KINDS)} and all, not {', '.join(unknown) or 'nothing'}")
    return names
