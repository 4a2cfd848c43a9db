"""What `cpsam train` needs for classes and for networks of other channels."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cpsam_core.checkpoints.cards import ModelCard
    from cpsam_core.data.dataset import TrainingSet
    from cpsam_core.network.vit import FlowVit


def add_class_options(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument(
        "--classes",
        nargs="?",
        const="",
        default=None,
        metavar="NAME,NAME,...",
        help="train classes too, from NAME_classes beside the images, a folder 'classes' beside 'images', or projects "
        "of the window; their names from class 1 on may be given (recipe: 500 epochs, batch 16, rate 5e-5)",
    )
    parser.add_argument(
        "--channels",
        type=_count,
        metavar="N",
        help="channels of the network (default: those of the start model); missing channels of an image are dark",
    )


def _count(text: str) -> int:
    number = int(text) if text.isdecimal() else 0
    if not 1 <= number <= 256:
        raise argparse.ArgumentTypeError(f"a network has 1 to 256 channels, not {text!r}")
    return number


def class_network(
    model: FlowVit, data: TrainingSet, asked: str | None, parent: ModelCard | None
) -> tuple[FlowVit, tuple[str, ...]]:
    """Return the network with the class maps that the images need, and the names of its maps, background first.

    Maps that the start model has are kept where their number is right; others start from the cell map.

    Raises
    ------
    TrainingError
        Classes are asked for and no image has any, or names are missing.
    """
    from cpsam_core.checkpoints import adapted
    from cpsam_core.errors import TrainingError

    known = parent.classes if parent is not None else ()
    if asked is None:
        data.check_classes(model.config.classes)
        return model, known if model.config.classes else ()
    if not data.class_count:
        raise TrainingError(
            "--classes: no image has classes; put NAME_classes.png (0 background, 1, 2, ... classes) beside NAME.png, "
            "or paint classes in the window"
        )
    names = [name.strip() for name in asked.split(",")] if asked else []
    if names and len(names) < data.class_count - 1:
        raise TrainingError(
            f"--classes names {len(names)} classes, but the images have classes up to {data.class_count - 1}"
        )
    count = max(data.class_count, len(names) + 1)
    if model.config.classes != count:
        model, known = adapted(model, out_channels=3 + count), ()
    given = {**dict(enumerate(known)), **data.class_names, **dict(enumerate(names, 1))}
    return model, ("background", *(given.get(number) or f"class {number}" for number in range(1, count)))
