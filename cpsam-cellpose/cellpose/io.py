"""Files: images in, masks and what belongs to them out, under the names that callers look for."""

from __future__ import annotations

import logging
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cellpose.log import logger_setup
from cellpose.names import get_image_files, get_label_files
from cpsam_core import weights
from cpsam_core.images import (
    SegFile,
    arrange,
    overlay_picture,
    read_labels,
    read_seg,
    write_labels,
    write_outlines,
    write_picture,
    write_rois,
    write_seg,
    write_tiff,
)
from cpsam_core.images.files import saving
from cpsam_core.images.readers import read_raw

__all__ = [
    "add_model",
    "get_image_files",
    "get_label_files",
    "imread",
    "imread_2D",
    "imread_3D",
    "imsave",
    "load_images_labels",
    "load_train_test_data",
    "logger_setup",
    "masks_flows_to_seg",
    "outlines_to_text",
    "save_masks",
    "save_rois",
    "save_to_png",
]

log = logging.getLogger("cellpose")

AnyPath = str | os.PathLike[str]
MOST_IN_PNG = 2**16 - 1
"""Numbers that the 16 bits of a PNG hold."""


def imread(filename: AnyPath) -> NDArray[Any]:
    """Return the array of an image as it is in the file; of a `_seg.npy` its masks."""
    if Path(filename).name.endswith("_seg.npy"):
        return read_seg(filename).masks
    return read_raw(filename).array


def imread_2D(img_file: AnyPath) -> NDArray[Any]:  # noqa: N802 - the name that callers know
    """Return a plane as (y, x, 3), with zeros for channels that it lacks."""
    image = arrange(imread(img_file))
    plane = image.pixels[0][..., :3]
    return np.pad(plane, ((0, 0), (0, 0), (0, 3 - plane.shape[-1])))


def imread_3D(img_file: AnyPath) -> NDArray[Any]:  # noqa: N802 - the name that callers know
    """Return a stack as (z, y, x, channel)."""
    return arrange(imread(img_file)).pixels


def imsave(filename: AnyPath, arr: NDArray[Any]) -> None:
    """Write an array, as labels or as a picture; the ending chooses the kind of file."""
    if (
        np.asarray(arr).ndim == 3
        and arr.shape[-1] == 3
        and Path(filename).suffix.lower() not in (".tif", ".tiff")
    ):
        write_picture(filename, arr)
    elif np.asarray(arr).dtype.kind == "f":
        write_tiff(filename, arr, "QZCYX"[-arr.ndim :])
    else:
        write_labels(filename, np.asarray(arr))


def load_images_labels(
    tdir: AnyPath,
    mask_filter: str = "_masks",
    image_filter: str | None = None,
    look_one_level_down: bool = False,
) -> tuple[list[NDArray[Any]], list[NDArray[Any]], list[str]]:
    """Return the images of a folder, their masks, and their names; images without masks are left out."""
    names = get_image_files(tdir, mask_filter, image_filter, look_one_level_down)
    labels = get_label_files(names, mask_filter, image_filter)[0]
    found = [(name, label) for name, label in zip(names, labels, strict=True) if Path(label).is_file()]
    log.info("%d of %d images in %s have masks", len(found), len(names), tdir)
    return (
        [imread(name) for name, _ in found],
        [read_labels(label) for _, label in found],
        [name for name, _ in found],
    )


def load_train_test_data(
    train_dir: AnyPath,
    test_dir: AnyPath | None = None,
    image_filter: str | None = None,
    mask_filter: str = "_masks",
    look_one_level_down: bool = False,
) -> tuple[Any, ...]:
    """Return images, masks and names to train on, and those to test on; None for these without a folder."""
    train = load_images_labels(train_dir, mask_filter, image_filter, look_one_level_down)
    if not test_dir:
        return (*train, None, None, None)
    return (*train, *load_images_labels(test_dir, mask_filter, image_filter, look_one_level_down))


def masks_flows_to_seg(
    images: Any, masks: Any, flows: Any, file_names: Any, channels: Any = None, **_: Any
) -> None:
    """Write `NAME_seg.npy` beside an image, or beside each of a list."""
    if isinstance(masks, list):
        for one in zip(images, masks, flows, _each_name(file_names, len(masks)), strict=True):
            masks_flows_to_seg(*one, channels=channels)
        return
    name = str(file_names)
    known = len(flows) > 2
    seg = SegFile(
        masks=np.asarray(masks, np.uint32),
        flows=np.asarray(flows[1], np.float32) if known else None,
        logits=np.asarray(flows[2], np.float32) if known else None,
        filename=name,
    )
    write_seg(f"{Path(name).with_suffix('')}_seg.npy", seg)


