"""From flows to bodies: this program beside the reference on the same flows, one thread each, and whether they agree.

    python benchmarks/dynamics_3d.py make FLOWS.npz            # ellipsoids on a grid, their flows with noise
    python benchmarks/dynamics_3d.py ours FLOWS.npz
    REFERENCE_PYTHON benchmarks/dynamics_3d.py reference FLOWS.npz
    python benchmarks/dynamics_3d.py compare FLOWS.npz

Each prints a line of JSON: processor seconds, seconds on the clock, and the memory that was taken beyond the flows.
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path

import numpy as np
from clocks import peak_bytes
from numpy.typing import NDArray

SHAPE = (64, 256, 256)
STEPS = 200
NOISE = 0.3


def make(path: Path) -> None:
    """Write flows and logits as a good network would give them."""
    from cpsam_core.dynamics.targets import flows_from_masks

    rng, labels, number = np.random.default_rng(0), np.zeros(SHAPE, np.uint32), 0
    grid = np.ogrid[: SHAPE[0], : SHAPE[1], : SHAPE[2]]
    for z in range(10, SHAPE[0] - 4, 20):
        for y in range(12, SHAPE[1] - 6, 22):
            for x in range(12, SHAPE[2] - 6, 22):
                number += 1
                middle, radius = np.array((z, y, x)) + rng.uniform(-2, 2, 3), rng.uniform(7, 10, 3)
                far = sum(((axis - m) / r) ** 2 for axis, m, r in zip(grid, middle, radius, strict=True))
                labels[(np.asarray(far) <= 1) & (labels == 0)] = number
    flows = (5 * flows_from_masks(labels)).astype(np.float32)
    flows += rng.normal(0, NOISE, flows.shape).astype(np.float32) * (labels > 0)
    np.savez(path, flows=flows, logits=np.where(labels > 0, 4.0, -6.0).astype(np.float32))
    print(json.dumps({"shape": SHAPE, "bodies": number, "voxels": int((labels > 0).sum())}))


def ours(flows: NDArray[np.float32], logits: NDArray[np.float32]) -> NDArray[np.uint32]:
    """Find the bodies with this program."""
    from cpsam_core.dynamics import find_masks

    return find_masks(flows, logits, niter=STEPS, errors=False).labels


def reference(flows: NDArray[np.float32], logits: NDArray[np.float32]) -> NDArray[np.uint32]:
    """Find them with Cellpose 4, in whose environment this runs then."""
    import torch

    from cellpose import dynamics

    found: NDArray[np.uint32] = dynamics.resize_and_compute_masks(
        flows,
        logits,
        niter=STEPS,
        cellprob_threshold=0.0,
        flow_threshold=0.0,
        do_3D=True,
        min_size=15,
        device=torch.device("cpu"),
    )
    return found


def compare(path: Path) -> None:
    """Tell in which share of the voxels both found the same."""
    first, second = (np.load(_result(path, name)) for name in ("ours", "reference"))
    print(json.dumps({"equal voxels": float((first == second).mean()), "bodies": int(first.max())}))


def _result(path: Path, name: str) -> Path:
    return path.with_name(f"{path.stem}_{name}.npy")


def main() -> None:
    """Do one of the four."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("what", choices=("make", "ours", "reference", "compare"))
    parser.add_argument("path", type=Path, metavar="FLOWS.npz")
    args = parser.parse_args()
    what, path = args.what, args.path
    if what == "make":
        make(path)
        return
    if what == "compare":
        compare(path)
        return
    import torch

    torch.set_num_threads(1)
    with np.load(path) as stored:
        flows, logits = stored["flows"], stored["logits"]
    before = peak_bytes()
    start, clock = time.process_time(), time.perf_counter()
    labels = (ours if what == "ours" else reference)(flows, logits)
    taken = peak_bytes() - before
    row = {
        "who": what,
        "bodies": int(labels.max()),
        "processor_seconds": round(time.process_time() - start, 1),
        "seconds": round(time.perf_counter() - clock, 1),
        "memory_gb": round(taken / 1e9, 3),
    }
    print(json.dumps(row))
    np.save(_result(path, what), labels)


if __name__ == "__main__":
    main()
