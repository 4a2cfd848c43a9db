"""Which network and which images teach cpsam-lite most: variants trained for equal processor time, judged on val.

Usage: python benchmarks/lite_variants.py FOLDER OUT.csv [--minutes 30] [--only NAME ...] [--each 3]

FOLDER is what `lite_data.py` made. Every variant starts at random with the same seed, sees the same images and ends
annealed when its processor time is used up, whatever else runs on the machine; rows that OUT has already are kept.
`loss` is that on fixed crops of `val`, 30 pixels a cell and no augmentation, the mean of the kinds; `ap` is the average
precision at IoU 0.5 on the first images of each kind at their true diameter, the mean of the kinds.
"""

from __future__ import annotations

import argparse
import csv
import json
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, cast

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

import cpsam_core.finetune.trainer as training
from cpsam_core import Segmenter, Settings
from cpsam_core.data.augmentation import Augmentation
from cpsam_core.data.dataset import TrainingSet
from cpsam_core.data.example_cache import ExampleCache
from cpsam_core.data.examples import mean_diameter, read_annotation
from cpsam_core.data.pairs import Pair, find_pairs
from cpsam_core.finetune import Trainer, TrainSettings
from cpsam_core.finetune.judge import Validation
from cpsam_core.metrics import average_precision
from cpsam_core.network.config import VitConfig
from cpsam_core.network.network import Network
from cpsam_core.network.vit import FlowVit

FRONT_PAGE = ("dsb2018_fluo", "dsb2018_color_he", "usiigaci_phase")
VOLUMES = ("gonuclear_slices", "plantseg_slices", "qcanet_slices")
# How often the shipped versions drew from each source.
MIX = {
    "dsb2018_fluo": 0.16,
    "nuinsseg": 0.17,
    "dsb2018_color_he": 0.15,
    "usiigaci_phase": 0.09,
    "qpi_as_phase_contrast": 0.045,
    "qpi_as_dic": 0.03,
    "qpi_whole_cells": 0.03,
    "tem_nanoparticles": 0.03,
    "coke_pellets": 0.035,
    "drosophila_embryos": 0.035,
    "mushrooms": 0.03,
    "axon_sem": 0.035,
    "chloroplasts_em": 0.04,
    "codex_tissue": 0.03,
    "dsb2018_brightfield_gray": 0.03,
    "gonuclear_slices": 0.02,
    "qcanet_slices": 0.02,
    "plantseg_slices": 0.02,
    "ds1_brightfield": 0.015,
    "ds1_fluorescence": 0.015,
    "mitocheck": 0.01,
}
WINDOW_TOKENS = 8
CROPS = 16


class ProcessorClock:
    """Stands in for the clock of a training: what others do on the machine takes nothing from a variant."""

    def __init__(self) -> None:
        self._begun = time.process_time()

    def seconds(self) -> float:
        """Return the processor seconds so far."""
        return time.process_time() - self._begun

    @contextmanager
    def left_out(self) -> Iterator[None]:
        """Do nothing: nobody pauses here."""
        yield


