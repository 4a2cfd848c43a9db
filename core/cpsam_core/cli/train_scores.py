"""Average precision of a model on the images kept aside: during `cpsam train`, and of what it wrote."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from cpsam_core.cli.common import say, terminal_progress

if TYPE_CHECKING:
    from cpsam_core.checkpoints.cards import ModelCard
    from cpsam_core.data.dataset import Pair
    from cpsam_core.data.image_input import Diameter
    from cpsam_core.network.vit import FlowVit


def scorer(
    args: argparse.Namespace, pairs: Sequence[Pair], wanted: Diameter
) -> Callable[[FlowVit], float] | None:
    """Return what measures the average precision during the training; None where it is not asked for."""
    if not pairs or args.score_every is None:
        return None
    from cpsam_core.retrain.validate import precision_on

    return precision_on(pairs, "training", wanted, args.device, args.precision)


def score_written(args: argparse.Namespace, card: ModelCard, pairs: Sequence[Pair]) -> None:
    """Segment the images kept aside with the written model, show the scores and add them to its card."""
    from cpsam_core.checkpoints.cards import write_card
    from cpsam_core.retrain.validate import validate
    from cpsam_core.segment.segmenter import Segmenter
    from cpsam_core.weights import load_network

    network = load_network(args.out, args.device, args.precision)
    with terminal_progress("scoring", unit="image") as progress:
        scores = validate(Segmenter(network), pairs, progress=progress, class_names=card.classes)
    for name, values in scores.items():
        say(f"{name}: average precision {values['ap_0.5']:.3f} at IoU 0.5, {values['images']:.0f} images")
    write_card(args.out, replace(card, architecture=network.config.to_dict(), scores=scores))
