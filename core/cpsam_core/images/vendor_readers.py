"""Formats of microscopes and of other fields, read by libraries that are installed for them: one small adapter each.

Every adapter opens an image without reading its pixels where its library allows that.
"""

from __future__ import annotations

import importlib
import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from cpsam_core.errors import ImageError, reason
from cpsam_core.images.readers import Raw, Reader, choose_scene, register
from cpsam_core.images.stand_in import Grid, stand_in

__all__ = ["open_bioio", "open_czi", "open_hdf5", "open_mrc", "open_nd2"]

Opened = tuple[Raw, tuple[Grid, ...]]

METRES_TO_MICROMETRES = 1e6
ANGSTROMS_TO_MICROMETRES = 1e-4


@dataclass(frozen=True, eq=False)
class _Parts:
    """A grid whose parts a function reads; the function opens and closes the file."""

    shape: tuple[int, ...]
    dtype: np.dtype[Any]
    read: Callable[[tuple[slice, ...]], npt.NDArray[Any]]

    def __getitem__(self, index: tuple[slice, ...]) -> npt.NDArray[Any]:
        full = tuple(slice(*part.indices(length)) for part, length in zip(index, self.shape, strict=True))
        return self.read(full)


def open_nd2(path: Path, scene: int | str | None = None) -> Opened:
    """Open a file of Nikon (nd2); positions are scenes.

    Raises
    ------
    ImageError
        The library is missing, or the file is damaged.
    """
    nd2 = _library("nd2", "nd2", path)
    with nd2.ND2File(path) as file:
        sizes = dict(file.sizes)
        positions = sizes.pop("P", 1)
        names = tuple(str(number) for number in range(positions))
        place = choose_scene(names, scene, path)
        channels = tuple(str(one.channel.name or "") for one in (file.metadata.channels or ()))
        voxel = file.voxel_size()
        array = file.asarray(position=place if positions > 1 else None)
    axes = "".join(axis if axis in "TZCYXS" else "?" for axis in sizes)
    raw = Raw(array, axes, channels or None, voxel.x or None, voxel.z if "Z" in sizes else None)
    raw = replace(
        raw, pixel_height=voxel.y or None, scene=names[place] if positions > 1 else "", scenes=names
    )
    return raw, (array,)


def open_czi(path: Path, scene: int | str | None = None) -> Opened:
    """Open a file of Zeiss (CZI); planes are read in parts, at falling resolutions.

    Raises
    ------
    ImageError
        The library is missing, or the file is damaged.
    """
    library = _library("pylibCZIrw.czi", "czi", path)
    with library.open_czi(str(path)) as file:
        box = file.total_bounding_box
        rectangles = dict(file.scenes_bounding_rectangle) or {None: file.total_bounding_rectangle}
        metadata = file.metadata
        kinds = {str(kind) for kind in file.pixel_types.values()}
    scenes = list(rectangles)
    names = tuple(str(name) if name is not None else "0" for name in scenes)
    place = choose_scene(names, scene, path)
    area = rectangles[scenes[place]]
    lengths = [box[axis][1] - box[axis][0] for axis in "TZC"]
    is_colour = any(kind.startswith("Bgr") for kind in kinds)
    if len(kinds) > 1:
        raise ImageError(
            f"{path} holds channels of different kinds ({', '.join(sorted(kinds))}); export it as OME-TIFF."
        )
    bits = next(iter(kinds))
    dtype = np.dtype(
        np.float32 if "Float" in bits else np.uint16 if "16" in bits or "48" in bits else np.uint8
    )
    shape = (*lengths, area.h, area.w, *((3,) if is_colour else ()))

    def read(index: tuple[slice, ...]) -> npt.NDArray[Any]:
        times, planes, channels, rows, columns = (range(part.start, part.stop) for part in index[:5])
        roi = (area.x + columns.start, area.y + rows.start, len(columns), len(rows))
        samples = shape[5] if is_colour else 1
        part = np.empty((*(len(one) for one in (times, planes, channels, rows, columns)), samples), dtype)
        with library.open_czi(str(path)) as file:
            for t in times:
                for z in planes:
                    for c in channels:
                        plane = file.read(plane={"T": t, "Z": z, "C": c}, roi=roi, scene=scenes[place])
                        part[t - times.start, z - planes.start, c - channels.start] = plane[..., ::-1]
        return part[..., index[5]] if is_colour else part[..., 0]

    grid = _Parts(shape, dtype, read)
    sizes = _czi_sizes(metadata)
    names_of_channels = _czi_channels(metadata)
    raw = Raw(
        stand_in(grid),
        "TZCYXS" if is_colour else "TZCYX",
        names_of_channels if len(names_of_channels) == lengths[2] and not is_colour else None,
        sizes.get("X"),
        sizes.get("Z"),
        pixel_height=sizes.get("Y"),
        scene=names[place] if len(names) > 1 else "",
        scenes=names,
    )
    return raw, (grid,)


