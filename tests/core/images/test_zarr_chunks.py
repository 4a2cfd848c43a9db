"""Plain chunks are read as zarr reads them; everything else is left to zarr."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numcodecs
import numpy as np
import pytest

from cpsam_core.errors import ImageError
from cpsam_core.images.zarr_chunks import plain_chunks
from cpsam_core.images.zarr_folder import ZarrFolder

# Its codecs have names in zarr 3 only; chunks of zarr 2 are read in `test_sources`.
zarr = pytest.importorskip("zarr", minversion="3")

VALUES = np.random.default_rng(2).integers(0, 999, (2, 70, 90))
PLACES = [
    (slice(0, 2), slice(0, 70), slice(0, 90)),
    (1, slice(13, 50), slice(31, 33)),
    (slice(0, 1), slice(60, 100), slice(80, 100)),
    (0, slice(5, 5), slice(0, 3)),
]


def made(path: Path, **options: Any) -> None:
    array = zarr.create_array(store=str(path / "0"), shape=VALUES.shape, chunks=(1, 32, 32), **options)
    array[:, :40] = VALUES[:, :40]  # some chunks are not there


@pytest.mark.parametrize(
    "options",
    [
        {"zarr_format": 2, "dtype": "<u2", "compressors": numcodecs.Zstd(1), "fill_value": 7},
        {"zarr_format": 2, "dtype": ">i4", "compressors": None},
        {"zarr_format": 2, "dtype": "<f4", "compressors": numcodecs.Blosc()},
        {"zarr_format": 3, "dtype": "uint16", "fill_value": 3},
        {"zarr_format": 3, "dtype": "float32", "compressors": zarr.codecs.GzipCodec()},
        {"zarr_format": 3, "dtype": "int16", "compressors": zarr.codecs.BloscCodec()},
        {"zarr_format": 3, "dtype": "uint8", "compressors": None},
    ],
)
def test_plain_chunks_are_as_zarr_reads_them(tmp_path: Path, options: dict[str, Any]) -> None:
    made(tmp_path, **options)
    version = options["zarr_format"]
    described = json.loads((tmp_path / "0" / ("zarr.json" if version == 3 else ".zarray")).read_text())
    plain = plain_chunks(tmp_path / "0", version, described)
    assert plain is not None
    reference = zarr.open_array(str(tmp_path / "0"), mode="r")
    for place in PLACES:
        found = plain[place]
        np.testing.assert_array_equal(found, reference[place])
        assert found.dtype == np.dtype(reference.dtype).newbyteorder("=")


def test_shards_and_filters_are_left_to_zarr(tmp_path: Path) -> None:
    made(tmp_path / "a", zarr_format=3, dtype="uint16", shards=(1, 64, 64))
    described = json.loads((tmp_path / "a" / "0" / "zarr.json").read_text())
    assert plain_chunks(tmp_path / "a" / "0", 3, described) is None
    made(tmp_path / "b", zarr_format=2, dtype="<u2", filters=[numcodecs.Delta("<u2")])
    described = json.loads((tmp_path / "b" / "0" / ".zarray").read_text())
    assert plain_chunks(tmp_path / "b" / "0", 2, described) is None
    for name in "ab":
        array = ZarrFolder(tmp_path / name).open_array("0")
        np.testing.assert_array_equal(
            array[PLACES[1]], VALUES[1, 13:50, 31:33] * (np.arange(13, 50) < 40)[:, None]
        )


def test_a_damaged_chunk_is_one_clear_line(tmp_path: Path) -> None:
    made(tmp_path, zarr_format=2, dtype="<u2", compressors=numcodecs.Zstd(1))
    for chunk in (tmp_path / "0").glob("0.0.*"):
        chunk.write_bytes(b"nothing")
    array = ZarrFolder(tmp_path).open_array("0")
    with pytest.raises(ImageError, match="damaged"):
        array[PLACES[0]]
