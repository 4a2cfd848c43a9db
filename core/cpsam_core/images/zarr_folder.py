"""Zarr: a folder or a zip file of arrays in chunks, whose metadata are read here before zarr sees anything.

Only arrays are left to zarr, once their codecs are known to be harmless: one of those that zarr knows unpickles.
"""

from __future__ import annotations

import math
import os
import zipfile
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np
import numpy.typing as npt

from cpsam_core.errors import DAMAGE, ImageError, reason
from cpsam_core.images.files import opening
from cpsam_core.images.json_values import MOST_BYTES, as_text, load_json, parse_json
from cpsam_core.images.limits import check_size
from cpsam_core.images.zarr_chunks import PlainChunks, plain_chunks

__all__ = ["ZarrArray", "ZarrFolder"]

HARMLESS = {
    "bytes",
    "crc32c",
    "gzip",
    "zstd",
    "blosc",
    "transpose",
    "sharding_indexed",
    "zlib",
    "lz4",
    "bz2",
    "lzma",
    "delta",
    "shuffle",
    "packbits",
    "fixedscaleoffset",
    "numcodecs.zlib",
    "numcodecs.gzip",
    "numcodecs.zstd",
    "numcodecs.blosc",
    "numcodecs.lz4",
    "numcodecs.bz2",
    "numcodecs.lzma",
    "numcodecs.delta",
    "numcodecs.shuffle",
    "numcodecs.packbits",
    "numcodecs.crc32c",
}
"""Codecs that do nothing but pack numbers."""


ENOUGH_STORED_BYTES = 1 << 28
"""Bytes of chunks after which nobody asks whether they can hold what an array states."""

MOST_CHUNK_PX = 1 << 30
"""Pixels of a chunk over which an array is refused: one has to be unpacked whole."""


