"""A folder of sample images for those who want to try the program on more than one. No Qt."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from cpsam_core.errors import ImageError

if TYPE_CHECKING:
    from pathlib import Path

    from cpsam_core.progress import Progress

NAME = "cpsam samples"


def copy_samples(home: Path, progress: Progress) -> Path:
    """Copy the shipped images into a folder below `home`, unless they are there, and return it.

    Raises
    ------
    ImageError
        The folder cannot be written.
    """
    from cpsam_core.demo import demo_images

    folder = home / NAME
    images = demo_images()
    try:
        folder.mkdir(exist_ok=True)
        for number, image in enumerate(images):
            progress(number, len(images), image.name)
            target = folder / image.name
            if not target.exists():
                shutil.copyfile(image, target)
    except OSError as error:
        raise ImageError(f"The sample images cannot be copied to {folder}: {error.strerror}.") from error
    return folder
