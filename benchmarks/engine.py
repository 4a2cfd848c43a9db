"""Our side of the measurements: one JSON line for each figure.

Usage: python engine.py network|flows|masks|precision|lite|large|start [SIDE COUNT]
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from clocks import peak_bytes

THREADS = 2


def median(work: Callable[[], object], repeats: int = 3) -> float:
    """Return the median seconds of `repeats` runs after one to warm up."""
    work()
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return round(float(np.median(times)), 4)


def report(**values: object) -> None:
    """Print one figure."""
    print(json.dumps(values), flush=True)


def network() -> None:
    """Seconds a tile of ViT-L, and of its linear layers alone, which bound it from below."""
    import torch

    from cpsam_core.network.config import VitConfig
    from cpsam_core.network.network import Network
    from cpsam_core.network.vit import FlowVit

    torch.set_num_threads(THREADS)
    cpu = torch.device("cpu")
    for precision in (torch.float32, torch.bfloat16):
        config = VitConfig.cpsam()
        net = Network(FlowVit(config), config, cpu, precision)
        for batch in (1, 4):
            tiles = np.random.default_rng(0).standard_normal((batch, 3, 256, 256)).astype(np.float32)
            seconds = median(lambda: net(tiles)) / batch  # noqa: B023 - called at once
            report(what="ViT-L, per tile", dtype=str(precision), batch=batch, seconds=seconds)
        linear = [m for m in net.model.encoder.blocks.modules() if isinstance(m, torch.nn.Linear)]
        inputs = [torch.randn(1024, m.in_features, dtype=precision) for m in linear]

        def layers() -> None:
            with torch.inference_mode():
                for module, given in zip(linear, inputs, strict=True):  # noqa: B023 - called at once
                    module(given)

        report(what="its linear layers alone", dtype=str(precision), batch=1, seconds=median(layers))


def flows(side: int, count: int) -> None:
    """Masks to flows."""
    from cells import ellipses

    from cpsam_core.dynamics.targets import flows_from_masks

    labels = ellipses(side, count)
    seconds = median(lambda: flows_from_masks(labels, threads=THREADS))
    report(what="masks to flows", side=side, cells=int(labels.max()), seconds=seconds)


def masks(side: int, count: int) -> None:
    """Flows to masks, without and with the test of flow errors."""
    from cells import ellipses, noisy_flows

    from cpsam_core.dynamics import masks_from_flows
    from cpsam_core.dynamics.targets import flows_from_masks

    labels = ellipses(side, count)
    given, logits = noisy_flows(labels, flows_from_masks(labels))
    for threshold in (0.0, 0.4):
        seconds = median(lambda: masks_from_flows(given, logits, flow_threshold=threshold))  # noqa: B023
        report(what="flows to masks", flow_threshold=threshold, side=side, seconds=seconds)


def precision(side: int, count: int) -> None:
    """Average precision."""
    from cells import ellipses, noisy_flows

    from cpsam_core.dynamics import masks_from_flows
    from cpsam_core.dynamics.targets import flows_from_masks
    from cpsam_core.metrics import average_precision

    labels = ellipses(side, count)
    given, logits = noisy_flows(labels, flows_from_masks(labels))
    found = masks_from_flows(given, logits, flow_threshold=0.0)
    seconds = median(lambda: average_precision(labels, found))
    report(what="average precision", side=side, cells=int(labels.max()), seconds=seconds)


def picture(side: int, count: int) -> np.ndarray:
    """Return a gray uint16 image of bright ellipses on noise."""
    from cells import ellipses

    rng = np.random.default_rng(0)
    labels = ellipses(side, count)
    noise = rng.normal(400, 60, labels.shape).astype(np.float32)
    made: np.ndarray = np.clip(noise + (labels > 0) * 1500, 0, 65535).astype(np.uint16)
    return made


def lite(side: int, count: int) -> None:
    """One file to masks with the embedded model: the work alone, and `cpsam segment` from the shell."""
    import tifffile

    from cpsam_core import Segmenter
    from cpsam_core.images import read_image, write_labels

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "image.tif"
        tifffile.imwrite(path, picture(side, count))
        segmenter = Segmenter.load("cpsam-lite", device="cpu")

        def file_to_masks() -> None:
            write_labels(Path(folder) / "masks.tif", segmenter.segment(read_image(path)).labels)

        report(what="cpsam-lite, file to masks, model loaded", side=side, seconds=median(file_to_masks))
        command = [
            sys.executable,
            "-m",
            "cpsam_core.cli",
            "segment",
            str(path),
            "--out",
            folder,
            "--device",
            "cpu",
        ]
        seconds = median(lambda: subprocess.run([*command, "--overwrite"], check=True, capture_output=True))
        report(what="cpsam segment, from the shell", side=side, seconds=seconds)


def large(side: int, count: int) -> None:
    """Seconds and peak memory of a large gray image with the embedded model."""
    from cpsam_core import Segmenter

    image = picture(side, count)
    segmenter = Segmenter.load("cpsam-lite", device="cpu")
    start = time.perf_counter()
    found = segmenter.segment(image)
    seconds = time.perf_counter() - start
    peak = peak_bytes() / 2**30
    report(
        what="large image",
        side=side,
        objects=len(found.objects),
        seconds=round(seconds, 1),
        peak_gb=round(peak, 2),
    )


def start() -> None:
    """`cpsam --help`, and importing the engine."""
    for words in (["-m", "cpsam_core.cli", "--help"], ["-c", "import cpsam_core"]):
        command = [sys.executable, *words]
        report(
            what=" ".join(words),
            seconds=median(lambda: subprocess.run(command, check=True, capture_output=True), 5),  # noqa: B023
        )


def main() -> None:
    """Run what is asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=("network", "flows", "masks", "precision", "lite", "large", "start"))
    parser.add_argument("size", type=int, nargs="*", default=[1024, 1200], metavar="SIDE COUNT")
    parser.add_argument("--tools", default="../shared/tools", help="folder of cells.py")
    args = parser.parse_args()
    sys.path.insert(0, args.tools)
    work = globals()[args.what]
    work() if args.what in ("network", "start") else work(*args.size)


if __name__ == "__main__":
    main()