class ZarrFolder:
    """A folder or zip file of groups and arrays.

    Parameters
    ----------
    path
        The folder, or the zip file.

    Raises
    ------
    ImageError
        It is neither.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._members: dict[str, zipfile.ZipInfo] | None = None
        with opening(path):
            if path.is_dir():
                return
            if not path.exists():
                raise ImageError(f"There is no file {path}.")
            if not zipfile.is_zipfile(path):
                raise ImageError(f"{path} is neither a folder nor a zip file of Zarr.")
            with zipfile.ZipFile(path) as archive:
                self._members = {one.filename: one for one in archive.infolist()}

    def attributes(self, group: str) -> dict[str, Any]:
        """Return the attributes of a group, {} without any."""
        for name, key in (("zarr.json", "attributes"), (".zattrs", "")):
            data = self._json(self.join(group, name))
            if data is not None:
                data = data.get(key, {}) if key and isinstance(data, dict) else data
                return data if isinstance(data, dict) else {}
        return {}

    def metadata(self, group: str) -> dict[str, Any]:
        """Return the metadata of the format OME-Zarr, which 0.5 keeps under a key of their own."""
        attributes = self.attributes(group)
        ome = attributes.get("ome")
        return ome if isinstance(ome, dict) else attributes

    def has_array(self, group: str) -> bool:
        """Whether there is an array of that path."""
        return self._described(group) is not None

    def join(self, group: str, relative: str) -> str:
        """Return a path below a group once it leads nowhere else.

        Raises
        ------
        ImageError
            It leaves the group.
        """
        found = PurePosixPath(relative)
        leaves = found.is_absolute() or ".." in found.parts or "\\" in relative or ":" in relative
        if not relative or leaves:
            raise ImageError(f"{self.path} is a damaged OME-Zarr: it refers to {relative or 'nothing'}.")
        return f"{group}/{found}" if group else str(found)

    def open_array(self, path: str) -> ZarrArray:
        """Open an array without reading its chunks.

        Raises
        ------
        ImageError
            It is missing, damaged, or packed in a way that could run code.
        """
        import zarr

        described = self._described(path)
        if described is None:
            raise ImageError(f"{self.path} is a damaged OME-Zarr: the array {path} is missing.")
        version, metadata = described
        if version == 3 and int(zarr.__version__.split(".")[0]) < 3:
            raise ImageError(
                f"{self.path} is of the version 3 of Zarr, which needs the library zarr 3 and Python 3.11."
            )
        unknown = set(_codecs(metadata)) - HARMLESS
        if unknown:
            raise ImageError(
                f"{self.path} is packed with {', '.join(sorted(unknown))}, which is not read here."
            )
        try:
            with opening(self.path):
                plain = plain_chunks(self.path / path, version, metadata) if self._members is None else None
                return ZarrArray(self._open(zarr, path), self.path, partial(self._stored, path), plain)
        except (*DAMAGE, *_own_errors()) as error:
            raise ImageError(f"{self.path} is a damaged OME-Zarr ({reason(error)}).") from error

    def _open(self, zarr: Any, path: str) -> Any:
        if self._members is None:
            return zarr.open_array(str(self.path / path), mode="r")
        return zarr.open_array(zarr.storage.ZipStore(str(self.path), mode="r"), path=path, mode="r")

    def _stored(self, path: str) -> int:
        """Return the bytes of all chunks of an array."""
        if self._members is not None:
            return sum(one.compress_size for name, one in self._members.items() if name.startswith(path))
        # Counted only as far as the question needs it: an array of millions of chunks is no small file.
        total = 0
        for parent, _, names in os.walk(self.path / path):
            total += sum(Path(parent, name).stat().st_size for name in names)
            if total > ENOUGH_STORED_BYTES:
                break
        return total

    def _described(self, path: str) -> tuple[int, Any] | None:
        """Return version and metadata of an array, None where there is none."""
        for version, name in ((3, "zarr.json"), (2, ".zarray")):
            data = self._json(f"{path}/{name}" if path else name)
            if isinstance(data, dict) and (version == 2 or data.get("node_type") != "group"):
                return version, data
        return None

    def _json(self, name: str) -> Any:
        if self._members is None:
            with opening(self.path):
                found = (self.path / name).is_file()
            return load_json(self.path / name, "OME-Zarr") if found else None
        member = self._members.get(name)
        if member is None:
            return None
        if member.file_size > MOST_BYTES:
            raise ImageError(f"{self.path} holds a description of more than a gigabyte and is not read.")
        try:
            with opening(self.path), zipfile.ZipFile(self.path) as archive:
                data = archive.read(member)
        except DAMAGE as error:
            raise ImageError(f"{self.path} is a damaged zip file ({reason(error)}).") from error
        return parse_json(data, self.path, "OME-Zarr")


class ZarrArray:
    """An array in chunks that is read in parts; what damaged chunks raise becomes one clear error."""

    def __init__(
        self, array: Any, path: Path, stored: Callable[[], int], plain: PlainChunks | None = None
    ) -> None:
        self._stored, self._plain = stored, plain
        self.shape: tuple[int, ...] = tuple(int(length) for length in array.shape)
        self.chunks: tuple[int, ...] = tuple(int(length) for length in array.chunks)
        self.dtype: np.dtype[Any] = np.dtype(array.dtype)
        self._array = array
        self._path = path
        if len(self.shape) != len(self.chunks):
            raise ValueError("its chunks have other axes than the array")
        # Of a chunk larger than the array nothing but the array is kept.
        if math.prod(self.chunks) > MOST_CHUNK_PX:
            raise ImageError(f"{path} states a size that is larger than can be held here.")

    @property
    def ndim(self) -> int:
        """Number of axes."""
        return len(self.shape)

    def __getitem__(self, index: tuple[slice | int, ...]) -> npt.NDArray[Any]:
        """Read a part.

        Raises
        ------
        ImageError
            A chunk is damaged.
        """
        try:
            with opening(self._path):
                plain = self._plain
                if plain is None or not all(isinstance(one, int) or one.step in (None, 1) for one in index):
                    return np.asarray(self._array[index])
                return plain[index]
        except (*DAMAGE, *_own_errors()) as error:
            raise ImageError(f"{self._path} is a damaged OME-Zarr ({reason(error)}).") from error

    def read_all(self) -> npt.NDArray[Any]:
        """Read everything.

        Raises
        ------
        ImageError
            A chunk is damaged, or the array is larger than can be held.
        """
        check_size(self._path, self.shape, self.dtype.itemsize, self._stored())
        return self[tuple(slice(None) for _ in self.shape)]


def _own_errors() -> tuple[type[Exception], ...]:
    """Return what zarr 2 raises on damaged metadata, which is no ValueError there."""
    import zarr.errors

    found = getattr(zarr.errors, "MetadataError", None)
    return (found,) if isinstance(found, type) else ()


def _codecs(metadata: Any) -> Iterator[str]:
    """Yield the names of all codecs of an array, those inside others too."""
    if not isinstance(metadata, dict):
        return
    inner = metadata.get("configuration")
    for holder in (metadata, inner if isinstance(inner, dict) else {}):
        for key in ("codecs", "index_codecs", "filters", "compressor"):
            given = holder.get(key)
            for one in given if isinstance(given, list) else [given]:
                if isinstance(one, dict):
                    yield as_text(one.get("name")) or as_text(one.get("id")) or "an unknown codec"
                    yield from _codecs(one)
                elif one is not None:
                    yield as_text(one) or "an unknown codec"