def open_bioio(path: Path, scene: int | str | None = None) -> Opened:
    """Open a file with whatever plug-in of bioio reads it: Leica, Olympus, DeltaVision and others.

    Raises
    ------
    ImageError
        bioio or a plug-in for this kind of file is missing, or the file is damaged.
    """
    bioio = _library("bioio", "bioio", path)
    try:
        image = bioio.BioImage(str(path))
        names = tuple(map(str, image.scenes))
        place = choose_scene(names, scene, path)
        image.set_scene(place)
        array = np.asarray(image.data)
        order = image.dims.order
        channels = tuple(map(str, image.channel_names or ()))
        sizes = image.physical_pixel_sizes
    except ImageError:
        raise
    # Each plug-in is a program of its own and raises what it likes; whatever that is, this file cannot be read.
    except Exception as error:
        raise ImageError(
            f"{path} is read by no plug-in of bioio that is installed ({reason(error)}). There is one for most kinds: "
            f"pip install bioio-{path.suffix[1:].lower()}, or bioio-bioformats (needs Java)."
        ) from error
    axes = "".join(axis if axis in "TZCYXS" else "?" for axis in order)
    names_fit = len(channels) == array.shape[axes.index("C")] if "C" in axes else False
    raw = Raw(array, axes, channels if names_fit else None, sizes.X, sizes.Z)
    raw = replace(raw, pixel_height=sizes.Y, scene=names[place] if len(names) > 1 else "", scenes=names)
    return raw, (array,)


def open_hdf5(path: Path, scene: int | str | None = None) -> Opened:
    """Open a data set of an HDF5 file; data sets of two axes and more are scenes, called by their paths.

    Raises
    ------
    ImageError
        The library is missing, there is no image, or the file is damaged.
    """
    h5py = _library("h5py", "hdf5", path)
    with h5py.File(path, "r") as file:
        found: dict[str, Any] = {}

        def look(name: str, one: Any) -> None:
            if isinstance(one, h5py.Dataset) and one.ndim >= 2 and one.dtype.kind in "buif":
                found[name] = (tuple(one.shape), one.dtype, _hdf5_axes(one))

        file.visititems(look)
    if not found:
        raise ImageError(f"{path} holds no image: no data set of two axes or more.")
    names = tuple(found)
    chosen = names[choose_scene(names, scene, path)]
    shape, dtype, axes = found[chosen]

    def read(index: tuple[slice, ...]) -> npt.NDArray[Any]:
        with h5py.File(path, "r") as file:
            return np.asarray(file[chosen][index])

    grid = _Parts(shape, dtype, read)
    return Raw(stand_in(grid), axes, scene=chosen if len(names) > 1 else "", scenes=names), (grid,)


