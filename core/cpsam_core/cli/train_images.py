"""The images of `cpsam train`: how they are seen, which are left out, and what the card says of them."""

from __future__ import annotations

import argparse
import contextlib
import logging
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from cpsam_core.cli.train_options import RANDOM, option

if TYPE_CHECKING:
    from cpsam_core.checkpoints.cards import ModelCard
    from cpsam_core.data.dataset import Pair, TrainingSet
    from cpsam_core.data.example_cache import ExampleCache
    from cpsam_core.data.image_input import Diameter, ImageInput
    from cpsam_core.finetune import TrainSettings
    from cpsam_core.finetune.ranks import Ranks
    from cpsam_core.retrain.cards import CardFacts

log = logging.getLogger("cpsam")


def add_seen_options(parser: argparse.ArgumentParser) -> None:
    """Declare how images are read and seen that have no project which says it."""
    from cpsam_core.cli.options import channel_list

    group = parser.add_argument_group("how images without a project are seen")
    option(
        group,
        "use-channels",
        type=channel_list,
        metavar="LIST",
        help="channels that the network sees, by number from 0 or by name, with commas (default: the first ones)",
    )
    group.add_argument("--axes", metavar="LETTERS", help="what the axes of the files are, for example ZCYX")
    group.add_argument(
        "--scene", metavar="NAME", help="which image of a file that holds several, by name or number"
    )
    group.add_argument("--time", type=int, metavar="N", help="which time point to take of a series, from 0")


def seen_by(args: argparse.Namespace) -> ImageInput:
    """Return how images without a project are seen."""
    from cpsam_core.data.image_input import ImageInput

    return ImageInput(args.axes, args.time, args.scene, args.use_channels)


def refuse_learnt(pairs: Sequence[Pair], aside: Sequence[Pair], start: str) -> None:
    """Refuse images to validate on that are learnt from, or were by the start: the same file, or a copy of it."""
    from cpsam_core.data.pairs import digest_of
    from cpsam_core.errors import TrainingError
    from cpsam_core.retrain.lineage import Lineage
    from cpsam_core.system.file_identity import identity_with_content

    if not aside:
        return
    # Planes and squares of an image share its file.
    learnt, judging = (list(dict.fromkeys(pair.image for pair in some)) for some in (pairs, aside))
    sizes = {identity_with_content(image).size for image in judging}
    paths = {image.resolve() for image in judging}
    hashes = {digest_of(image) for image in judging}
    both = [
        image.name
        for image in learnt
        if image.resolve() in paths
        or (identity_with_content(image).size in sizes and digest_of(image) in hashes)
    ]
    if both:
        shown = ", ".join(both[:3]) + (" and others" if len(both) > 3 else "")
        raise TrainingError(
            f"--validate: {shown} would be learnt from, too, so the score would mean nothing; keep the images to "
            "validate on in a folder that is not below the others, and without copies"
        )
    known = () if start == RANDOM else Lineage.of(start).learnt_of(aside)
    if known:
        shown = ", ".join(known[:3]) + (" and others" if len(known) > 3 else "")
        raise TrainingError(
            f"--validate: {start}, or a model before it, learnt from {shown}, so the score would mean nothing; "
            "validate on images that are new to it"
        )


def channels_wanted(args: argparse.Namespace, pairs: Sequence[Pair]) -> int | None:
    """Return the channels of the network: as asked, else as many as the projects choose where those are more."""
    chosen = [len(pair.seen.channels) for pair in pairs if pair.seen.channels is not None]
    most = max(chosen, default=0)
    return args.channels if args.channels is not None else most if most > 3 else None


def check_images(data: TrainingSet, ranks: Ranks) -> None:
    """Read every image, shared out among the processes, so that a bad one is named before training starts."""
    _share_out(data, ranks)
    if ranks.leads:
        data.check()
    ranks.meet()


def _share_out(data: TrainingSet, ranks: Ranks) -> None:
    """Let each process read some images, into the files that all share."""
    from cpsam_core.errors import CpsamError

    if ranks.count > 1:
        for index in range(ranks.rank, len(data), ranks.count):
            # The leading process says what is wrong.
            with contextlib.suppress(CpsamError):
                data.example(index)
        ranks.meet()


def readable(
    pairs: list[Pair], channels: int, cache: ExampleCache, ranks: Ranks, *, strict: bool
) -> list[Pair]:
    """Leave out images that cannot be read, where others remain, and say so; the same ones in every process."""
    from cpsam_core.data.dataset import TrainingSet

    data = TrainingSet(pairs, None, channels, cache=cache)
    if strict:
        check_images(data, ranks)
        return pairs
    _share_out(data, ranks)
    failed = data.unusable()
    if len(failed) == len(pairs):
        check_images(data, ranks)
    if ranks.leads:
        for index, why in failed.items():
            log.warning("left out: %s: %s", pairs[index].name, why)
    return [pair for index, pair in enumerate(pairs) if index not in failed]


def with_enough_objects(
    pairs: list[Pair], channels: int, cache: ExampleCache, settings: TrainSettings, ranks: Ranks
) -> list[Pair]:
    """Leave out images with too few objects to learn from, where others remain, and say so."""
    from cpsam_core.data.dataset import TrainingSet

    data = TrainingSet(pairs, None, channels, seed=settings.seed, cache=cache)
    check_images(data, ranks)
    counts = [data.objects(index) for index in range(len(pairs))]
    enough = [pair for pair, count in zip(pairs, counts, strict=True) if count >= settings.min_objects]
    if not enough or len(enough) == len(pairs):
        return pairs
    if ranks.leads:
        log.warning(
            "%d of %d images are left out, because fewer than %d objects are too few to learn from",
            len(pairs) - len(enough),
            len(pairs),
            settings.min_objects,
        )
    return enough


def diameter_of(args: argparse.Namespace, data: TrainingSet, parent: ModelCard | None) -> Diameter:
    """Return the diameter at which the new model is to be used, as one click in the window decides it."""
    from cpsam_core.retrain.defaults import wanted_diameter

    # A new small network finds cells best where they measure about 30 pixels.
    wanted: Diameter = "auto" if args.model == RANDOM else parent.diameter if parent is not None else None
    known = [
        pair.seen.scale or (data.example(k).diameter if data.objects(k) else 0.0)
        for k, pair in enumerate(data.pairs)
    ]
    return wanted_diameter(known, wanted)


def start_file(name: str) -> Path | str:
    """Return the file of the start model, or the word for a random one."""
    from cpsam_core.weights import find

    return name if name == RANDOM else find(name)


def card_facts(
    args: argparse.Namespace,
    parent: ModelCard | None,
    aside: Sequence[Pair],
    classes: tuple[str, ...],
    diameter: Diameter,
) -> CardFacts:
    """Return what the card says beside what the training itself tells."""
    from cpsam_core.checkpoints.cards import Aside, card_path
    from cpsam_core.retrain.cards import CardFacts
    from cpsam_core.retrain.lineage import Lineage

    random = args.model == RANDOM
    notes = args.notes
    if aside and not notes:
        notes = "The epoch was chosen by the images that the scores are of, so these flatter a little."
    return CardFacts(
        card_path(args.out).stem,
        None if random else args.model,
        None if parent is None else replace(parent, name=card_path(args.model).stem),
        Lineage() if random else Lineage.of(args.model),
        {pair.digest: Aside(pair.name) for pair in aside},
        classes,
        diameter,
        args.licence,
        notes,
    )
