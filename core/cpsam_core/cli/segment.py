"""`cpsam segment`: outline the cells of images, and write what was found."""

from __future__ import annotations

import argparse
import logging
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from cpsam_core.cli.common import (
    UsageError,
    add_device_options,
    describe,
    fetch_progress,
    tell,
)
from cpsam_core.cli.kinds import ALL, KINDS, MASKS, ONE_PLANE, kinds_from
from cpsam_core.cli.segment_tally import SegmentTally, counted

if TYPE_CHECKING:
    from cpsam_core.cli.batch import Steps
    from cpsam_core.cli.inputs import Inputs
    from cpsam_core.cli.outputs import Target
    from cpsam_core.images import Image
    from cpsam_core.images.document_key import DocumentKey
    from cpsam_core.progress import Progress
    from cpsam_core.segment.segmenter import Segmentation, Segmenter
    from cpsam_core.segment.settings import Settings

log = logging.getLogger("cpsam")

SUMMARY = "outline the cells of images"
DEFAULT_MODEL = "cpsam-lite"

EXAMPLES = """Examples:
  cpsam segment --demo --out results --save tif,overlay
  cpsam segment cells.tif --out results
  cpsam segment images --model cpsam_v2 --diameter auto --out results --save tif,rois,csv
  cpsam segment "images/**/*.tif" --channels DAPI --out results
  cpsam segment stack.tif --do_3D --anisotropy 3 --out results"""


