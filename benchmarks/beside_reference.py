"""A run by blocks beside `distributed_eval` of Cellpose, on one Zarr array.

    python benchmarks/beside_reference.py make cells.zarr --side 4096
    python benchmarks/beside_reference.py ours cells.zarr
    PYTHON_OF_CELLPOSE benchmarks/beside_reference.py theirs cells.zarr
    python benchmarks/beside_reference.py compare cells.zarr

`theirs` needs a Python with cellpose, dask, distributed, dask-image, dask-jobqueue, zarr 2 and OpenCV. The network of
both is the stand-in of `blocks.py`, which sees bright disks and costs little. Each segments the image by blocks with
one worker, then as a whole, and `compare` says how well the first equals the second.
"""

from __future__ import annotations

import importlib
import json
import resource
import shutil
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

sys.path[:0] = [
    str(Path(__file__).parent),
    str(Path(__file__).parents[1] / "core"),
    str(Path(__file__).parents[1]),
]

DIAMETER = 30.0
BLOCK = 1024
"""Pixels on a side of the blocks of both."""


def taken(work: Callable[[], Any]) -> dict[str, float]:
    """Do some work; return seconds of the clock and of the processor, workers included."""
    start, before = time.perf_counter(), processor()
    work()
    return {
        "seconds": round(time.perf_counter() - start, 1),
        "processor_seconds": round(processor() - before, 1),
    }


def processor() -> float:
    """Return the seconds of the processor that this process and its ended children took."""
    own, others = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return own.ru_utime + own.ru_stime + others.ru_utime + others.ru_stime


def beside(path: Path, name: str) -> Path:
    """Return a file of results."""
    return path.with_name(f"{path.stem}_{name}")


def make(path: Path, side: int) -> None:
    """Write a plane of cells."""
    import zarr
    from blocks import TILE, tiles

    shutil.rmtree(path, ignore_errors=True)
    array = zarr.create_array(
        store=str(path), shape=(side, side), chunks=(512, 512), dtype="uint16", zarr_format=2
    )
    for number, tile in enumerate(tiles(side)):
        y, x = number // (side // TILE) * TILE, number % (side // TILE) * TILE
        array[y : y + TILE, x : x + TILE] = tile


def ours(path: Path) -> None:
    """Run this program."""
    from blocks import Disks, peak_gb

    from cpsam_core.blocks import Plan, start_run
    from cpsam_core.blocks.reading import BlockReading
    from cpsam_core.images import read_image
    from cpsam_core.images.label_arrays import LabelArray
    from cpsam_core.segment.segmenter import Segmenter
    from cpsam_core.segment.settings import Settings

    settings, network = Settings(diameter=DIAMETER), Disks()
    reading = BlockReading(str(path))
    shape = reading.open().shape[:3]
    folder = beside(path, "run")
    shutil.rmtree(folder, ignore_errors=True)

    def by_blocks() -> None:
        run = start_run(folder, reading, network, settings, lambda *_: Plan(shape, BLOCK, 96))
        run.run()
        np.save(
            beside(path, "ours_blocks.npy"), LabelArray(run.work.folder.level(0)).read((slice(None),) * 3)[0]
        )

    figures: dict[str, Any] = {"blocks": taken(by_blocks), "peak_GB": peak_gb()}

    def whole() -> None:
        found = Segmenter(network).segment(read_image(path), settings)
        np.save(beside(path, "ours_whole.npy"), found.labels)

    figures["whole"] = taken(whole)
    sys.stdout.write(json.dumps({"ours": figures}) + "\n")


def stand_in(image: Any, crop: Any = None) -> Any:
    """Let Cellpose use the stand-in in this process; called for every block, before its model is made."""
    models: Any = importlib.import_module("cellpose.models")
    import torch
    from blocks import Disks

    class Network(torch.nn.Module):
        """The stand-in as Cellpose calls its network."""

        dtype, device = torch.float32, torch.device("cpu")

        def forward(self, tiles: Any) -> Any:
            """Return flows and logits, and no style."""
            return torch.from_numpy(Disks()(tiles.numpy())), torch.zeros(len(tiles), 256)

    class Model(models.CellposeModel):  # type: ignore[misc]
        """Cellpose without its weights."""

        def __init__(self) -> None:
            self.device, self.gpu, self.backbone = torch.device("cpu"), False, "sam_vitl"
            self.net = Network()
            self.diam_mean = 30.0
            self.pretrained_model = "stand-in"

    if models.CellposeModel.__name__ != "Model":
        models.CellposeModel = Model
    return image


def theirs(path: Path) -> None:
    """Run the reference: first by blocks, for the peak of its worker, then as a whole."""
    models: Any = importlib.import_module("cellpose.models")
    distributed: Any = importlib.import_module("cellpose.contrib.distributed_segmentation")
    import zarr
    from blocks import peak_gb

    image = zarr.open(str(path), mode="r")
    evaluation = {"diameter": int(DIAMETER)}

    def by_blocks() -> None:
        found, _ = distributed.distributed_eval(
            image,
            (BLOCK, BLOCK),
            str(beside(path, "theirs.zarr")),
            preprocessing_steps=[(stand_in, {})],
            model_kwargs={},
            eval_kwargs=dict(evaluation),
            cluster_kwargs={
                "ncpus": 1,
                "n_workers": 1,
                "threads_per_worker": 1,
                "memory_limit": "8GB",
                "host": "127.0.0.1",
            },
        )
        np.save(beside(path, "theirs_blocks.npy"), found[:])

    figures: dict[str, Any] = {"blocks": taken(by_blocks)}
    figures["peak_GB"] = {
        "worker": peak_gb(children=True),
        "program": peak_gb(),
    }
    pixels = stand_in(image[:])

    def whole() -> None:
        labels = models.CellposeModel().eval(pixels, **evaluation)[0]
        np.save(beside(path, "theirs_whole.npy"), labels.astype(np.uint32))

    figures["whole"] = taken(whole)
    sys.stdout.write(json.dumps({"theirs": figures}) + "\n")


def compare(path: Path) -> None:
    """Say how well blocks equal the whole, of either."""
    from cpsam_core.metrics.compare import compare as compare_masks

    for name in ("ours", "theirs"):
        whole, parts = (
            np.load(beside(path, f"{name}_{kind}.npy")).astype(np.uint32) for kind in ("whole", "blocks")
        )
        found = compare_masks(whole, parts)
        figures = {
            "objects": [len(found.first_ids), len(found.second_ids)],
            "AP at 0.5, 0.75, 0.9": [round(float(value), 4) for value in found.average_precision],
            "pixels that are object in one only": int(((whole > 0) != (parts > 0)).sum()),
            **found.counts,
        }
        sys.stdout.write(json.dumps({name: figures}) + "\n")


def main() -> None:
    """Do what the first argument says and print it as JSON."""
    from blocks import command

    given = command(__doc__, ("make", "ours", "theirs", "compare"), 4096).parse_args()
    if given.what == "make":
        make(given.image, given.side)
    else:
        {"ours": ours, "theirs": theirs, "compare": compare}[given.what](given.image)


if __name__ == "__main__":
    main()
