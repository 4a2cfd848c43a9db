"""Valid files of every kind that the program reads, small, as starting points of damaged ones."""

from __future__ import annotations

import io
import shutil
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import cv2
import imagecodecs
import numpy as np
import tifffile

SHAPE = (48, 56)


def labels() -> np.ndarray[Any, np.dtype[np.uint32]]:
    """Return a few objects, one with a hole."""
    found = np.zeros(SHAPE, np.uint32)
    for number, (y, x) in enumerate([(5, 5), (5, 25), (25, 8), (25, 35)], 1):
        found[y : y + 12, x : x + 14] = number
    found[28:31, 38:42] = 0
    return found


def pixels() -> np.ndarray[Any, np.dtype[np.uint8]]:
    """Return noise with brighter objects."""
    noise = np.random.default_rng(0).integers(0, 60, SHAPE)
    return (noise + 120 * (labels() > 0)).astype(np.uint8)


def make_seeds(folder: Path) -> list[Path]:
    """Write all seeds into a folder; the names end in what decides how they are read."""
    folder.mkdir(parents=True, exist_ok=True)
    made: list[Path] = []
    for source in (_tiffs, _pictures, _arrays, _objects, _zarrs, _models, _journals):
        for name, write in source():
            write(folder / name)
            made.append(folder / name)
    return made


Made = Iterator[tuple[str, Callable[[Path], object]]]


def _tiffs() -> Made:
    image, stack = pixels(), np.stack([pixels()] * 3)

    def tiff(array: Any, **options: Any) -> Callable[[Path], object]:
        return lambda path: tifffile.imwrite(path, array, **options)

    yield "plain.tif", tiff(image)
    yield "imagej.tif", tiff(stack, imagej=True, metadata={"axes": "ZYX", "spacing": 2.0, "unit": "um"})
    yield "stack.ome.tif", tiff(np.stack([stack] * 2), ome=True, metadata={"axes": "CZYX"})
    yield "big.tif", tiff(image.astype(np.uint16), bigtiff=True, byteorder=">", compression="zlib")
    yield "tiled.tif", tiff(image, tile=(16, 16), compression="deflate", predictor=True)
    yield "rgb.tif", tiff(np.dstack([image] * 3), photometric="rgb", compression="lzw")
    yield "planar.tif", tiff(np.stack([image] * 3), photometric="rgb", planarconfig="separate")
    yield "floats.tif", tiff(image.astype(np.float32), compression="zstd", predictor=True)
    yield "jpeg.tif", tiff(np.dstack([image] * 3), photometric="rgb", compression="jpeg")
    yield "bits.tif", tiff(image > 100, photometric="minisblack")

    def pages(path: Path) -> None:
        with tifffile.TiffWriter(path) as writer:
            for number in range(4):
                writer.write(image[number:], subifds=1, metadata=None)
                writer.write(image[::2, ::2], subfiletype=1, metadata=None)

    yield "pages.tif", pages


def _pictures() -> Made:
    image = pixels()
    encoded: dict[str, bytes] = {
        "gray.png": imagecodecs.png_encode(image),
        "deep.png": imagecodecs.png_encode(labels().astype(np.uint16)),
        "rgb.png": imagecodecs.png_encode(np.dstack([image] * 3)),
        "gray.jpg": cv2.imencode(".jpg", image)[1].tobytes(),
        "rgb.jpg": cv2.imencode(".jpg", np.dstack([image] * 3))[1].tobytes(),
        "progressive.jpg": cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_PROGRESSIVE, 1])[1].tobytes(),
    }
    for name, data in encoded.items():
        yield name, lambda path, data=data: path.write_bytes(data)


def _arrays() -> Made:
    def save(array: Any) -> Callable[[Path], object]:
        def write(path: Path) -> None:
            with path.open("wb") as file:
                np.save(file, array)

        return write

    yield "plain.npy", save(pixels())
    yield "stack.npy", save(np.stack([pixels()] * 2).astype(">f4"))

    def seg(path: Path) -> None:
        from cpsam_core.images import SegFile, write_seg

        flows = np.zeros((2, *SHAPE), np.float32)
        write_seg(path, SegFile(labels(), flows=flows, logits=flows[0], filename="a.tif", diameter=30.0))

    yield "cells_seg.npy", seg


def _objects() -> Made:
    from cpsam_core.formats import ObjectSet, write_objects

    objects = ObjectSet(
        labels(),
        classes={1: 1, 2: 2},
        class_names={1: "red", 2: "blue"},
        image_name="cells.tif",
        pixel_size=0.5,
    )
    for name in ("cells.geojson", "cells_coco.json", "cells_rois.zip", "cells_outlines.txt", "cells.cpsam"):
        yield name, lambda path: write_objects(path, objects)

    def project(path: Path) -> None:
        from cpsam_core.images.project_files import ProjectFile, Region, write_project_file

        maps = {"flows": np.zeros((2, 1, *SHAPE), np.float32), "logits": np.zeros((1, *SHAPE), np.float32)}
        rows = {n: {"class_id": 1, "origin": "model", "locked": False} for n in range(1, 5)}
        regions = (Region.box(0, 20, 0, 30),)
        write_project_file(path, ProjectFile(labels()[np.newaxis], rows, complete=regions, maps=maps))

    yield "full.cpsam", project


def _zarrs() -> Made:
    """Zip files without compression, so that damage reaches metadata and chunks."""

    def zarr(path: Path) -> None:
        from cpsam_core.formats import ObjectSet, write_objects

        folder = path.with_name("packing.ome.zarr")
        write_objects(folder, ObjectSet(labels(), image_name="cells.tif", pixel_size=0.5))
        with zipfile.ZipFile(path, "w") as archive:
            for file in sorted(folder.rglob("*")):
                if file.is_file():
                    archive.write(file, file.relative_to(folder))
        shutil.rmtree(folder)

    yield "cells.ome.zarr.zip", zarr


def _models() -> Made:
    def model(path: Path) -> None:
        import torch

        from cpsam_core.checkpoints import write_checkpoint
        from cpsam_core.network.config import VitConfig
        from cpsam_core.network.vit import FlowVit

        torch.manual_seed(0)
        write_checkpoint(path, FlowVit(VitConfig.lite(depth=1, width=32, heads=1, neck=16)))

    def torch_model(path: Path) -> None:
        import torch

        from cpsam_core.network.config import VitConfig
        from cpsam_core.network.vit import FlowVit

        buffer = io.BytesIO()
        torch.save(FlowVit(VitConfig.lite(depth=1, width=32, heads=1, neck=16)).state_dict(), buffer)
        path.write_bytes(buffer.getvalue())

    yield "tiny.safetensors", model
    yield "tiny.pth", torch_model


def _journals() -> Made:
    def journal(path: Path) -> None:
        from cpsam_gui import drawing, operations
        from cpsam_gui.state.document import Document
        from cpsam_gui.state.slice import Slice
        from cpsam_gui.storage.journal import Journal

        document = Document((1, *SHAPE))
        writing = Journal(document, path.with_name("cells.tif"), path.parent)
        for x in (10.0, 20.0, 30.0):
            box, mask = drawing.stroke(Slice(0, 0), (10, x), (20, x), 4)
            with document.step("Brush"):
                operations.paint(document, box, mask, document.new_id())
        writing.flush()
        path.write_bytes(writing.path.read_bytes())
        writing.close()

    yield "cells.journal", journal