def add_parser(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    from cpsam_core.cli.blocks import add_block_options
    from cpsam_core.cli.filters import add_filter_options
    from cpsam_core.cli.options import add_settings_options

    parser.usage = "cpsam segment INPUT... [--model NAME] [--out DIR] [--save KINDS] [options]"
    parser.description = (
        "Outline every cell in images, and write masks (NAME_masks.tif) and any other results that are "
        "asked for. An image that fails does not stop the others; failures are listed at the end, and "
        "the exit code is then 1."
    )
    listed = "\n".join(f"  {name:<15}NAME{kind.ending:<16}{kind.holds}" for name, kind in KINDS.items())
    everything = f"  {'all':<15}{', '.join(ALL)}\n\n{', '.join(ONE_PLANE)} hold one plane."
    parser.epilog = f"What --save knows:\n{listed}\n{everything}\n\n{EXAMPLES}"
    parser.add_argument(
        "inputs",
        nargs="*",
        metavar="INPUT",
        help='images, folders (searched below too) or patterns such as "images/*.tif"; masks and other results of '
        "earlier runs are left out",
    )
    parser.add_argument("--demo", action="store_true", help="the images included with the program")
    parser.add_argument(
        "--model",
        default=DEFAULT_MODEL,
        metavar="NAME",
        help="a name (see cpsam models list), a file, or an id of Hugging Face; default: %(default)s, which "
        "is included with the program and needs no download; cpsam_v2 is the large published one",
    )
    _add_output_options(parser)
    add_filter_options(parser)
    add_settings_options(parser)
    add_block_options(parser)
    add_device_options(parser)


def run(args: argparse.Namespace) -> int:
    """Segment what the arguments name; return the exit code."""
    from cpsam_core.cli.filters import endings_from
    from cpsam_core.cli.inputs import gather
    from cpsam_core.cli.options import settings_from

    kinds = kinds_from(args.save)
    settings = settings_from(args)
    out = args.out
    if args.demo:
        from cpsam_core.demo import demo_images

        args.inputs += [str(path) for path in demo_images()]
        out = out or Path()
    if not args.inputs:
        raise UsageError("say which images to segment: files, folders or patterns, or --demo")
    found = gather(args.inputs, out, args.suffix, endings_from(args))
    tally = SegmentTally(len(found.images) + len(found.failures), with_diameter=settings.diameter == "auto")
    for failure in found.failures:
        tally.fail(None, failure)
    targets = _to_do(found, out, kinds, args, tally)
    if targets:
        from cpsam_core.cli.batch import run_batch
        from cpsam_core.images.tables import align_columns

        rest = targets
        try:
            segmenter = _load(args)
            rest = _by_blocks(targets, segmenter, settings, args, tally)
            run_batch(rest, _steps(args, settings, segmenter), tally.add)
            # The sizes of pixels are known of some images and not of others.
            tables = [path for one in targets if (path := one.files.get("csv")) is not None]
            align_columns([path for path in tables if path.is_file()])
        except KeyboardInterrupt:
            tell(
                f"stopped after {tally.done} of {counted(len(rest), 'image')}; the same command goes on from there"
            )
            raise
    return tally.end()


def _add_output_options(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("results")
    group.add_argument(
        "--out",
        type=Path,
        metavar="DIR",
        help="folder for the results, created if it is missing; subfolders of a searched folder are kept; "
        "default: next to each image",
    )
    group.add_argument(
        "--save",
        default="tif",
        metavar="KINDS",
        help="what to write, with commas; see the end of this help (default: %(default)s)",
    )
    group.add_argument(
        "--overwrite",
        action="store_true",
        help="replace existing results; without it, images with complete results are skipped and missing "
        "files are added, so that the same command resumes after an interruption and never replaces "
        "masks corrected by hand",
    )
    group.add_argument(
        "--suffix",
        type=_suffix,
        default=MASKS,
        metavar="TEXT",
        help="what follows the name of the image in files of masks (default: %(default)s; Cellpose: _cp_masks)",
    )
    group.add_argument(
        "--in-folders",
        "--in_folders",
        action="store_true",
        help="put masks, outlines and flows into folders of these names",
    )
    group.add_argument(
        "--time",
        type=_number_from_0,
        metavar="N",
        help="which time point to take of a series, from 0; results are called NAME_t003_masks.tif and so on",
    )
    group.add_argument(
        "--scene",
        metavar="N|NAME",
        help="which image to take of files that hold several, by its number from 0 or its name; results are called "
        "NAME_s01_masks.tif and so on",
    )
    group.add_argument("--all-scenes", "--all_scenes", action="store_true", help="every image of each file")
    group.add_argument(
        "--all-times", "--all_times", action="store_true", help="every time point of each image"
    )


def _suffix(text: str) -> str:
    if not text or set(text) & set('/\\:*?"<>|') or text.startswith("."):
        raise argparse.ArgumentTypeError(
            f"{text!r} cannot follow the name of an image; give text such as _cells"
        )
    return text


def _number_from_0(text: str) -> int:
    try:
        number = int(text)
    except ValueError:
        number = -1
    if number < 0:
        raise argparse.ArgumentTypeError(f"counted from 0, not {text!r}")
    return number


def _to_do(
    found: Inputs, out: Path | None, kinds: list[str], args: argparse.Namespace, tally: SegmentTally
) -> list[Target]:
    """Plan the files of all images; leave out those that are done, and complete results that are there in part."""
    from cpsam_core.cli.outputs import ResultNames, plan
    from cpsam_core.errors import CpsamError
    from cpsam_core.system.atomic import remove_left
    from cpsam_core.system.paths import make_folder

    if found.results:
        log.info(
            "left out as results of earlier runs: %d files, %s first", len(found.results), found.results[0]
        )
    if out is not None and found.images:
        make_folder(out)
    images = []
    for one in found.images:
        try:
            images += [replace(one, key=key) for key in _keys(one.path, args)]
        except CpsamError as error:
            tally.fail(one.path, describe(error))
    tally.expect(len(images) + tally.failures)
    targets = plan(images, out, kinds, ResultNames(args.suffix, args.in_folders))
    if args.overwrite:
        return targets
    for folder in {path.parent for target in targets for path in target.files.values()}:
        remove_left(folder)
    done = [target for target in targets if len(target.existing) == len(target.files)]
    if done:
        tell(
            f"{counted(len(done), 'image')} skipped, because the results exist (the first: {done[0].existing[0]}); "
            "--overwrite replaces them"
        )
    return [target.rest() for target in targets if len(target.existing) < len(target.files)]


def _keys(path: Path, args: argparse.Namespace) -> list[DocumentKey]:
    """Return the scenes and time points of a file that are wanted."""
    from cpsam_core.images.document_key import DocumentKey
    from cpsam_core.images.readers import choose_scene
    from cpsam_core.images.sources import scenes_in, times_in

    scenes: list[int | None] = [None]
    if args.scene is not None:
        scenes = [choose_scene(scenes_in(path), args.scene, path)]
    if args.all_scenes:
        count = len(scenes_in(path))
        scenes = list(range(count)) if count > 1 else [None]
    keys = []
    for scene in scenes:
        times: list[int | None] = [args.time]
        # The first and only time point of an image that has no others needs no number in the names.
        if args.all_times or args.time == 0:
            length = times_in(path, getattr(args, "axes", None), scene)
            wanted = list(range(length)) if args.all_times else [0]
            times = [*wanted] if length > 1 else [None]
        keys += [DocumentKey(scene, moment) for moment in times]
    return keys


def _load(args: argparse.Namespace) -> Segmenter:
    from cpsam_core.segment.segmenter import Segmenter

    with fetch_progress() as fetching:
        return Segmenter.load(args.model, args.device, args.precision, fetching)


def _by_blocks(
    targets: list[Target],
    segmenter: Segmenter,
    settings: Settings,
    args: argparse.Namespace,
    tally: SegmentTally,
) -> list[Target]:
    """Segment the images that are larger than memory; return the others."""
    from cpsam_core.cli.batch import FAILURES, ImageOutcome
    from cpsam_core.cli.blocks import block_options, segment_by_blocks, source_for_blocks

    options = block_options(args)
    others = []
    for target in targets:
        try:
            source = source_for_blocks(target, settings, options)
            if source is None:
                others.append(target)
                continue
            count, diameter = segment_by_blocks(target, source, segmenter, settings, options, args)
            tally.add(ImageOutcome(target, count, diameter))
        except FAILURES as error:
            tally.add(ImageOutcome(target, failure=describe(error)))
    return others


def _steps(args: argparse.Namespace, settings: Settings, segmenter: Segmenter) -> Steps:
    from cpsam_core.cli.batch import Steps
    from cpsam_core.cli.outputs import Run, check_possible, write_results
    from cpsam_core.images import read_image

    facts = Run(args.model, settings)

    def read(target: Target) -> Image:
        image = read_image(target.image, settings.axes, time=target.key.time, scene=target.key.scene)
        check_possible(target, image)
        return image

    def compute(image: Image, progress: Progress) -> Segmentation:
        return segmenter.segment(image, settings, progress)

    def write(target: Target, image: Image, found: Segmentation) -> None:
        write_results(target, image, found, facts)

    return Steps(read, compute, write)
