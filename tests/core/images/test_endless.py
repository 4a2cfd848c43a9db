"""Files that lead in circles, ask for gigabytes or for hours of drawing are refused at once."""

from __future__ import annotations

import io
import json
import struct
import time
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import imagecodecs
import numpy as np
import pytest
import tifffile

from cpsam_core.cli import main
from cpsam_core.errors import ImageError
from cpsam_core.formats import ReadHints, read_objects
from cpsam_core.images import limits as limits_module
from cpsam_core.images import polygons, read_image, read_labels
from cpsam_core.images.limits import TooLargeError, allowing_large, expecting
from cpsam_core.images.project_files import ProjectFile, Region, read_project_file, write_project_file
from cpsam_core.images.readers import read_raw
from cpsam_core.images.tiff_chain import check_pages

SECONDS = 20  # of processor time; each of these took minutes or never ended


@pytest.fixture(autouse=True)
def _in_time() -> Any:
    start = time.process_time()
    yield
    assert time.process_time() - start < SECONDS


def circle(data: bytes, big: bool = False) -> bytes:
    """Let the last page of a TIFF point to the first one."""
    offset, count, size, entry = ("Q", "Q", 8, 20) if big else ("I", "H", 4, 12)
    first = struct.unpack_from("<" + offset, data, 8 if big else 4)[0]
    place, changed = first, bytearray(data)
    while True:
        number = struct.unpack_from("<" + count, data, place)[0]
        link = place + struct.calcsize("<" + count) + number * entry
        following = struct.unpack_from("<" + offset, data, link)[0]
        if following == 0:
            changed[link : link + size] = struct.pack("<" + offset, first)
            return bytes(changed)
        place = following


def tiff(pages: int = 1, **options: Any) -> bytes:
    file = io.BytesIO()
    with tifffile.TiffWriter(file, **options) as writer:
        for number in range(pages):
            writer.write(np.full((16, 16), number, np.uint8), metadata=None)
    return file.getvalue()


@pytest.mark.parametrize("pages", [1, 3])
@pytest.mark.parametrize("big", [False, True])
def test_pages_in_a_circle(pages: int, big: bool, tmp_path: Path) -> None:
    path = tmp_path / "a.tif"
    path.write_bytes(circle(tiff(pages, bigtiff=big), big))
    for read in (read_image, read_labels):
        with pytest.raises(ImageError, match="in a circle"):
            read(path)


def test_sub_pages_in_a_circle(tmp_path: Path) -> None:
    file = io.BytesIO()
    with tifffile.TiffWriter(file) as writer:
        writer.write(np.zeros((16, 16), np.uint8), subifds=1, metadata=None)
        writer.write(np.zeros((8, 8), np.uint8), subfiletype=1, metadata=None)
    data = bytearray(file.getvalue())
    check_pages(io.BytesIO(data))
    with tifffile.TiffFile(io.BytesIO(data)) as opened:
        tag = opened.pages[0].tags[330]  # type: ignore[union-attr]
        (below,) = tag.value
        link = tag.valueoffset
    # The page below names itself as the one that follows.
    number = struct.unpack_from("<H", data, below)[0]
    struct.pack_into("<I", data, below + 2 + 12 * number, below)
    path = tmp_path / "a.tif"
    path.write_bytes(data)
    with pytest.raises(ImageError, match="in a circle"):
        read_image(path)
    assert link


def test_a_circle_inside_a_project(tmp_path: Path) -> None:
    path = tmp_path / "a.cpsam"
    write_project_file(path, ProjectFile(np.ones((1, 16, 16), np.uint32)))
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, circle(content) if name.endswith(".tif") else content)
    with pytest.raises(ImageError, match="in a circle"):
        read_project_file(path)


def test_pages_of_real_files_are_followed(tmp_path: Path) -> None:
    for options in ({}, {"bigtiff": True}, {"byteorder": ">"}, {"bigtiff": True, "byteorder": ">"}):
        file = io.BytesIO(tiff(5, **options))
        file.seek(3)
        check_pages(file)
        assert file.tell() == 3


def test_a_page_of_millions_of_entries(tmp_path: Path) -> None:
    path = tmp_path / "a.tif"
    path.write_bytes(b"II+\0\x08\0\0\0" + struct.pack("<QQ", 16, 1 << 40))
    with pytest.raises(ImageError, match="entries"):
        read_image(path)


