"""`cellpose --dir ...`: the images of a folder, one after the other; the files of each as soon as it is done."""

from __future__ import annotations

import argparse
import logging
import time
from pathlib import Path
from typing import Any

from cellpose import io
from cellpose.models import CellposeModel, percent_line, results_of
from cellpose.names import get_image_files
from cellpose.settings import axes_of, normalize_argument, settings_of
from cpsam_core.errors import CpsamError
from cpsam_core.images import Image, arrange, read_image
from cpsam_core.images.readers import read_raw
from cpsam_core.segment.settings import Settings

log = logging.getLogger("cellpose")

SUFFIX = "_cp_masks"
SAVED = ("save_png", "save_tif", "save_flows", "save_outlines", "save_txt", "save_mpl")
"""Options that ask for files beside `_seg.npy` and ROIs, each by itself."""


def run(args: argparse.Namespace, device: Any) -> int:
    """Segment what the options name; return 1 where an image failed, else 0."""
    begun = time.perf_counter()
    paths = _images(args)
    model = CellposeModel(pretrained_model=args.pretrained_model, device=device)
    log.info("running %s on %d images", args.pretrained_model, len(paths))
    settings = _settings(args)
    log.info("%s", percent_line(0, len(paths)))
    failed = 0
    for number, path in enumerate(paths, 1):
        try:
            _segment(path, model, settings, args)
        except (CpsamError, OSError, MemoryError) as error:
            failed += 1
            log.error("%s: %s", path, error or "not enough memory")
        log.info("%s", percent_line(number, len(paths)))
    log.info("completed in %.3f sec", time.perf_counter() - begun)
    return 1 if failed else 0


def _images(args: argparse.Namespace) -> list[str]:
    if args.image_path:
        return [args.image_path]
    return get_image_files(args.dir, args.mask_filter, args.img_filter, args.look_one_level_down)


def _settings(args: argparse.Namespace) -> Settings:
    return settings_of(
        diameter=args.diameter,
        niter=args.niter,
        min_size=args.min_size,
        anisotropy=args.anisotropy,
        flow_threshold=args.flow_threshold,
        cellprob_threshold=args.cellprob_threshold,
        flow3D_smooth=args.flow3D_smooth,
        stitch_threshold=args.stitch_threshold,
        do_3D=args.do_3D,
        normalize=normalize_argument(args),
        invert=args.invert,
        batch_size=args.batch_size,
        augment=args.augment,
        tile_overlap=args.tile_overlap,
        resample=not args.no_resample,
        exclude_on_edges=args.exclude_on_edges,
    )


def _segment(path: str, model: CellposeModel, settings: Settings, args: argparse.Namespace) -> None:
    image = _read(path, args, settings)
    found = model.segmenter.segment(image, settings)
    masks, flows = results_of(found, settings)
    if any(getattr(args, name) for name in SAVED):
        io.save_masks(
            image,
            masks,
            flows,
            path,
            png=args.save_png and masks.ndim == 2,
            # A PNG holds one plane.
            tif=args.save_tif or (args.save_png and masks.ndim > 2),
            suffix=_suffix(args),
            save_flows=args.save_flows,
            save_outlines=args.save_outlines,
            dir_above=args.dir_above,
            in_folders=args.in_folders,
            savedir=args.savedir,
            save_txt=args.save_txt,
            save_mpl=args.save_mpl,
        )
    if args.save_rois:
        io.save_rois(masks, path)
    if not args.no_npy:
        io.masks_flows_to_seg(image, masks, flows, path)


def _read(path: str, args: argparse.Namespace, settings: Settings) -> Image:
    """Read an image with the axes that the options name, else those of the file; time points become planes."""
    if args.channel_axis is not None or args.z_axis is not None:
        volume = settings.do_3D or settings.stitch_threshold > 0
        return read_image(path, axes_of(read_raw(path).array.shape, args.channel_axis, args.z_axis, volume))
    raw = read_raw(path)
    axes = raw.axes.replace("T", "Z") if "T" in raw.axes and "Z" not in raw.axes else raw.axes
    return arrange(
        raw.array,
        axes,
        channel_names=raw.channel_names,
        pixel_size=raw.pixel_size,
        z_step=raw.z_step,
        path=Path(path),
    )


def _suffix(args: argparse.Namespace) -> str:
    """Return what follows the name of an image; it may be nothing only where results go to a folder of their own."""
    if args.output_name is None:
        return SUFFIX
    apart = args.savedir is not None and Path(args.savedir).resolve() != Path(args.dir or ".").resolve()
    return args.output_name if args.output_name or apart else SUFFIX
