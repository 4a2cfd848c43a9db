"""Demonstration images that come with the program; README.md in this folder names their sources."""

from __future__ import annotations

from pathlib import Path

from cpsam_core.errors import ImageError

__all__ = ["NAMES", "demo_image", "demo_images"]

# Fluorescent nuclei, stained tissue, phase contrast.
NAMES = ("nuclei", "tissue", "phase")


def demo_image(name: str = "nuclei") -> Path:
    """Return the path of a demonstration image.

    Parameters
    ----------
    name
        ``"nuclei"`` (fluorescence, gray), ``"tissue"`` (stained, RGB) or ``"phase"`` (phase contrast, gray); all
        are PNG of 8 bits.

    Raises
    ------
    ImageError
        There is none of that name, or the program was installed without its images.
    """
    if name not in NAMES:
        raise ImageError(f"There is no demonstration image {name!r}; there are {', '.join(NAMES)}.")
    path = Path(__file__).with_name(f"{name}.png")
    if not path.is_file():
        raise ImageError(f"The demonstration image {path} is missing: install the program again.")
    return path


def demo_images() -> tuple[Path, ...]:
    """Return the paths of all demonstration images."""
    return tuple(demo_image(name) for name in NAMES)
