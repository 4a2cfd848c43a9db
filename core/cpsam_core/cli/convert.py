"""`cpsam convert`: hand objects on to other programs, and take theirs."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from cpsam_core.cli.common import FAILED, OK, UsageError, add_pieces_option, describe, say, tell
from cpsam_core.cli.large import CONVERTED_BYTES, add_memory_option, convert_in_parts, large_labels

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cpsam_core.cli.sources import InputImage
    from cpsam_core.formats import Format, ObjectSet, WriteOptions

SUMMARY = "convert masks, outlines and other files of objects"

EXAMPLES = """Examples:
  cpsam convert cells_seg.npy --to geojson
  cpsam convert results --to rois --out for_imagej
  cpsam convert cells_rois.zip --image cells.tif --to tif
  cpsam convert annotations.json --from coco --to tif --out masks
  cpsam convert results --from tif --to coco --one_file --out dataset"""


def add_parser(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    from cpsam_core.cli.filters import add_filter_options
    from cpsam_core.formats import FORMATS

    parser.usage = "cpsam convert INPUT... --to FORMAT [--out DIR] [options]"
    parser.description = (
        "Convert files of objects: label images, segmentations of Cellpose, ROIs of ImageJ, GeoJSON of "
        "QuPath, COCO, OME-Zarr and others. What a format can hold comes back unchanged; losses are "
        "reported. A file that fails does not stop the others; the exit code is then 1."
    )
    listed = "\n".join(f"  {one.key:<15}NAME{one.ending:<16}{one.title}{_ways(one)}" for one in FORMATS)
    parser.epilog = f"Formats:\n{listed}\n\n{EXAMPLES}"
    parser.add_argument(
        "inputs",
        nargs="+",
        metavar="INPUT",
        help='files, folders (searched below too) or patterns such as "results/*_seg.npy"',
    )
    keys = [one.key for one in FORMATS if one.can_write]
    parser.add_argument(
        "--to", required=True, choices=keys, metavar="FORMAT", help="what to write; see below"
    )
    read = [one.key for one in FORMATS if one.can_read]
    parser.add_argument(
        "--from",
        dest="source",
        choices=read,
        metavar="FORMAT",
        help="what to read, if the names do not say or a folder holds several kinds; default: by the names",
    )
    parser.add_argument(
        "--out",
        type=Path,
        metavar="DIR",
        help="folder for the results, created if it is missing; subfolders of a searched folder are kept; "
        "default: next to each input",
    )
    parser.add_argument(
        "--image",
        type=Path,
        metavar="PATH",
        help="the image of the objects, or the folder of the images, found by name: ROIs, outlines and "
        "GeoJSON of other programs do not say how large it is, and pictures show it; default: next to "
        "the input",
    )
    parser.add_argument(
        "--overwrite", action="store_true", help="replace existing files; otherwise they are skipped"
    )
    add_pieces_option(parser)
    add_memory_option(parser)
    _add_choices(parser)
    add_filter_options(parser, images=False)


def run(args: argparse.Namespace) -> int:
    """Convert what the arguments name; return the exit code."""
    from cpsam_core.cli.filters import endings_from
    from cpsam_core.cli.sources import find_sources
    from cpsam_core.formats import find_format
    from cpsam_core.images.tables import align_columns
    from cpsam_core.system.paths import make_folder

    target = find_format(args.to)
    source = find_format(args.source) if args.source else None
    if args.one_file and target.key not in ("coco", "coco_polygons"):
        raise UsageError("--one_file is for COCO, the only format that holds several images")
    if not target.available:
        # Says which library is missing.
        target.function("write")
    tally = _ConvertTally()
    found, failures = find_sources(args.inputs, source, target, args.out, endings_from(args))
    for failure in failures:
        tally.fail(failure)
    if args.image is not None and not args.image.is_dir() and len(found) > 1:
        raise UsageError(
            f"--image {args.image} is one file, and there are {len(found)} inputs: give the folder"
        )
    if args.out is not None and found:
        make_folder(args.out)
    options = _options(args)
    if args.one_file:
        _join(found, target, args, tally)
    else:
        for one in found:
            _convert(one, target, options, args, tally)
    if target.key == "csv":
        align_columns(sorted(tally.written))
    return tally.end()


def _add_choices(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("choices of some formats")
    group.add_argument(
        "--tiled", action="store_true", help="tif: tiles instead of strips, for very large images"
    )
    _both(
        group,
        "one_file",
        action="store_true",
        help="coco: all images in one file, coco.json in the folder of --out",
    )
    group.add_argument(
        "--annotations",
        action="store_true",
        help="geojson: annotations, which QuPath lets you edit, instead of detections, which are lighter",
    )
    group.add_argument(
        "--ngff", choices=("0.4", "0.5"), default="0.4", help="zarr: version (default: %(default)s)"
    )
    _both(group, "show_ids", action="store_true", help="pictures: write the number of each object next to it")
    _both(group, "no_scale_bar", action="store_true", help="pictures: no scale bar")
    _both(
        group,
        "pixel_size",
        type=float,
        metavar="MICROMETRES",
        help="side of a pixel, if the files do not say or are wrong",
    )


def _both(group: argparse._ArgumentGroup, name: str, **keywords: object) -> None:
    """Add an option that is understood with hyphens as well."""
    group.add_argument(f"--{name}", dest=name, **keywords)  # type: ignore[arg-type]
    hidden = {**keywords, "help": argparse.SUPPRESS, "default": argparse.SUPPRESS}
    group.add_argument(f"--{name.replace('_', '-')}", dest=name, **hidden)  # type: ignore[arg-type]


def _options(args: argparse.Namespace) -> WriteOptions:
    from cpsam_core.formats import WriteOptions

    if args.pixel_size is not None and not 0 < args.pixel_size < 1e6:
        raise UsageError(f"--pixel_size is in micrometres, above 0; not {args.pixel_size:g}")
    return WriteOptions(
        tiled=args.tiled,
        annotations=args.annotations,
        ngff=args.ngff,
        show_ids=args.show_ids,
        scale_bar=not args.no_scale_bar,
    )


def _convert(
    source: InputImage, target: Format, options: WriteOptions, args: argparse.Namespace, tally: _ConvertTally
) -> None:
    """Convert one file; what fails is counted and not raised."""
    from cpsam_core.cli.batch import FAILURES
    from cpsam_core.formats import left_out, write_objects
    from cpsam_core.system.paths import make_folder

    try:
        if _convert_large(source, target, args, tally):
            return
        for objects, path in _targets(source, target, args):
            if _may_write(source, path, args, tally):
                make_folder(path.parent)
                write_objects(path, objects, target, options)
                notes = (*objects.notes, *left_out(target, objects))
                tally.done(source.path, len(objects.ids), path, notes)
    except FAILURES as error:
        tally.fail(describe(error), source.path)


def _may_write(source: InputImage, path: Path, args: argparse.Namespace, tally: _ConvertTally) -> bool:
    """Whether a result is to be written; what stands against it is counted."""
    if path.exists() and path.resolve() == source.path.resolve():
        tally.fail(f"{source.path} is of that format already, and is never replaced by itself: give --out")
    elif path in tally.written:
        tally.fail(f"{source.path}: {path} was written from another input already")
    elif path.exists() and not args.overwrite:
        tally.skip(path)
    else:
        return True
    return False


def _convert_large(
    source: InputImage, target: Format, args: argparse.Namespace, tally: _ConvertTally
) -> bool:
    """Convert labels that do not fit into memory part by part; return whether they are such."""
    from cpsam_core.images.replaceable import check_replaceable
    from cpsam_core.system.paths import make_folder

    large = large_labels([source.path], CONVERTED_BYTES, args.max_memory)
    if large is None:
        return False
    path = source.folder(args.out) / (source.stem + target.ending)
    if _may_write(source, path, args, tally):
        check_replaceable(path, target.content)
        make_folder(path.parent)
        count = convert_in_parts(large[0], path, target, args.pixel_size, args.separate_parts)
        notes = ("written part by part, without the image and colours of objects",)
        tally.done(source.path, count, path, notes if target.key == "zarr" else ())
    return True


def _targets(
    source: InputImage, target: Format, args: argparse.Namespace
) -> Iterator[tuple[ObjectSet, Path]]:
    """Yield the objects of each image that a file describes, and the file to write."""
    from cpsam_core.cli.sources import read_source

    for objects, stem in read_source(source, target, args.image, args.pixel_size, args.separate_parts):
        yield objects, source.folder(args.out) / (stem + target.ending)


def _join(found: list[InputImage], target: Format, args: argparse.Namespace, tally: _ConvertTally) -> None:
    """Write the objects of all inputs into one COCO file."""
    from cpsam_core.cli.batch import FAILURES
    from cpsam_core.cli.sources import read_source
    from cpsam_core.formats.coco import write_coco_dataset

    path = (args.out or Path()) / "coco.json"
    if path.exists() and not args.overwrite:
        tally.skip(path)
        return

    def each() -> Iterator[ObjectSet]:
        for source in found:
            try:
                for objects, _ in read_source(
                    source, target, args.image, args.pixel_size, args.separate_parts
                ):
                    tally.done(source.path, len(objects.ids), path, objects.notes)
                    yield objects
            except FAILURES as error:
                tally.fail(describe(error), source.path)

    if found:
        write_coco_dataset(path, each(), polygons=target.key == "coco_polygons")


def _ways(one: Format) -> str:
    if not one.can_write:
        return ", read only"
    return "" if one.can_read or one.key == "coco_polygons" else ", written only"


class _ConvertTally:
    """Says what became of each file, and counts failures."""

    def __init__(self) -> None:
        self.written: set[Path] = set()
        self._failed: list[str] = []
        self._skipped: list[Path] = []
        self._said: set[str] = set()

    def done(self, source: Path, count: int, path: Path, notes: tuple[str, ...]) -> None:
        """Take in a file of so many objects that was written."""
        self.written.add(path)
        say(f"{source.name}: {count} object{'' if count == 1 else 's'} -> {path}")
        for note in notes:
            # What a format cannot keep is the same for all files.
            if note not in self._said:
                tell(f"{source.name}: {note}")
                self._said.add(note)

    def skip(self, path: Path) -> None:
        """Take in a file that is there already."""
        self._skipped.append(path)

    def fail(self, reason: str, source: Path | None = None) -> None:
        """Take in a failure; `reason` may name the file itself."""
        named = source is None or str(source) in reason
        self._failed.append(reason if named else f"{source}: {reason}")
        tell(f"error: {self._failed[-1]}")

    def end(self) -> int:
        """Sum up; return the exit code."""
        if self._skipped:
            tell(
                f"{len(self._skipped)} skipped, because the results exist (the first: {self._skipped[0]}); "
                "--overwrite replaces them"
            )
        if len(self._failed) > 1:
            tell(f"error: {len(self._failed)} failed")
        return FAILED if self._failed else OK
