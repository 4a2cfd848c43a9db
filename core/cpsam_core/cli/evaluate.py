"""`cpsam evaluate`: compare predicted with true masks, and annotators with each other."""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from cpsam_core.cli.common import (
    FAILED,
    OK,
    UsageError,
    add_device_options,
    add_pieces_option,
    describe,
    say,
    tell,
)
from cpsam_core.cli.evaluate_robustness import add_robustness_options, run_robustness
from cpsam_core.cli.large import COMPARED_BYTES, add_memory_option, large_labels, scored_in_parts

if TYPE_CHECKING:
    from cpsam_core.cli.evaluate_report import ScoredImage
    from cpsam_core.data.label_folders import LabelPair, Pairing
    from cpsam_core.labels.pieces import Pieces
    from cpsam_core.measure import ObjectFacts
    from cpsam_core.metrics.agreement import Agreement

Item = TypeVar("Item")

SUMMARY = "compare predicted with true masks"

SCORES = """Scores (at an IoU from which objects match):
  AP      average precision, TP / (TP + FP + FN)
  F1      2 TP / (2 TP + FP + FN)
  error   error rate, (FP + FN) / (TP + FN)
  AJI     aggregated Jaccard index
  PQ      panoptic quality
  LOST    true objects that are nowhere in the prediction
  GAINED  predicted objects that are nowhere in the truth
  SPLIT   true objects that are in pieces in the prediction
  MERGED  predicted objects that hold several true ones

Where both sides know classes (NAME_classes beside the masks, a folder "classes", NAME_seg.npy, projects), the scores of
each class are added; a class counts in the images that have true objects of it. Where only regions of true masks are
complete (projects, NAME_complete), the rest does not count.

"mean" is the mean over images, as in the Cellpose-SAM paper, images without objects left out; "pooled" takes all
images as one. JSON holds all scores at all thresholds.

Examples:
  cpsam evaluate data/masks results
  cpsam evaluate data results --json > scores.json
  cpsam evaluate anna ben --annotator carl
  cpsam evaluate images --robustness --model mine.safetensors"""