def open_mrc(path: Path, scene: int | str | None = None) -> Opened:
    """Open an MRC file of electron microscopy, mapped from disk.

    Raises
    ------
    ImageError
        The library is missing, or the file is damaged.
    """
    mrcfile = _library("mrcfile", "mrc", path)
    choose_scene(("",), scene, path)
    with mrcfile.mmap(path, mode="r") as file:
        shape, dtype = tuple(file.data.shape), file.data.dtype
        voxel = file.voxel_size
        size, step = (float(voxel[axis]) * ANGSTROMS_TO_MICROMETRES for axis in ("x", "z"))
        is_packed = file.is_single_image() or file.is_volume() or file.is_image_stack()
    if not is_packed:
        raise ImageError(f"{path} holds several volumes; save them apart.")

    def read(index: tuple[slice, ...]) -> npt.NDArray[Any]:
        with mrcfile.mmap(path, mode="r") as file:
            return np.array(file.data[index])

    grid = _Parts(shape, dtype, read)
    deep = len(shape) == 3
    return Raw(
        stand_in(grid), "ZYX" if deep else "YX", None, size or None, (step or None) if deep else None
    ), (grid,)


def _library(name: str, extra: str, path: Path) -> Any:
    try:
        return importlib.import_module(name)
    except ImportError as error:
        raise ImageError(
            f"{path} is read by the library {name.split('.')[0]}, which is not installed. Install it with: "
            f'pip install "cpsam-gui[{extra}]"'
        ) from error


def _hdf5_axes(dataset: Any) -> str:
    """Return the axes that a data set states, "?" for those it does not."""
    labels = [str(dimension.label).upper() for dimension in dataset.dims]
    letters = "".join(label if label in ("T", "Z", "C", "Y", "X") else "?" for label in labels)
    named = [letter for letter in letters if letter != "?"]
    return letters if len(set(named)) == len(named) else "?" * len(letters)


def _czi_sizes(metadata: Any) -> dict[str, float]:
    """Return micrometres by axis."""
    found = {}
    for one in _listed(_below(metadata, "ImageDocument", "Metadata", "Scaling", "Items", "Distance")):
        try:
            size = float(one["Value"]) * METRES_TO_MICROMETRES
            if math.isfinite(size) and size > 0:
                found[str(one["@Id"])] = size
        except (KeyError, TypeError, ValueError):
            continue
    return found


def _czi_channels(metadata: Any) -> tuple[str, ...]:
    path = ("ImageDocument", "Metadata", "Information", "Image", "Dimensions", "Channels", "Channel")
    listed = _listed(_below(metadata, *path))
    return tuple(str(one.get("@Name", "")) if isinstance(one, dict) else "" for one in listed)


def _below(value: Any, *keys: str) -> Any:
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _whole(open_scene: Callable[[Path, int | str | None], Opened]) -> Callable[[Path, int | str | None], Raw]:
    def read(path: Path, scene: int | str | None = None) -> Raw:
        raw, levels = open_scene(path, scene)
        first = levels[0]
        return replace(raw, array=first[tuple(slice(None) for _ in first.shape)])

    return read


def _register(
    name: str,
    suffixes: tuple[str, ...],
    open_scene: Callable[[Path, int | str | None], Opened],
    begins: tuple[bytes, ...] = (),
) -> None:
    whole = _whole(open_scene)
    register(Reader(name, suffixes, lambda path: whole(path, None), begins, whole, open_scene))


_register(
    "an image of a microscope",
    (".lif", ".oib", ".oif", ".oir", ".dv", ".r3d", ".vsi", ".ims", ".zvi", ".sldy", ".xlif"),
    open_bioio,
)
_register("an MRC", (".mrc", ".rec"), open_mrc)
_register("an HDF5", (".h5", ".hdf5", ".hdf"), open_hdf5, (b"\x89HDF\r\n\x1a\n",))
_register("a CZI", (".czi",), open_czi, (b"ZISRAWFILE",))
_register("an ND2", (".nd2",), open_nd2, (b"\xda\xce\xbe\n", b"\x00\x00\x00\x0cjP  "))
