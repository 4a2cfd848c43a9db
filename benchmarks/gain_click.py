"""What one click makes of a start model and a few images, for the benchmarks: plans, trainings and their ends."""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

NETWORKS = {"random": "lite", "random-vit-l": "vit-l"}
"""Starts with random weights, the control."""
RATES = {"lite": 1e-3, "vit-l": 1e-4}
"""That random weights need; one click's 1e-5 for ViT-L is for trained ones."""
UNDRAWN = "forgetting=0"
"""The variant in which weights stay where the training took them."""


@dataclass(frozen=True)
class End:
    """A model that came of a training: the variant, the share of the change that was kept, and processor seconds."""

    variant: str
    segmenter: Any
    share: float = 1.0
    seconds: float = 0.0


def replay_of(args: argparse.Namespace) -> float:
    """Return the share of replayed crops."""
    from cpsam_core.retrain.defaults import default_settings

    usual = default_settings(usual_start(args.base)).replay or 0.0
    return usual if args.replay is None else float(args.replay)


def usual_start(base: str | Path) -> str:
    """Return the start whose defaults count: the embedded model for an earlier version of it in a file."""
    from cpsam_core.checkpoints.cards import read_card
    from cpsam_core.weights import EMBEDDED, find

    card = read_card(find(base))
    return EMBEDDED if card is not None and card.name == EMBEDDED else str(base)


def retrained(
    args: argparse.Namespace, train: list[Any], count: int, seed: int, replay: float
) -> tuple[Any, float]:
    """Return a model that learnt from `count` of the images, and the seconds of the processor that it took."""
    with tempfile.TemporaryDirectory() as folder:
        (end,) = ends(args, train, count, seed, replay, Path(folder))
    return end.segmenter, end.seconds


def ends(
    args: argparse.Namespace, train: list[Any], count: int, seed: int, replay: float, folder: Path
) -> list[End]:
    """Return what becomes of a training: the model as one click makes it, and the undrawn one where it is asked for.

    The steps of both are the same: weights are drawn back at the end, so one training tells of both.
    """
    import torch

    from cpsam_core.retrain import retrain
    from cpsam_core.segment.segmenter import Segmenter

    torch.set_num_threads(args.threads)
    variant = getattr(args, "variant", "")
    if not count:
        return [End(variant, Segmenter.load(args.base, args.device))]
    begun = time.process_time()
    plan = plan_of(args, train, count, seed, replay)
    both = getattr(args, "undrawn", False) and plan.settings.forgetting > 0
    first = replace(plan, settings=replace(plan.settings, forgetting=0.0)) if both else plan
    made = retrain(first, folder / "new.safetensors", device=args.device)
    spent, segmenter = time.process_time() - begun, Segmenter.load(made.path, args.device)
    if not both:
        return [End(variant, segmenter, made.result.share, spent)]
    undrawn = ",".join(filter(None, (variant, UNDRAWN)))
    return [End(undrawn, segmenter, 1.0, spent), drawn_back(args, plan, made.path, variant)]


def drawn_back(args: argparse.Namespace, plan: Any, made: Path, variant: str) -> End:
    """Return what one click makes of a trained network: its weights drawn back towards the start."""
    from cpsam_core.checkpoints import write_checkpoint
    from cpsam_core.finetune.anchor import Anchor
    from cpsam_core.network.devices import choose_device, choose_precision
    from cpsam_core.segment.segmenter import Segmenter
    from cpsam_core.weights import load_start

    begun, device = time.process_time(), choose_device(args.device)
    start, _ = load_start(plan.start, plan.channels)
    model, card = load_start(made)
    share = Anchor(start, plan.settings).draw_back(model, device, choose_precision(device, None))
    path = made.with_name("drawn.safetensors")
    write_checkpoint(path, model, card)
    return End(variant, Segmenter.load(path, args.device), share, time.process_time() - begun)


def random_start(network: str, seed: int, folder: Path) -> Path:
    """Write a network with random weights, and return its file."""
    import torch

    from cpsam_core.checkpoints import write_checkpoint
    from cpsam_core.checkpoints.cards import ModelCard
    from cpsam_core.network.config import VitConfig
    from cpsam_core.network.vit import FlowVit

    path = folder / f"{network}-{seed}.safetensors"
    if not path.exists():
        torch.manual_seed(seed)
        lite = network == "lite"
        config = VitConfig.lite() if lite else VitConfig.cpsam()
        # The small one has its cells measured first, as the model that it stands beside.
        write_checkpoint(path, FlowVit(config), ModelCard(path.stem, diameter="auto" if lite else None))
    return path


def plan_of(args: argparse.Namespace, train: list[Any], count: int, seed: int, replay: float) -> Any:
    """Plan as one click does, with nothing kept aside: the test images are kept aside already."""
    from cpsam_core.retrain import describe, plan_retraining
    from cpsam_core.retrain.budget import shortened
    from cpsam_core.retrain.defaults import default_settings

    # The first of an order, so that more images are always the fewer ones and others.
    chosen = [train[i] for i in np.random.default_rng(seed).permutation(len(train))[:count]]
    plan = plan_retraining(
        [describe(pair, "train") for pair in chosen], str(args.base), name="gain", classes=False, seed=seed
    )
    usual = default_settings(usual_start(args.base))
    settings = replace(plan.settings, replay=replay, forgetting=usual.forgetting)
    if args.epochs is not None:
        settings = shortened(settings, args.epochs)
    if args.rate is not None:
        settings = replace(settings, learning_rate=args.rate)
    if args.schedule is not None:
        settings = replace(settings, schedule=args.schedule)
    settings = replace(settings, **changes_of(getattr(args, "variant", "")))
    whole = tuple(replace(pair, leave_out=None) for pair in plan.training)
    return replace(plan, training=whole, aside=(), how="none", settings=settings)


def changes_of(variant: str) -> dict[str, Any]:
    """Return the settings that a variant changes; numbers and null as in JSON, all else is a word."""
    changes: dict[str, Any] = {}
    for part in filter(None, variant.split(",")):
        name, _, value = part.partition("=")
        try:
            changes[name] = json.loads(value)
        except ValueError:
            changes[name] = value
    return changes
