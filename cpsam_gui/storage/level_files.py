"""The files of labels in chunks: the levels of an OME-Zarr of NGFF 0.4, as the engine writes them by blocks. No Qt.

A chunk is one packed file, so that reading and writing one costs no more than that.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from cpsam_core.errors import DAMAGE, ImageError, reason
from cpsam_core.images.files import saving
from cpsam_core.images.json_values import load_json
from cpsam_core.images.project_folders import LABELS

if TYPE_CHECKING:
    from cpsam_gui.state.steps import Labels

Key: TypeAlias = tuple[int, int, int, int]
"""Level, plane, row and column of a chunk."""

CHUNK_PX = 512
"""Pixels on a side, as in the labels that the engine writes by blocks."""
LEVELS = f"{LABELS}/labels/cells"
PACKER = {"id": "zstd", "level": 1}
PACKERS = ("zstd", "blosc", "zlib", "gzip", "lz4", "bz2", "lzma")
"""What may have packed a chunk: each does nothing but pack."""


def level_shapes(shape: tuple[int, int, int]) -> list[tuple[int, int, int]]:
    """Return the shapes of the levels, the first at full resolution."""
    shapes = [shape]
    while max(shapes[-1][1:]) > CHUNK_PX:
        z, y, x = shapes[-1]
        shapes.append((z, -(-y // 2), -(-x // 2)))
    return shapes


def make_levels(folder: Path, shapes: list[tuple[int, int, int]]) -> None:
    """Make the levels in a folder, without a chunk.

    Raises
    ------
    ImageError
        Writing failed.
    """
    for level, shape in enumerate(shapes):
        described = {
            "zarr_format": 2,
            "shape": shape,
            "chunks": _chunk_shape(shape),
            "dtype": "<u4",
            "compressor": PACKER,
            "fill_value": 0,
            "order": "C",
            "filters": None,
            "dimension_separator": "/",
        }
        path = folder / LEVELS / str(level) / ".zarray"
        path.parent.mkdir(parents=True, exist_ok=True)
        with saving(path) as temporary:
            temporary.write_text(json.dumps(described, indent=1), encoding="utf-8")


class LevelFiles:
    """The levels in the folder of a run or of a document.

    Raises
    ------
    ImageError
        They are missing, damaged, of another size, or packed in another way than the engine does it.
    """

    def __init__(self, folder: Path, shapes: list[tuple[int, int, int]]) -> None:
        self.folder = folder
        self._shapes = shapes
        self._packers = [self._packer(level) for level in range(len(shapes))]

    def path(self, key: Key) -> Path:
        """Return the file of a chunk."""
        level, z, row, column = key
        return self.folder / LEVELS / str(level) / str(z) / str(row) / str(column)

    def read(self, key: Key) -> Labels | None:
        """Return a chunk of `CHUNK_PX` pixels on a side, None where there is none.

        Raises
        ------
        ImageError
            It is damaged.
        """
        path, shape = self.path(key), _chunk_shape(self._shapes[key[0]])
        try:
            data = path.read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise ImageError(f"{path} cannot be read: {error.strerror or error}.") from error
        try:
            packer = self._packers[key[0]]
            values = np.frombuffer(data if packer is None else packer.decode(data), "<u4").reshape(shape)[0]
        except DAMAGE as error:
            raise ImageError(f"{path} is damaged ({reason(error)}).") from error
        chunk = np.zeros((CHUNK_PX, CHUNK_PX), np.uint32)
        chunk[: values.shape[0], : values.shape[1]] = values
        return chunk

    def write(self, key: Key, chunk: Labels, path: Path) -> None:
        """Write a chunk to a file that takes the place of its own later.

        Raises
        ------
        OSError
            Writing failed.
        """
        shape = _chunk_shape(self._shapes[key[0]])
        values = np.ascontiguousarray(chunk[: shape[1], : shape[2]], "<u4")
        packer = self._packers[key[0]]
        data = values.tobytes() if packer is None else packer.encode(values)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(bytes(data))

    def _packer(self, level: int) -> Any:
        import numcodecs

        path = self.folder / LEVELS / str(level) / ".zarray"
        described = load_json(path, "OME-Zarr")
        shape = self._shapes[level]
        wanted = {
            "shape": list(shape),
            "chunks": list(_chunk_shape(shape)),
            "dtype": "<u4",
            "order": "C",
            "filters": None,
            "dimension_separator": "/",
            "fill_value": 0,
        }
        if not isinstance(described, dict) or any(
            described.get(name) != value for name, value in wanted.items()
        ):
            raise ImageError(f"The masks in {self.folder} are of another size than the image, or damaged.")
        packer = described.get("compressor")
        if packer is None:
            return None
        if not isinstance(packer, dict) or packer.get("id") not in PACKERS:
            raise ImageError(f"The masks in {self.folder} are packed in a way that is not read here.")
        try:
            return numcodecs.get_codec(packer)
        except DAMAGE as error:
            raise ImageError(f"{path} is damaged ({reason(error)}).") from error


def packed(chunk: Labels) -> bytes:
    """Return a chunk as it is put aside."""
    import imagecodecs

    return bytes(imagecodecs.zstd_encode(chunk.tobytes(), 1))


def unpacked(data: bytes) -> Labels:
    """Return a chunk that was put aside."""
    import imagecodecs

    return np.frombuffer(imagecodecs.zstd_decode(data), np.uint32).reshape(CHUNK_PX, CHUNK_PX).copy()


def _chunk_shape(shape: tuple[int, int, int]) -> tuple[int, int, int]:
    return 1, min(CHUNK_PX, shape[1]), min(CHUNK_PX, shape[2])
