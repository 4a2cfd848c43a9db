"""`cpsam retrain`: what one click in the window does, without the window."""

from __future__ import annotations

import argparse
import logging
from pathlib import Path
from typing import TYPE_CHECKING

from cpsam_core.cli.common import (
    OK,
    UsageError,
    add_device_options,
    add_pieces_option,
    say,
    tell,
    terminal_progress,
    wrong_usage,
)
from cpsam_core.cli.train_images import add_seen_options, seen_by
from cpsam_core.cli.train_options import add_setting_options, option, settings_given

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cpsam_core.finetune import EpochReport, TrainingEvent
    from cpsam_core.retrain import Candidate, RetrainingOutcome, RetrainingPlan, TrainOptions, Use, Uses

SUMMARY = "retrain a model on corrected images, and say whether it is better"

EXAMPLES = """Examples:
  cpsam retrain corrected
  cpsam retrain corrected --model cpsam_v2 --name mine --promote better
  cpsam retrain corrected --thorough --minutes 30
  cpsam retrain --resume mine"""

log = logging.getLogger("cpsam")


OWN = ("minutes",)
"""Settings of a training that mean something else here: as many epochs as fit into the minutes, planned beforehand."""


def add_parser(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    from cpsam_core.finetune.settings import TrainSettings

    parser.description = (
        "Retrain a model on the corrected images of a folder, as one click in the window does: choose "
        "images for training and for validation, train, compare the new model with the old one on images "
        "that none of its ancestors was trained on, and check what was forgotten on other data. The new "
        "model becomes one of your own models. Images larger than memory are learnt from and judged on in "
        "squares with corrected objects or complete regions."
    )
    parser.epilog = EXAMPLES
    _add_models_and_images(parser)
    _add_how_long(parser)
    parser.add_argument(
        "--classes",
        action=argparse.BooleanOptionalAction,
        default=None,
        help="train classes (default: where a fifth of the objects have one, of at least two kinds)",
    )
    add_pieces_option(parser)
    add_seen_options(parser)
    groups = add_setting_options(parser, TrainSettings, OWN)
    option(groups["numbers"], "scale", type=float, nargs=2, metavar=("LOW", "HIGH"), help="range of resizing")
    add_device_options(parser)


def _add_models_and_images(parser: argparse.ArgumentParser) -> None:
    """Declare from where to start, what becomes of the new model, and the use of single images."""
    parser.add_argument(
        "folder",
        type=Path,
        nargs="?",
        metavar="FOLDER",
        help="folder with images and their masks or projects",
    )
    parser.add_argument(
        "--model", default="cpsam-lite", metavar="START", help="model to start from (default: %(default)s)"
    )
    parser.add_argument("--name", default="", help="name of the new model (default: folder and date)")
    parser.add_argument(
        "--promote",
        choices=("better", "always", "never"),
        default="better",
        help="keep the new model only if it is better and loses nothing elsewhere (default), always keep it, or never "
        "(then only the verdict is told)",
    )
    for word, use in (
        ("train", "learn from"),
        ("aside", "judge on, and do not learn from,"),
        ("exclude", "leave out"),
    ):
        parser.add_argument(f"--{word}", nargs="+", default=[], metavar="IMAGE", help=f"{use} these images")


def _add_how_long(parser: argparse.ArgumentParser) -> None:
    """Declare how long and how thorough the training is, and what becomes of one that was interrupted."""
    option(
        parser,
        "thorough",
        action="store_true",
        help="cross-validate: each of up to ten images judges a model that was not trained on it; takes twice "
        "as long",
    )
    parser.add_argument(
        "--budget",
        choices=("quick", "normal", "thorough", "paper"),
        default="normal",
        help="how long the training may take: about 5 minutes, about 20 (default), about 90 with --thorough, "
        "or the paper's recipe, however long it takes; all but the last end early where nothing gets "
        "better",
    )
    parser.add_argument(
        "--minutes", type=float, metavar="N", help="approximate time for the training (default: as --budget)"
    )
    parser.add_argument(
        "--resume", metavar="NAME", help="resume a training that was interrupted, or its verdict"
    )
    option(parser, "restart", action="store_true", help="start an interrupted training of that name over")


def run(args: argparse.Namespace) -> int:
    """Retrain, say how the new model compares, and keep or remove it; return the exit code."""
    from cpsam_core.retrain import one_click, settings_of
    from cpsam_core.weights import remove_model

    with wrong_usage():
        candidates, options = _resumed(args) if args.resume else _asked(args)
        settings_of(options)
    with terminal_progress("retraining", unit="step") as progress:
        outcome = one_click(candidates, options, _Teller(), progress, restart=args.restart)
    _report(outcome)
    name = outcome.plan.name
    if args.promote == "always" or (args.promote == "better" and outcome.is_better):
        say(f"kept: {name} ({outcome.trained.path})")
    else:
        remove_model(name)
        why = "as asked" if args.promote == "never" else f"{outcome.objection}; --promote always keeps it"
        say(f"not kept: {name}, {why}")
    return OK


def _asked(args: argparse.Namespace) -> tuple[Sequence[Candidate], TrainOptions]:
    """Return the images and the options of a new training."""
    from cpsam_core.finetune import TrainSettings
    from cpsam_core.retrain import TrainOptions, candidates_in
    from cpsam_core.retrain.requests import check_free

    if args.folder is None:
        raise UsageError("say which folder to learn from, or --resume NAME")
    if not args.folder.is_dir():
        raise UsageError(f"there is no folder {args.folder}")
    if args.minutes is not None and not args.minutes > 0:
        raise UsageError("--minutes is above 0")
    if not args.restart:
        check_free(args.name)
    with terminal_progress("looking at the images", unit="image") as progress:
        candidates = candidates_in(
            args.folder,
            _uses(args),
            otherwise=seen_by(args),
            pieces=args.separate_parts,
            progress=progress,
        )
    options = TrainOptions(
        args.model,
        args.name,
        settings_given(args, TrainSettings, OWN),
        tuple(args.scale) if args.scale else None,
        args.classes,
        args.device,
        args.precision,
        args.thorough,
        args.minutes,
        args.budget,
    )
    return candidates, options


def _uses(args: argparse.Namespace) -> Uses:
    """Return what is wanted with images that are named: by path, or by file name in the folder."""
    from cpsam_core.images.file_names import is_zarr

    uses: dict[tuple[Path, str], Use] = {}
    named: tuple[tuple[Use, list[str]], ...] = (
        ("train", args.train),
        ("aside", args.aside),
        ("exclude", args.exclude),
    )
    for use, names in named:
        for name in names:
            places = (args.folder / name, args.folder / "images" / name, Path(name))
            path = next((place for place in places if place.is_file() or is_zarr(place)), None)
            if path is None:
                raise UsageError(f"--{use}: there is no image {name} in {args.folder}")
            known = args.folder / path.relative_to(args.folder) if args.folder in path.parents else path
            uses[known, ""] = use
    return uses


def _resumed(args: argparse.Namespace) -> tuple[Sequence[Candidate], TrainOptions]:
    """Return the images and the options of a training that was interrupted."""
    from cpsam_core.errors import TrainingError
    from cpsam_core.retrain.requests import candidates_of, interrupted
    from cpsam_core.weights.claims import check_idle

    check_idle(args.resume)
    waiting = {request.options.name: request for request in interrupted()}
    if args.resume not in waiting:
        known = f" Interrupted are: {', '.join(waiting)}." if waiting else " None was interrupted."
        raise TrainingError(f"There is no interrupted training named {args.resume!r}.{known}")
    request = waiting[args.resume]
    return candidates_of(request), request.options


class _Teller:
    """Says on standard error what happens."""

    def on_plan(self, plan: RetrainingPlan) -> None:
        """Say what will be done."""
        for text in (plan.text, *plan.warnings):
            tell(text)

    def on_epoch(self, report: EpochReport) -> None:
        """Write the numbers of an epoch to the log, for -v."""
        log.info("epoch %d/%d: loss %.4f", report.epoch, report.epochs, report.training_loss)

    def on_event(self, event: TrainingEvent) -> None:
        """Say what is worth telling."""
        tell(event.text)

    def on_trained(self) -> None:
        """Nothing to say: the progress names the comparison."""


def _report(outcome: RetrainingOutcome) -> None:
    """Write the table of before and after, and the verdict."""
    from cpsam_core.cli.table import align

    rows = []
    if outcome.change is not None:
        rows += [
            (one.pair.name, f"{one.old_precision:.2f}", f"{one.new_precision:.2f}", "")
            for one in outcome.change.images
        ]
        change = outcome.change
        rows.append(
            (
                "all kept aside",
                f"{change.difference.before:.2f}",
                f"{change.difference.after:.2f}",
                change.verdict,
            )
        )
    rows += [
        (one.kind, f"{one.difference.before:.2f}", f"{one.difference.after:.2f}", one.difference.word)
        for one in outcome.elsewhere
    ]
    if rows:
        say(align([("average precision on", "before", "after", "verdict"), *rows], right=(1, 2)))
    for line in outcome.text.splitlines():
        say(line)