def save_rois(masks: NDArray[Any], file_name: AnyPath, multiprocessing: Any = None) -> None:
    """Write the outlines of masks as `NAME_rois.zip` for ImageJ; nothing where there is no object."""
    if not np.any(masks):
        log.warning("no masks found, so no outlines for ImageJ are written")
        return
    write_rois(f"{Path(file_name).with_suffix('')}_rois.zip", masks)


def outlines_to_text(base: AnyPath, outlines: Sequence[NDArray[Any]]) -> None:
    """Write outlines, each (points, 2) with x and y, as `BASE_cp_outlines.txt`: a line an object, for ImageJ."""
    with saving(f"{base}_cp_outlines.txt") as path, path.open("w", encoding="ascii", newline="\n") as file:
        file.writelines(",".join(map(str, np.asarray(one).ravel().tolist())) + "\n" for one in outlines)


def add_model(filename: AnyPath) -> None:
    """Copy a file of weights to the user's models, where its name is enough."""
    log.info("%s is one of the models now", weights.add_model(filename).name)


def save_to_png(images: Any, masks: Any, flows: Any, file_names: Any) -> None:
    """Write masks as PNG, as `save_masks` does."""
    save_masks(images, masks, flows, file_names, png=True)


def save_masks(
    images: Any,
    masks: Any,
    flows: Any,
    file_names: Any,
    png: bool = True,
    tif: bool = False,
    channels: Any = None,
    suffix: str = "_cp_masks",
    save_flows: bool = False,
    save_outlines: bool = False,
    dir_above: bool = False,
    in_folders: bool = False,
    savedir: AnyPath | None = None,
    save_txt: bool = False,
    save_mpl: bool = False,
) -> None:
    """Write the masks of an image and what else is asked for, or those of each of a list.

    Stacks are written as TIFF, and so are more objects than 16 bits hold. Parameters are those of Cellpose; the
    pictures that `save_mpl` asks for are drawn without matplotlib.
    """
    if isinstance(masks, list):
        for one in zip(images, masks, flows, _each_name(file_names, len(masks)), strict=True):
            save_masks(
                *one,
                png,
                tif,
                channels,
                suffix,
                save_flows,
                save_outlines,
                dir_above,
                in_folders,
                savedir,
                save_txt,
                save_mpl,
            )
        return
    flat = masks.ndim == 2
    if not flat and png and not tif:
        raise ValueError("a PNG holds one plane only; save the masks of a stack as TIFF (tif=True)")
    path = Path(file_names)
    folder = Path(savedir) if savedir is not None else path.parent.parent if dir_above else path.parent
    base = path.stem
    too_many = masks.max(initial=0) > MOST_IN_PNG
    if png and too_many:
        log.warning("more than %d objects do not fit into a PNG; they are written as TIFF", MOST_IN_PNG)
    place = _Places(folder, in_folders)
    if png and flat and not too_many:
        write_labels(place("masks") / f"{base}{suffix}.png", masks)
    if tif or (png and too_many):
        write_labels(place("masks") / f"{base}{suffix}.tif", masks)
    if not flat:
        return
    if save_flows:
        write_tiff(place("flows") / f"{base}_flows{suffix}.tif", np.asarray(flows[0]), "YXS")
        write_tiff(place("flows") / f"{base}_dP{suffix}.tif", np.asarray(flows[1], np.float32), "CYX")
    if save_outlines:
        write_picture(place("outlines") / f"{base}_outlines{suffix}.png", _outlined(images, masks))
    if save_mpl:
        write_picture(place("") / f"{base}_cp_output{suffix}.png", _outlined(images, masks))
    if save_txt:
        write_outlines(place("txt_outlines") / f"{base}_cp_outlines.txt", masks)


class _Places:
    """The folder of each kind of file, made when it is first asked for."""

    def __init__(self, folder: Path, apart: bool) -> None:
        self._folder, self._apart = folder, apart

    def __call__(self, kind: str) -> Path:
        folder = self._folder / kind if self._apart else self._folder
        folder.mkdir(parents=True, exist_ok=True)
        return folder


def _outlined(image: Any, masks: NDArray[Any]) -> NDArray[np.uint8]:
    shown = image if hasattr(image, "pixels") else arrange(image)
    return overlay_picture(shown, np.asarray(masks, np.uint32))


def _each_name(names: Any, count: int) -> Sequence[Any]:
    return [names] * count if isinstance(names, str | os.PathLike) else names
