"""Which files belong to an image, and which images are in a folder. No Qt."""

from __future__ import annotations

import re
from enum import Enum
from pathlib import Path

from cpsam_gui.state.image_facts import read_state

PROJECT = ".cpsam"
COMPANIONS = ("_masks", "_seg", "_overlay", "_flows", "_outlines", "_cp_masks")
"""Endings of names that other files have which are kept beside an image."""
FOREIGN = (".zip", ".roi", ".geojson", ".json", ".txt", ".zarr")
"""Endings of files in which other programs keep objects, and never images."""


class Progress(str, Enum):
    """How far the work on an image is."""

    NOT_STARTED = "not started"
    SEGMENTED = "segmented"
    CORRECTED = "corrected"
    VERIFIED = "verified"


def natural(text: str) -> list[tuple[int, int, str]]:
    """Return a key that sorts ``cell2`` before ``cell10``."""
    return [
        (0, int(part), "") if part.isdigit() else (1, 0, part.casefold())
        for part in re.split(r"(\d+)", text)
        if part
    ]


def project_path(image: Path) -> Path:
    """Return where the project of an image is kept: beside it."""
    return image.with_name(image.stem + PROJECT)


def masks_path(image: Path) -> Path:
    """Return where the masks of an image are saved: beside it, with ``_masks`` before the ending."""
    return image.with_name(f"{image.stem}_masks.tif")


def seg_path(image: Path) -> Path:
    """Return where Cellpose keeps its segmentation of an image."""
    return image.with_name(f"{image.stem}_seg.npy")


def earlier_work(image: Path) -> Path | None:
    """Return the file with masks of an image that was saved before: project, masks, or a file of Cellpose."""
    candidates = [
        project_path(image),
        masks_path(image),
        image.with_name(f"{image.stem}_masks.png"),
        seg_path(image),
        image.with_name(f"{image.stem}_cp_masks.tif"),
        image.with_name(f"{image.stem}_cp_masks.png"),
    ]
    return next((path for path in candidates if path.is_file()), None)


def is_companion(path: Path) -> bool:
    """Whether a file is a result kept beside an image, and no image itself."""
    return path.stem.endswith(COMPANIONS) or path.suffix == PROJECT


def holds_objects(path: Path) -> bool:
    """Whether a file is known by its name to hold objects: beside an image, or for another program."""
    return is_companion(path) or path.suffix.lower() in FOREIGN


def images_in(folder: Path, suffixes: tuple[str, ...]) -> list[Path]:
    """Return the images of a folder in natural order; an unreadable folder has none."""
    try:
        found = [
            path for path in folder.iterdir() if path.suffix.lower() in suffixes and not is_companion(path)
        ]
    except OSError:
        return []
    return sorted(
        (path for path in found if path.is_file()), key=lambda path: (natural(path.stem), path.suffix)
    )


def progress_of(image: Path) -> Progress:
    """Return how far the work on an image is, by the files beside it."""
    work = earlier_work(image)
    if work is None:
        return Progress.NOT_STARTED
    return Progress[read_state(work).name] if work.suffix == PROJECT else Progress.SEGMENTED
