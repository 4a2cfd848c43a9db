"""`cpsam measure`: a table of the objects of images, and one row for each image."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from cpsam_core.cli.batch import FAILURES
from cpsam_core.cli.common import (
    FAILED,
    OK,
    UsageError,
    add_pieces_option,
    describe,
    say,
    tell,
    terminal_progress,
    wrong_usage,
)
from cpsam_core.cli.large import MEASURED_BYTES, add_memory_option, check_pieces, large_labels
from cpsam_core.errors import CpsamError, ImageError
from cpsam_core.system.paths import as_given

if TYPE_CHECKING:
    from cpsam_core.cli.inputs import Input
    from cpsam_core.data.pairs import Pair
    from cpsam_core.images.companion_names import Endings
    from cpsam_core.images.document_key import DocumentKey
    from cpsam_core.measure import Expression, ObjectMeasurements
    from cpsam_core.measure.folder import FileOptions

SUMMARY = "measure the objects of images: size, shape, brightness, neighbours"

FORMATS = ("csv", "parquet", "h5ad")

EPILOG = """Columns (in pixels, and in micrometres where the size of a pixel is known):
  image, id, class, class_name
  area, perimeter         of stacks: volume, surface
  equivalent_diameter, major_axis, minor_axis, eccentricity, solidity
  centroid_y, centroid_x  of stacks centroid_z, too
  mean_CHANNEL, median_CHANNEL, std_CHANNEL, min_CHANNEL, max_CHANNEL
  neighbours, touches_border
  box_y_min, box_y_max    first and last pixel; the same for x and z
  flow_error, probability, origin, locked: where the masks know them
                          (NAME_seg.npy, projects of the window)
  more with --recipe; cpsam measure --list says how each is computed

Syntax of --where:
  names of columns, numbers, 'text', + - * / % ** < <= > >= == !=,
  in (1, 2), and, or, not, (), abs, sqrt, log, log10, unknown(column)

Examples:
  cpsam measure cells.tif --out cells.csv
  cpsam measure images --masks results --out table.parquet --pixel-size 0.325
  cpsam measure images --out tables --where "area > 200 and solidity > 0.9"
  cpsam measure images --out large.csv --where "area > 500 and not touches_border"