def add_parser(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    from cpsam_core.cli.filters import add_filter_options

    parser.description = (
        "Compare predicted with true masks, image by image. Files belong together by their names: NAME, NAME_masks, "
        "NAME_cp_masks, NAME_seg.npy or NAME.cpsam on either side, folders searched below too. Images in folders of "
        "their own (sets) are summed up by folder as well. A true file without a prediction, or of another size, is "
        "an error: it is listed, the others are compared, and the exit code is 1."
    )
    parser.epilog = SCORES
    parser.add_argument("true", type=Path, metavar="TRUE_DIR", help="folder of true masks (or one file)")
    parser.add_argument(
        "predicted",
        type=Path,
        nargs="?",
        metavar="PREDICTED_DIR",
        help="folder of predicted masks (or one file); not with --robustness",
    )
    parser.add_argument("--json", action="store_true", help="write JSON instead of a table")
    parser.add_argument(
        "--thresholds",
        type=_thresholds,
        default=(0.5, 0.75, 0.9),
        metavar="LIST",
        help="IoU from which objects match, with commas (default: 0.5,0.75,0.9); split and merged do not depend on it, "
        "the other counts and agreement are at the first",
    )
    parser.add_argument(
        "--agreement",
        action="store_true",
        help="both folders were drawn by people: add how well they agree, and half of their error rate, which "
        "the paper takes as the error rate of a human consensus",
    )
    parser.add_argument(
        "--annotator",
        type=Path,
        action="append",
        default=[],
        metavar="DIR",
        help="masks of the same images by another person; may be repeated, and implies --agreement",
    )
    add_pieces_option(parser)
    add_memory_option(parser)
    add_robustness_options(parser)
    add_device_options(parser)
    add_filter_options(parser, images=False)


def run(args: argparse.Namespace) -> int:
    """Compare and say the scores; return the exit code."""
    if args.robustness:
        return run_robustness(args)
    if args.predicted is None:
        raise UsageError("say where the predicted masks are: cpsam evaluate TRUE_DIR PREDICTED_DIR")
    from cpsam_core.cli.evaluate_report import as_json, as_table
    from cpsam_core.cli.filters import endings_from
    from cpsam_core.data.label_folders import pair_labels

    endings = endings_from(args)
    pairing = pair_labels(args.true, args.predicted, endings)
    failed = {str(path): "no prediction of that name" for path in pairing.missing}
    scored = list(
        _each(
            pairing.pairs,
            lambda pair: _scored(pair, args.thresholds, args.separate_parts, args.max_memory),
            failed,
        )
    )
    if pairing.surplus:
        tell(
            f"{len(pairing.surplus)} predictions have no true masks and are left out, {pairing.surplus[0]} first"
        )
    people = _agreement(args, pairing, failed) if args.agreement or args.annotator else None
    for name, reason in failed.items():
        tell(f"error: {reason if name in reason else f'{name}: {reason}'}")
    if not scored:
        return FAILED
    say(
        json.dumps(as_json(scored, failed, people), indent=2, ensure_ascii=False)
        if args.json
        else as_table(scored, people)
    )
    favoured = _unchecked(scored)
    if favoured:
        tell(favoured)
    if failed:
        tell(f"error: {len(failed)} of {len(failed) + len(scored)} images could not be compared; see above")
    return FAILED if failed else OK


def _thresholds(text: str) -> tuple[float, ...]:
    try:
        values = tuple(float(part) for part in text.split(","))
    except ValueError:
        values = ()
    if not values or not all(0 < value <= 1 for value in values):
        raise argparse.ArgumentTypeError(f"IoU are numbers above 0 and at most 1, with commas, not {text!r}")
    return values


def _each(
    pairs: Sequence[LabelPair], work: Callable[[LabelPair], Item], failed: dict[str, str]
) -> Iterator[Item]:
    """Yield what becomes of each pair; one that fails does not stop the others."""
    from tqdm import tqdm

    from cpsam_core.cli.batch import FAILURES

    for pair in tqdm(pairs, unit="image", file=sys.stderr, leave=False, disable=None):
        if str(pair.true) in failed:
            continue
        try:
            result = work(pair)
        except FAILURES as error:
            failed[str(pair.true)] = describe(error)
        else:
            yield result


def _scored(pair: LabelPair, thresholds: tuple[float, ...], pieces: Pieces, most: int | None) -> ScoredImage:
    from cpsam_core.cli.evaluate_classes import class_scores
    from cpsam_core.cli.evaluate_report import ScoredImage
    from cpsam_core.metrics import overlaps, score_overlaps
    from cpsam_core.metrics.compare import compare_overlaps

    files = [pair.true, pair.predicted]
    large = large_labels(files, COMPARED_BYTES, most)
    if large is not None:
        return scored_in_parts(pair, large, thresholds, pieces)
    masks, facts = _read(files, pieces)
    masks = _complete_parts(pair.true, masks)
    shared = overlaps(masks[0], masks[1])
    counts = compare_overlaps(shared, thresholds[0]).counts
    classes = class_scores(files, masks, facts, thresholds)
    return ScoredImage(pair, score_overlaps(shared, thresholds), counts, classes)


def _unchecked(scored: Sequence[ScoredImage]) -> str:
    """Return what to say where most of the true outlines were drawn by a model and checked by nobody."""
    from cpsam_core.images.project_files import PROJECT_SUFFIX
    from cpsam_core.images.project_summary import unchecked_objects, unchecked_text

    projects = [one.pair.true for one in scored if one.pair.true.suffix.lower() == PROJECT_SUFFIX]
    unchecked = sum(len(unchecked_objects(path)) for path in projects)
    return unchecked_text(unchecked, sum(one.scores.true_objects for one in scored), "true outlines")


def _complete_parts(true: Path, masks: list[Any]) -> list[Any]:
    """Leave out the objects where the true masks are not complete, where regions or a map say so."""
    from cpsam_core.data.examples import counted_objects, read_annotation
    from cpsam_core.data.label_folders import map_beside
    from cpsam_core.data.pairs import Pair
    from cpsam_core.images.project_files import PROJECT_SUFFIX

    beside = map_beside(true, "_complete")
    if masks[0].ndim == 3 or (beside is None and true.suffix.lower() != PROJECT_SUFFIX):
        return masks
    complete = read_annotation(Pair(true, true, "", complete=beside)).complete
    return [counted_objects(labels, complete) for labels in masks]


def _read(paths: Sequence[Path], pieces: Pieces) -> tuple[list[Any], list[ObjectFacts]]:
    """Read label files of one image, and what they know of their objects."""
    from cpsam_core.images import check_same_shape
    from cpsam_core.measure.folder import read_masks

    read = [read_masks(path, network=False, pieces=pieces) for path in paths]
    masks, facts = [labels for labels, _ in read], [known for _, known in read]
    for path, labels in zip(paths[1:], masks[1:], strict=True):
        check_same_shape(masks[0], labels, f"{path}: the predicted")
    return masks, facts


def _agreement(args: argparse.Namespace, pairing: Pairing, failed: dict[str, str]) -> Agreement | None:
    """Return the mean agreement over the images that everybody annotated."""
    from cpsam_core.cli.filters import endings_from
    from cpsam_core.data.label_folders import pair_labels
    from cpsam_core.metrics.agreement import agreement, mean_agreement

    others = [
        {pair.true: pair.predicted for pair in pair_labels(args.true, folder, endings_from(args)).pairs}
        for folder in args.annotator
    ]
    names = _names([args.true, args.predicted, *args.annotator])
    for pair in pairing.pairs:
        lacking = [name for name, masks in zip(names[2:], others, strict=True) if pair.true not in masks]
        if lacking:
            tell(f"{pair.true.name} is left out of the agreement: {', '.join(lacking)} has no masks of it")

    def of_image(pair: LabelPair) -> Agreement | None:
        paths = [pair.true, pair.predicted, *(masks[pair.true] for masks in others if pair.true in masks)]
        if len(paths) < len(names):
            return None
        return agreement(_read(paths, args.separate_parts)[0], names, args.thresholds[0])

    found = [one for one in _each(pairing.pairs, of_image, failed) if one is not None]
    return mean_agreement(found) if found else None


def _names(folders: Iterable[Path]) -> tuple[str, ...]:
    """Return a name for each annotator: the folder's, or its whole path where names are alike."""
    folders = list(folders)
    counts = Counter(folder.name for folder in folders)
    return tuple(
        folder.name if folder.name and counts[folder.name] == 1 else str(folder) for folder in folders
    )