class InWindows(nn.Module):
    """Attention within windows of `WINDOW_TOKENS` tokens a side instead of among all."""

    def __init__(self, attention: nn.Module) -> None:
        super().__init__()
        self.attention = attention

    def forward(self, tokens: Tensor) -> Tensor:
        """Return tokens (b, rows, columns, width) of the same shape."""
        batch, rows, columns, width = tokens.shape
        side = WINDOW_TOKENS
        cut = tokens.reshape(batch, rows // side, side, columns // side, side, width).transpose(2, 3)
        mixed = self.attention(cut.reshape(-1, side, side, width))
        back = mixed.reshape(batch, rows // side, columns // side, side, side, width).transpose(2, 3)
        result: Tensor = back.reshape(tokens.shape)
        return result


@dataclass(frozen=True)
class Variant:
    """What one training changes; the rest is that of the shipped network."""

    words: str
    network: Mapping[str, int] = field(default_factory=dict)
    windows: tuple[int, ...] = ()
    augmentation: Mapping[str, Any] = field(default_factory=dict)
    drawn: float = 0.0
    mix: Callable[[Mapping[str, int]], Mapping[str, float]] = lambda counts: MIX

    def model(self) -> FlowVit:
        """Return the network at its random start."""
        torch.manual_seed(0)
        model = FlowVit(VitConfig.lite(layer_drop=0.0, **self.network))
        for number in self.windows:
            block = cast("Any", model.encoder.blocks[number])
            block.attn = InWindows(block.attn)
        return model


VARIANTS = {
    "shipped": Variant("as shipped: 4 blocks of width 192, 32 channels at 1/2 and 96 at 1/4"),
    "deep": Variant("8 blocks", network={"depth": 8}),
    "coarse": Variant("4 residual blocks at 1/4 instead of 2, down and up", network={"coarse_blocks": 4}),
    "channels": Variant("48 channels at 1/2 and 128 at 1/4", network={"fine": 48, "coarse": 128}),
    "windows": Variant("8 blocks, 6 of them in windows", network={"depth": 8}, windows=(0, 1, 2, 4, 5, 6)),
    "shallow": Variant("2 blocks, 4 residual blocks at 1/4", network={"depth": 2, "coarse_blocks": 4}),
    "large": Variant(
        "6 blocks of width 256, 48 channels at 1/2 and 128 at 1/4",
        network={"depth": 6, "width": 256, "heads": 4, "neck": 192, "fine": 48, "coarse": 128},
    ),
}
ABLATIONS = {
    "data": Variant("as trained: by source, scale 0.3 to 2, a quarter degraded"),
    "by image": Variant("each image as often as any other", mix=lambda counts: counts),
    "one colour": Variant("no mixing of colours and no gamma", augmentation={"stain": 0.0, "gamma": 0.0}),
    "stains": Variant(
        "half of the stained crops in the colours of others", augmentation={"stain_transfer": 0.5}
    ),
    "drawn": Variant("a tenth drawn cells", drawn=0.1),
    "clean": Variant("nothing degraded", augmentation={"degraded": 0.0}),
    "sizes": Variant("scale 0.25 to 4", augmentation={"scale": (0.25, 4.0)}),
    "flat": Variant(
        "no planes of volumes", mix=lambda counts: {n: s for n, s in MIX.items() if n not in VOLUMES}
    ),
}
ALL = {**VARIANTS, **ABLATIONS}
COLUMNS = (
    "name",
    "minutes",
    "steps",
    "parameters",
    "seconds_1024",
    "loss",
    "loss_three",
    "ap",
    "ap_three",
    "kinds",
)


def main() -> None:
    """Train what is missing."""
    args = options()
    rows = list(csv.DictReader(args.out.open())) if args.out.exists() else []
    done = {(row["name"], float(row["minutes"])) for row in rows}
    torch.set_num_threads(1)
    # Looked up where the trainer makes it.
    training.Clock = ProcessorClock  # type: ignore[assignment, attr-defined]
    for name in args.only:
        if (name, args.minutes) not in done:
            rows.append(row_of(name, args))
            with args.out.open("w", newline="") as file:
                writer = csv.DictWriter(file, COLUMNS)
                writer.writeheader()
                writer.writerows(rows)


def options() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--minutes", type=float, default=30.0, help="of the processor, for each")
    parser.add_argument("--only", nargs="+", choices=sorted(ALL), default=list(VARIANTS))
    parser.add_argument("--each", type=int, default=3, help="images of each kind that are segmented")
    return parser.parse_args()


def row_of(name: str, args: argparse.Namespace) -> dict[str, Any]:
    """Train one variant and return its figures."""
    variant = ALL[name]
    settings = settings_of(variant, args.minutes)
    pairs = find_pairs(args.folder / "train")
    counts: dict[str, int] = defaultdict(int)
    for pair in pairs:
        counts[pair.set_name] += 1
    total = sum(variant.mix(counts).values())
    mixing = {source: share / total for source, share in variant.mix(counts).items()}
    data = TrainingSet(pairs, mixing, 3, variant.drawn, 0, ExampleCache())
    trainer = Trainer(variant.model(), data, settings, "cpu")
    model = trainer.run().model
    network = Network(model, model.config, trainer.device, trainer.precision, diameter=30.0)
    losses, precision = judged(model, network, settings, args)
    return {
        "name": name,
        "minutes": args.minutes,
        "steps": trainer.steps,
        "parameters": sum(one.numel() for one in model.parameters()),
        "seconds_1024": f"{seconds_of(network):.2f}",
        **{f"{what}{ending}": f"{mean:.3f}" for what, ending, mean in means(losses, precision)},
        "kinds": json.dumps({kind: (round(losses[kind], 3), round(precision[kind], 3)) for kind in losses}),
    }


def settings_of(variant: Variant, minutes: float) -> TrainSettings:
    """Return the recipe of the shipped versions from a random start, by the clock."""
    usual = Augmentation.whole(crop=128, scale=(0.3, 2.0), degraded=0.25, invert=0.15)
    return TrainSettings(
        learning_rate=1.5e-3,
        weight_decay=0.05,
        averaging=0.998,
        clip=1.0,
        schedule="linear",
        batch_size=16,
        samples=1600,
        minutes=minutes,
        threads=1,
        augmentation=replace(usual, **variant.augmentation),
    )


def judged(
    model: FlowVit, network: Network, settings: TrainSettings, args: argparse.Namespace
) -> tuple[dict[str, float], dict[str, float]]:
    """Return loss and average precision of each kind of val."""
    kinds: dict[str, list[Pair]] = defaultdict(list)
    for pair in find_pairs(args.folder / "val"):
        kinds[pair.set_name].append(pair)
    losses, precision = {}, {}
    for kind, pairs in sorted(kinds.items()):
        # A crop for each image and several of few.
        repeated = [pairs[number % len(pairs)] for number in range(max(len(pairs), CROPS // 2))]
        measure = Validation(TrainingSet(repeated, None, 3, cache=ExampleCache()), settings, 2 * CROPS)
        losses[kind] = measure.loss(model, network.device, network.precision, CROPS)
        model.eval()
        precision[kind] = float(np.mean([ap_of(network, pair) for pair in pairs[: args.each]]))
    return losses, precision


def ap_of(network: Network, pair: Pair) -> float:
    """Return the average precision at IoU 0.5 with the true diameter."""
    labels: NDArray[Any] = read_annotation(pair).labels
    found = Segmenter(network).segment(pair.read_image(), Settings(diameter=mean_diameter(labels) or 30.0))
    return float(average_precision(labels, found.labels)[0][0])


def means(losses: Mapping[str, float], precision: Mapping[str, float]) -> Sequence[tuple[str, str, float]]:
    """Return the means over all kinds and over those of the front page."""
    return [
        (what, ending, float(np.mean([values[kind] for kind in kinds])))
        for what, values in (("loss", losses), ("ap", precision))
        for ending, kinds in (("", tuple(values)), ("_three", FRONT_PAGE))
    ]


def seconds_of(network: Network) -> float:
    """Return the processor seconds of 1,024 x 1,024 pixels, the smallest of five."""
    image = np.random.default_rng(0).random((1024, 1024)).astype(np.float32)
    taken = []
    for _ in range(5):
        begun = time.process_time()
        Segmenter(network).segment(image, Settings(diameter=30.0))
        taken.append(time.process_time() - begun)
    return min(taken)


if __name__ == "__main__":
    main()