"""


def add_parser(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    from cpsam_core.cli.filters import add_filter_options

    parser.usage = "cpsam measure INPUT... [--masks PATH] --out TABLE|DIR [options]"
    parser.description = (
        "Measure every object of images. Masks are found beside the images by their names, as for cpsam train and "
        "cpsam evaluate: NAME.cpsam, NAME_masks, NAME_cp_masks, NAME_seg.npy, or in a folder 'masks' beside 'images'. "
        "An image that fails does not stop the others; what failed is listed, and the exit code is then 1."
    )
    parser.epilog = EPILOG.rstrip()
    _add_files(parser)
    _add_what_is_measured(parser)
    add_pieces_option(parser)
    add_memory_option(parser)
    add_filter_options(parser)


def _add_files(parser: argparse.ArgumentParser) -> None:
    """Declare what is read, and where the tables go."""
    parser.add_argument(
        "inputs",
        nargs="*",
        metavar="INPUT",
        help='images, folders (searched below too) or patterns such as "images/*.tif"',
    )
    parser.add_argument(
        "--masks",
        type=Path,
        metavar="PATH",
        help="folder of the masks, or the file for one image; default: next to the images",
    )
    parser.add_argument(
        "--out",
        type=Path,
        metavar="TABLE|DIR",
        help="a file (.csv, .parquet, .h5ad) for the objects of all images, with the images in NAME_images beside it; "
        "or a folder for a table of each image and one of all images",
    )
    parser.add_argument(
        "--format", choices=FORMATS, default="csv", help="of the tables in a folder (default: %(default)s)"
    )
    parser.add_argument(
        "--axes",
        metavar="LETTERS",
        help="axes of the image files, if they do not say or are wrong: for example ZCYX",
    )
    parser.add_argument("--time", type=int, metavar="N", help="which time point to take of a series, from 0")


def _add_what_is_measured(parser: argparse.ArgumentParser) -> None:
    """Declare what is measured, in which units, and which objects are kept."""
    parser.add_argument(
        "--where", metavar="EXPRESSION", help="keep the objects for which it is true; see below"
    )
    _add_option(parser, "pixel_size", "UM", "side of a pixel in micrometres; default: from the image file")
    _add_option(
        parser, "z_step", "UM", "distance between planes in micrometres; default: from the image file"
    )
    parser.add_argument(
        "--near",
        type=float,
        default=1.5,
        metavar="PIXELS",
        help="objects count as neighbours up to this distance (default: %(default)s, those that touch)",
    )
    parser.add_argument(
        "--recipe",
        default="standard",
        metavar="NAMES|FILE",
        help="what to measure, with commas: standard, morphology, expression, spatial, everything, or groups (outline, "
        "background, texture, distances, colocalisation); or a JSON file with groups, ring_gap, ring_width, levels, "
        "step, part (default: %(default)s)",
    )
    parser.add_argument(
        "--regions",
        default="",
        metavar="ENDING",
        help="measure distances to regions: ending of label images beside the images, for example _regions",
    )
    parser.add_argument(
        "--list", action="store_true", help="print how each measurement is computed, and exit"
    )


def run(args: argparse.Namespace) -> int:
    """Measure and write the tables; return the exit code."""
    from cpsam_core.cli.filters import endings_from
    from cpsam_core.cli.measure_tables import tables_for

    if args.list:
        _say_measures()
        return OK
    where, options = _checked(args)
    failed: list[str] = []
    found = _find(args, endings_from(args), failed)
    names = _names(found)
    target = tables_for(args.out, args.format, [replace(one, key=pair.key) for one, pair in found])
    with terminal_progress("measure", "image") as progress:
        for number, ((_, pair), name) in enumerate(zip(found, names, strict=True)):
            progress(number, len(found), name)
            try:
                table = _measured(pair, options, where, args.max_memory)
                target.add(number, name, table)
            except FAILURES as error:
                failed.append(_line(pair.image, describe(error)))
                tell(f"error: {failed[-1]}")
            else:
                say(f"{name}: {len(table)} object{'s' if len(table) != 1 else ''}")
    if target.rows:
        for path in target.finish():
            tell(f"written: {path}")
    if failed and len(found) > 1:
        tell("\n  ".join([f"error: {len(failed)} failed:", *failed]))
    return FAILED if failed else OK


def _say_measures() -> None:
    from cpsam_core.measure import CATALOGUE

    group = ""
    for one in CATALOGUE:
        if one.group != group:
            group = one.group
            say(f"{group}:")
        say(f"  {one.name}{f' ({one.unit})' if one.unit else ''}: {one.formula}")


def _add_option(parser: argparse.ArgumentParser, name: str, metavar: str, text: str) -> None:
    """Add an option for a number, which is understood with hyphens as well."""
    for spelling, shown in ((f"--{name}", text), (f"--{name.replace('_', '-')}", argparse.SUPPRESS)):
        parser.add_argument(spelling, dest=name, type=float, metavar=metavar, help=shown)


def _checked(args: argparse.Namespace) -> tuple[Expression | None, FileOptions]:
    """Return expression and options, before anything is read.

    Raises
    ------
    UsageError
        One of them makes no sense.
    """
    from cpsam_core.images import parse_axes
    from cpsam_core.measure import can_write_parquet, parse, recipe_of
    from cpsam_core.measure.folder import FileOptions

    if not args.inputs or args.out is None:
        raise UsageError(
            "say what to measure, and where the table goes: cpsam measure IMAGES --out cells.csv"
        )
    suffix = args.out.suffix.lower()
    if suffix and suffix[1:] not in FORMATS and not args.out.is_dir():
        raise UsageError(
            f"--out is a folder, or a file that ends in .csv, .parquet or .h5ad, not {args.out.name}"
        )
    if "parquet" in (suffix[1:], args.format if not suffix else "") and not can_write_parquet():
        raise UsageError(
            'Parquet needs the library pyarrow: pip install "cpsam-gui[tables]"; or write the table as .csv'
        )
    if not 0 <= args.near <= 20:
        raise UsageError(f"--near is from 0 to 20 pixels, not {args.near:g}")
    with wrong_usage(CpsamError):
        axes = parse_axes(args.axes) if args.axes else None
        where = parse(args.where) if args.where is not None else None
        recipe = recipe_of(args.recipe)
        if args.regions and "distances" not in recipe.groups:
            recipe = replace(recipe, groups=(*recipe.groups, "distances"))
        return where, FileOptions(
            args.pixel_size,
            args.z_step,
            args.near,
            axes,
            args.time,
            recipe,
            args.regions,
            args.separate_parts,
        )


def _find(args: argparse.Namespace, endings: Endings, failed: list[str]) -> list[tuple[Input, Pair]]:
    """Return the images with their masks, each once; what was named and is not there goes to `failed`."""
    from cpsam_core.cli.inputs import Input, gather
    from cpsam_core.data.pairs import find_pairs, pair_of
    from cpsam_core.images.document_key import WHOLE, DocumentKey
    from cpsam_core.images.file_names import is_zarr

    inputs, masks = args.inputs, args.masks
    # A folder of Zarr is an image.
    folders = [Path(text) for text in inputs if Path(text).is_dir() and not is_zarr(Path(text))]
    # Patterns are expanded, and masks that a pattern named beside their images are no images.
    named = gather([text for text in inputs if Path(text) not in folders], endings=endings).images
    if masks is not None and masks.is_file() and (folders or len(named) != 1):
        raise UsageError(
            f"--masks {masks.name} is a file and belongs to one image: name one image, or a folder of masks"
        )
    found: dict[tuple[Path, DocumentKey], tuple[Input, Pair]] = {}

    def add(path: Path, pairs: Callable[[], list[tuple[Input, Pair]]]) -> None:
        try:
            for one, pair in pairs():
                found.setdefault((as_given(one.path), pair.key), (one, pair))
        except CpsamError as error:
            failed.append(_line(path, describe(error)))
            tell(f"error: {failed[-1]}")

    def below(folder: Path) -> list[tuple[Input, Pair]]:
        pairs = find_pairs(folder, masks, uncorrected=True, endings=endings, large=True)
        return [
            (Input(pair.image, pair.image.parent.relative_to(folder)), pair)
            for pair in pairs
            if args.time is None or pair.key.time in (None, args.time)
        ]

    def single(one: Input) -> list[tuple[Input, Pair]]:
        key = DocumentKey(time=args.time)
        try:
            pair = pair_of(one.path, masks, endings=endings, key=key, large=True)
        except ImageError:
            if key == WHOLE:
                raise
            # Masks that do not say of which time point they are.
            pair = pair_of(one.path, masks, endings=endings, large=True)
        return [(one, pair)]

    for folder in folders:
        add(folder, partial(below, folder))
    for one in named:
        add(one.path, partial(single, one))
    return list(found.values())


def _names(found: list[tuple[Input, Pair]]) -> list[str]:
    """Return what tables call the images: the name of the file below the folder that was given, or its whole path.

    Scene and time point follow where an image has several.
    """
    short = [(one.below / pair.name).as_posix() for one, pair in found]
    return [
        name if short.count(name) == 1 else (one.path.parent / pair.name).as_posix()
        for name, (one, pair) in zip(short, found, strict=True)
    ]


def _measured(
    pair: Pair, options: FileOptions, where: Expression | None, most: int | None
) -> ObjectMeasurements:
    from cpsam_core.images.project_folders import masks_in
    from cpsam_core.measure.folder import measure_pair, measure_pair_in_parts

    if pair.is_large:
        pair = replace(pair, masks=masks_in(pair.masks, pair.key))
    # A section of a volume is a small part of it, and is read as a whole.
    large = None if pair.section is not None else large_labels([pair.masks], MEASURED_BYTES, most)
    if large is None:
        table = measure_pair(pair, options)
    else:
        table = measure_pair_in_parts(pair, large[0], options)
        check_pieces(options.pieces, len(table), pair.masks)
    return table if where is None else table.select(where.evaluate(table.columns))


def _line(path: Path, reason: str) -> str:
    return reason if str(path) in reason else f"{path}: {reason}"
