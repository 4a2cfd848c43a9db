"""The size of a pixel that a person gave in the window, in place of the one that the file says or keeps to itself."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from cpsam_core.errors import ImageError
from cpsam_core.images.document_key import WHOLE, DocumentKey
from cpsam_core.images.image import Image
from cpsam_core.images.project_summary import read_value

__all__ = ["LARGEST_PIXEL_UM", "PIXEL_SIZE", "checked_size", "given_size", "with_size"]

PIXEL_SIZE = "pixel_size_um"
"""Where a project keeps it."""
LARGEST_PIXEL_UM = 1e5


def given_size(project: Path, key: DocumentKey = WHOLE) -> float | None:
    """Return the size of a pixel that a project holds, in micrometres; None where nobody gave one."""
    try:
        # That of an image larger than memory is a folder.
        held = read_value(project, "facts", key) if project.is_dir() else None
        size = held.get(PIXEL_SIZE) if isinstance(held, dict) else read_value(project, PIXEL_SIZE, key)
    except ImageError:
        return None
    return checked_size(size)


def checked_size(stored: object) -> float | None:
    """Return a size in micrometres as it was stored; None where there is none or it makes no sense."""
    if not isinstance(stored, int | float) or isinstance(stored, bool):
        return None
    return float(stored) if 0 < stored <= LARGEST_PIXEL_UM else None


def with_size(image: Image, micrometres: float | None) -> Image:
    """Return an image with pixels of that width, as high in proportion as they were; as it is where none was given."""
    if micrometres is None:
        return image
    ratio = (image.pixel_height or 1.0) / image.pixel_size if image.pixel_size else 1.0
    height = micrometres * ratio if image.pixel_height else None
    return replace(image, pixel_size=micrometres, pixel_height=height)
