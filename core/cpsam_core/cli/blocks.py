"""`cpsam segment` by blocks: what decides it, its options, and how it is said."""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from cpsam_core.cli.common import UsageError, tell, terminal_progress
from cpsam_core.system.sizes import size_in_words

if TYPE_CHECKING:
    from cpsam_core.blocks import BlockRun, Plan
    from cpsam_core.cli.outputs import Target
    from cpsam_core.images import Source
    from cpsam_core.segment.segmenter import Segmenter
    from cpsam_core.segment.settings import Settings

GIGABYTE = 1_000_000_000


@dataclass(frozen=True)
class BlockOptions:
    """What the options say; `side` is None where memory decides, `never` where blocks are not wanted."""

    side: int | None
    always: bool
    never: bool
    most: int | None
    workers: int
    dask: str
    cluster: Path | None


def add_block_options(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    group = parser.add_argument_group("images larger than memory")
    group.add_argument(
        "--blocks",
        type=_blocks,
        default="auto",
        metavar="auto|never|PIXELS",
        help="work block by block: auto where the image does not fit into memory, or always in blocks of so "
        "many pixels; the objects are the same. A run that was stopped is resumed by the same command, "
        "and several commands share the work (default: auto)",
    )
    group.add_argument(
        "--max-memory",
        "--max_memory",
        dest="max_memory",
        type=float,
        metavar="GB",
        help="memory to use in addition to the network (default: half of what is free)",
    )
    group.add_argument(
        "--workers",
        type=int,
        default=0,
        metavar="N",
        help='processes on this machine that share the blocks (needs pip install "cpsam-gui[cluster]")',
    )
    group.add_argument("--dask", default="", metavar="ADDRESS", help="a dask scheduler: tcp://host:8786")
    group.add_argument(
        "--cluster",
        type=Path,
        metavar="FILE",
        help="a JSON file with the jobs of a queue (SLURM, LSF, PBS, SGE); see the documentation",
    )


def block_options(args: argparse.Namespace) -> BlockOptions:
    """Return what the options say.

    Raises
    ------
    UsageError
        A value makes no sense.
    """
    if args.max_memory is not None and not args.max_memory > 0:
        raise UsageError(f"--max-memory is in gigabytes, above 0; not {args.max_memory:g}")
    if args.workers < 0:
        raise UsageError(f"--workers is a number of processes, not {args.workers}")
    if sum(map(bool, (args.workers, args.dask, args.cluster))) > 1:
        raise UsageError("--workers, --dask and --cluster exclude each other")
    most = None if args.max_memory is None else int(args.max_memory * GIGABYTE)
    side = args.blocks if isinstance(args.blocks, int) else None
    spread = bool(args.workers or args.dask or args.cluster)
    return BlockOptions(
        side, side is not None or spread, args.blocks == "never", most, args.workers, args.dask, args.cluster
    )


def source_for_blocks(target: Target, settings: Settings, options: BlockOptions) -> Source | None:
    """Return the image where it is to be segmented by blocks, None where it is not.

    Raises
    ------
    ImageError
        It cannot be opened, or a kind of result is asked for that is not written piece by piece.
    """
    from cpsam_core.blocks.plan import allowed_memory, fits_memory, needed_for_whole
    from cpsam_core.blocks.results import KINDS
    from cpsam_core.errors import ImageError
    from cpsam_core.images import open_source

    if options.never or (not options.always and not _may_be_large(target.image, options)):
        return None
    source = open_source(target.image, settings.axes, time=target.key.time, scene=target.key.scene)
    shape = source.shape[:3]
    if not options.always and fits_memory(shape, options.most, volume=settings.do_3D):
        return None
    needed = size_in_words(needed_for_whole(shape, volume=settings.do_3D))
    refused = [kind for kind in target.files if kind not in KINDS]
    if refused:
        raise ImageError(
            f"{target.image} needs {needed} of memory as a whole, and "
            f"{size_in_words(allowed_memory(options.most))} may be used; by blocks {', '.join(KINDS)} can be saved, "
            f"not {', '.join(refused)}. Leave those out, or allow more with --max-memory."
        )
    return source


def _plan(source: Source, options: BlockOptions, diameter: float, anisotropy: float | None) -> Plan:
    """Return the blocks for cells of a diameter; `anisotropy` for runs through the planes only."""
    from cpsam_core.blocks import plan_blocks
    from cpsam_core.blocks.plan import allowed_memory

    # Each worker of this machine holds a block at a time.
    most = allowed_memory(options.most) // max(1, options.workers)
    return plan_blocks(source.shape[:3], diameter, side=options.side, most=most, anisotropy=anisotropy)


def segment_by_blocks(
    target: Target,
    source: Source,
    segmenter: Segmenter,
    settings: Settings,
    options: BlockOptions,
    args: argparse.Namespace,
) -> tuple[int, float]:
    """Segment one image by blocks and write its results; return its objects and the diameter that was used.

    Raises
    ------
    ImageError
        What cannot be read or written; what is done stays, and the same command goes on.
    SettingsError
        A setting does not work by blocks.
    """
    from cpsam_core.blocks import start_run
    from cpsam_core.blocks.claims import in_use, remove_unused
    from cpsam_core.blocks.executors import Where, executor_for
    from cpsam_core.blocks.plan import forecast
    from cpsam_core.blocks.reading import BlockReading
    from cpsam_core.blocks.results import count_objects, save_once
    from cpsam_core.blocks.task import BlocksFolder

    folder = next(iter(target.files.values())).parent / f"{target.stem}.blocks"
    reading = BlockReading(
        str(target.image),
        target.key.scene,
        target.key.time,
        settings.axes,
        str(args.model),
        args.device,
        args.precision,
    )

    files, done = BlocksFolder(folder), False
    plan = partial(_plan, source, options)
    try:
        # Before it begins: another command that ends just now would take the folder away.
        with in_use(files.claims):
            run: BlockRun = start_run(folder, reading, segmenter.network, settings, plan)
            work = run.work
            costs = forecast(work.plan, work.settings, segmenter.network.tile, work.anisotropy)
            tell(f"{target.image.name}: {costs.text()}")
            left = {stage: len(run.left(stage)) for stage in run.stages()}
            if left["find"] < len(run.tasks("find")):
                tell(f"{target.image.name}: goes on with {folder}")
            with (
                executor_for(Where(options.workers, options.dask, options.cluster)) as executor,
                terminal_progress(target.image.name, "block") as progress,
            ):
                run.run(progress, executor)
                count = count_objects(run)
                save_once(run, target.files)
            done = True
    finally:
        # Who shares it needs it to its own end. What is there of a run that ended early goes on.
        if done or not files.facts.exists():
            remove_unused(folder, files.claims)
    diameter = work.settings.diameter
    return count, diameter if isinstance(diameter, float) else 30.0


def _may_be_large(path: Path, options: BlockOptions) -> bool:
    """Whether it is worth opening a file to see how large its image is."""
    from cpsam_core.blocks.plan import WHOLE_BYTES_A_VOXEL, allowed_memory
    from cpsam_core.images.limits import most_values

    return most_values(path) * WHOLE_BYTES_A_VOXEL > allowed_memory(options.most)


def _blocks(text: str) -> int | str:
    if text in ("auto", "never"):
        return text
    try:
        side = int(text)
    except ValueError:
        side = 0
    if side < 1:
        raise argparse.ArgumentTypeError(f"auto, never or a number of pixels, not {text!r}")
    return side