def test_a_description_of_billions_of_planes(tmp_path: Path) -> None:
    path = tmp_path / "a.ome.tif"
    tifffile.imwrite(path, np.zeros((1, 16, 16), np.uint8), ome=True, metadata={"axes": "ZYX"})
    data = path.read_bytes()
    path.write_bytes(data.replace(b'SizeZ="1"', b'SizeZ="9"').replace(b'SizeT="1"', b'SizeT="9"'))
    with pytest.raises(ImageError):
        read_image(path)
    old = b'SizeT="1" SizeC="1" SizeZ="1"'
    for place in (b'SizeC="1" SizeT="1" SizeZ="1"', b'SizeT="1" SizeC="1" SizeZ="1"', old):
        if place in data:
            changed = data.replace(place, place.replace(b'"1"', b'"99999"', 1))
            path.write_bytes(changed.ljust(len(data), b" "))
    with pytest.raises(ImageError):
        read_image(path)


def large_png(path: Path) -> None:
    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    head = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 0, 0, 0, 0)
    body = zlib.compress(bytes(1000))
    parts = [chunk(b"IHDR", head), chunk(b"IDAT", body), chunk(b"IEND", b"")]
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + b"".join(parts))


def large_jpeg(path: Path) -> None:
    data = bytearray(cv2.imencode(".jpg", np.zeros((64, 64, 3), np.uint8))[1].tobytes())
    frame = data.find(b"\xff\xc0")
    struct.pack_into(">HH", data, frame + 5, 40_000, 20_000)
    path.write_bytes(data)


def large_tiff(path: Path) -> None:
    tifffile.imwrite(path, np.zeros((64, 64), np.uint8), compression="zlib", metadata=None)
    data = bytearray(path.read_bytes())
    with tifffile.TiffFile(path) as file:
        for name in ("ImageWidth", "ImageLength", "RowsPerStrip"):
            tag = file.pages[0].tags[name]  # type: ignore[union-attr]
            struct.pack_into("<I" if tag.dtype == 4 else "<H", data, tag.valueoffset, 60_000)
    path.write_bytes(data)


@pytest.mark.parametrize(
    ("name", "make"), [("a.png", large_png), ("a.jpg", large_jpeg), ("a.tif", large_tiff)]
)
def test_small_files_that_ask_for_gigabytes(
    name: str, make: Callable[[Path], None], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / name
    make(path)
    with pytest.raises(TooLargeError, match="made to fill the memory") as caught:
        read_raw(path)
    assert caught.value.needed > 1 << 30
    assert main(["segment", str(path), "--out", str(tmp_path / "out")]) == 1
    assert "--large" in capsys.readouterr().err


def test_a_person_may_allow_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(imagecodecs.png_encode(np.zeros((3000, 3000), np.uint8), level=9))
    monkeypatch.setattr(limits_module, "SMALL_ENOUGH_BYTES", 1 << 20)
    monkeypatch.setattr(limits_module, "BEYOND_BELIEF", 100)
    with pytest.raises(TooLargeError):
        read_image(path)
    with allowing_large():
        assert read_image(path).pixels.shape == (1, 3000, 3000, 1)
    with pytest.raises(TooLargeError):
        read_image(path)
    with expecting((3000, 3000)):
        assert read_labels(path).shape == (3000, 3000)
    with expecting((1000, 3000)), pytest.raises(ImageError, match="belongs to another image"):
        read_labels(path)


def test_a_project_is_not_unpacked_beyond_the_open_image(tmp_path: Path) -> None:
    path = tmp_path / "a.cpsam"
    write_project_file(path, ProjectFile(np.zeros((1, 17_000, 17_000), np.uint32)))
    assert path.stat().st_size < 3_000_000
    with expecting((1, 64, 64)), pytest.raises(ImageError, match="belongs to another image"):
        read_project_file(path)


def test_polygons_that_take_hours_are_refused(tmp_path: Path) -> None:
    high = 40_000
    corners = [[x, 0 if x % 2 else high] for x in range(300_000)]
    feature = {"type": "Feature", "geometry": {"type": "Polygon", "coordinates": [corners]}}
    path = tmp_path / "a.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}))
    with pytest.raises(ImageError, match="hours"):
        read_objects(path, None, ReadHints(shape=(high, 2000)))


def test_thousands_of_polygons_over_all_of_an_image(tmp_path: Path) -> None:
    whole = [[0, 0], [5000, 0], [5000, 5000], [0, 5000]]
    feature = {"type": "Feature", "geometry": {"type": "Polygon", "coordinates": [whole]}}
    path = tmp_path / "a.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [feature] * 20_000}))
    with pytest.raises(ImageError, match="hours"):
        read_objects(path, None, ReadHints(shape=(5000, 5000)))


def test_regions_over_all_of_an_image(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(polygons, "SPENT_ALWAYS", 1 << 26)
    project = ProjectFile(
        np.zeros((1, 2000, 2000), np.uint32), complete=(Region.box(0, 2000, 0, 2000),) * 50_000
    )
    with pytest.raises(ImageError, match="hours"):
        project.complete_map()
