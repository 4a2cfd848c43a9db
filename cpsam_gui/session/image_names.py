"""What an image is called where it is spoken of."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cpsam_gui.program.i18n import translate

if TYPE_CHECKING:
    from pathlib import Path

    from cpsam_core.images import Image


def name_of(path: Path, image: Image) -> str:
    """Return what an image is called; of a movie, with its time point."""
    if image.time is None:
        return path.name
    return translate("{name}, time {number}").format(name=path.name, number=image.time + 1)
