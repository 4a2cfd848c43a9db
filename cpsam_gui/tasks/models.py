"""Copying a model out of the program, with its card."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from cpsam_core.errors import WeightsError

if TYPE_CHECKING:
    from pathlib import Path

    from cpsam_core.progress import Progress
    from cpsam_core.weights import ModelInfo


def export_model(info: ModelInfo, target: Path, progress: Progress) -> Path:
    """Copy the weights of a model to `target`, and its card beside them.

    Raises
    ------
    WeightsError
        The file cannot be written, or it is a model of this program.
    ImageError
        It is an image, or work on one.
    """
    from cpsam_core.checkpoints.cards import write_card
    from cpsam_core.images.replaceable import check_replaceable
    from cpsam_core.system.atomic import atomic_path
    from cpsam_core.system.file_content import Content
    from cpsam_core.weights import list_models

    progress(0, 1, "Copying")
    if target.resolve() == info.path.resolve():
        raise WeightsError(f"{target} is the model itself; choose another place.")
    if target.resolve() in {one.path.resolve() for one in list_models()}:
        raise WeightsError(f"{target} is another model of this program; choose another place.")
    check_replaceable(target, Content.VIEW)
    try:
        with atomic_path(target) as temporary:
            shutil.copyfile(info.path, temporary)
    except OSError as error:
        raise WeightsError(f"The model cannot be written to {target}: {error}") from error
    if info.card is not None:
        write_card(target, info.card)
    return target
