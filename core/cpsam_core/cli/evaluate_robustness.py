"""`cpsam evaluate --robustness`: what noise, blur, coarse pixels, sizes and channel orders cost a model."""

from __future__ import annotations

import argparse
import dataclasses
import json
from typing import TYPE_CHECKING

from cpsam_core.cli.common import OK, UsageError, fetch_progress, say, tell, terminal_progress, wrong_usage
from cpsam_core.cli.table import align

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cpsam_core.retrain.robustness import RobustnessScore


def add_robustness_options(parser: argparse.ArgumentParser) -> None:
    """Declare what --robustness needs."""
    from cpsam_core.cli.options import diameter

    group = parser.add_argument_group("robustness of a model")
    group.add_argument(
        "--robustness",
        action="store_true",
        help="instead of comparing masks, segment the images in TRUE_DIR (with their masks beside them, as for cpsam "
        "train) as they are and changed: channel order, size 10 to 90 pixels, noise, blur, pixel size and "
        "anisotropic downsampling in three degrees each (paper, figure 3). Of changed images larger than 1024 pixels "
        "the middle is taken",
    )
    group.add_argument(
        "--model", default="cpsam-lite", metavar="NAME", help="the model to measure (default: %(default)s)"
    )
    group.add_argument(
        "--diameter",
        type=diameter,
        default=None,
        metavar="NUMBER|auto",
        help="diameter of the cells in pixels, as for cpsam segment (default: what the model wants)",
    )


def run_robustness(args: argparse.Namespace) -> int:
    """Measure and say the scores; return the exit code."""
    from cpsam_core.cli.filters import endings_from
    from cpsam_core.data.pairs import find_pairs
    from cpsam_core.retrain.lineage import Lineage
    from cpsam_core.retrain.robustness import measure_robustness
    from cpsam_core.segment.segmenter import Segmenter
    from cpsam_core.segment.settings import Settings

    if args.predicted is not None or args.agreement or args.annotator:
        raise UsageError("--robustness segments the images itself: give one folder, of images with masks")
    with wrong_usage():
        settings = Settings(diameter=args.diameter)
    pairs = find_pairs(args.true, endings=endings_from(args), pieces=args.separate_parts)
    learnt = Lineage.of(args.model).learnt_of(pairs)
    if learnt:
        tell(
            f"{args.model}, or a model before it, learnt from {len(learnt)} of the "
            f"{len({pair.image for pair in pairs})} images, such as {learnt[0]}, which flatters it"
        )
    with fetch_progress() as fetching:
        segmenter = Segmenter.load(args.model, args.device, args.precision, fetching)
    with terminal_progress("robustness", unit="image") as progress:
        rows = measure_robustness(segmenter, pairs, settings, progress)
    if args.json:
        say(json.dumps([dataclasses.asdict(row) for row in rows], indent=2))
    else:
        say(_table(rows))
    return OK


def _table(rows: Sequence[RobustnessScore]) -> str:
    cells = [(row.change, row.degree, f"{row.ap_50:.3f}", f"{row.ap_75:.3f}") for row in rows]
    images = rows[0].images
    heading = ("CHANGE", "DEGREE", "AP@0.5", "AP@0.75")
    return f"{align([heading, *cells], right=(2, 3))}\nmeans over {images} {'image' if images == 1 else 'images'}"
