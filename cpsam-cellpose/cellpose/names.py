"""Which files of a folder are images, and which masks belong to them, by Cellpose's rules."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from pathlib import Path

from cpsam_core.errors import ImageError
from cpsam_core.images import can_read
from cpsam_core.images.file_names import natural_key

RESULTS = (
    "_cp_masks",
    "_cp_output",
    "_flows",
    "_masks",
    "_rois",
    "_outlines",
    "_dP",
    "_cellprob",
    "_cp_outlines",
)
"""How the names of files that a run writes end."""

LABELS = (".tif", ".tiff", ".png")


def get_image_files(
    folder: str | os.PathLike[str],
    mask_filter: str = "_masks",
    imf: str | None = None,
    look_one_level_down: bool = False,
) -> list[str]:
    """Return the images of a folder in natural order, without masks and other results.

    Parameters
    ----------
    folder
        Where to look.
    mask_filter
        How the names of masks end, beside the usual endings.
    imf
        How the names of images end; others are left out.
    look_one_level_down
        Whether to look in the folders of the folder, too.

    Raises
    ------
    ImageError
        There is none.
    """
    root = Path(folder)
    if not root.is_dir():
        raise ImageError(f"There is no folder {folder}.")
    folders = [root]
    if look_one_level_down:
        folders += [path for path in root.iterdir() if path.is_dir()]
    files = [path for one in folders for path in one.iterdir() if path.is_file() and can_read(path)]
    images = _without_results(files, (*RESULTS, mask_filter), imf or "")
    if not images:
        raise ImageError(
            f"There is no image in the folder {folder}{f' whose name ends in {imf}' if imf else ''}."
        )
    return [str(path) for path in sorted(images, key=natural_key)]


def get_label_files(
    image_names: Sequence[str], mask_filter: str = "_masks", imf: str | None = None
) -> tuple[list[str], None]:
    """Return the file of masks of each image, whether it is there or not.

    Raises
    ------
    ImageError
        Not one of them is there.
    """
    bases = [str(Path(name).with_suffix("")) for name in image_names]
    if imf:
        bases = [base.removesuffix(imf) for base in bases]
    named = [base + mask_filter for base in bases]
    if mask_filter.endswith(".npy"):
        labels = named
    else:
        labels = [
            next((name + e for e in LABELS if Path(name + e).is_file()), name + LABELS[0]) for name in named
        ]
    if not any(Path(label).is_file() for label in labels):
        raise ImageError(f"There are no masks whose names end in {mask_filter} beside the images.")
    return labels, None


def _without_results(files: Iterable[Path], endings: Sequence[str], image_ending: str) -> list[Path]:
    return [
        path
        for path in files
        if not path.name.endswith("_seg.npy")
        and path.stem.endswith(image_ending)
        and not any(
            ending and len(path.stem) > len(ending) and path.stem.endswith(ending) for ending in endings
        )
        and not path.name.startswith(".")
    ]
