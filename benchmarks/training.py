"""Training: seconds and peak memory of one step of ViT-L beside the reference, and the time of a small retraining.

Usage: python training.py step MODE MEMORY PRECISION [STEPS]   one measurement of a step, in this process
       python training.py small [STEPS]                        crops a second of the small network, batches of 16
       python training.py lite [EPOCHS]                        cpsam-lite on 8 images of 512 x 512
       python training.py compare REFERENCE_PYTHON [STEPS]     every mode and the reference, each in its own process

One JSON line for each figure. Two threads, unless OMP_NUM_THREADS says otherwise. `cpu_seconds` counts the time that
processors worked for the program. On a busy machine compare these, with OMP_NUM_THREADS=1: the seconds on the clock
are those of others, too, and threads that wait for each other are counted as work.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from clocks import peak_bytes

HERE = Path(__file__).parent
THREADS = int(os.environ.get("OMP_NUM_THREADS", "2"))
VARIANTS = (
    ("full", "plenty", "bfloat16"),
    ("full", "stepwise", "bfloat16"),
    ("full", "lean", "bfloat16"),
    ("full", "plenty", "float32"),
    ("adapters", "plenty", "bfloat16"),
    ("adapters", "lean", "bfloat16"),
    ("last", "plenty", "bfloat16"),
    ("full", "lean", "float32"),
)


def report(**values: object) -> None:
    """Print one figure."""
    print(json.dumps(values), flush=True)


def peak() -> float:
    """Return the most memory that this process had, in GiB."""
    return float(round(peak_bytes() / 2**30, 2))


def step(mode: str, memory: str, precision: str, steps: int = 2) -> None:
    """One step of ViT-L on a crop of 256 x 256 at batch 1, without layer drop; the weights are random."""
    import torch

    from cpsam_core.data.maker import Batch
    from cpsam_core.finetune import TrainSettings
    from cpsam_core.finetune.learner import Learner
    from cpsam_core.finetune.ranks import Ranks
    from cpsam_core.network.config import VitConfig
    from cpsam_core.network.devices import keep_freed_memory
    from cpsam_core.network.vit import FlowVit

    torch.set_num_threads(THREADS)
    keep_freed_memory()
    rng = np.random.default_rng(0)
    batch = Batch(
        rng.random((1, 3, 256, 256), np.float32),
        rng.random((1, 3, 256, 256), np.float32),
        np.ones((1, 256, 256), np.float32),
        None,
    )
    with torch.device("meta"):
        model = FlowVit(VitConfig.cpsam(layer_drop=0.0))
    model = model.to_empty(device="cpu")
    for parameter in model.parameters():
        torch.nn.init.normal_(parameter, std=0.02)
    settings = TrainSettings.for_mode(mode, memory=memory)  # type: ignore[arg-type]
    learner = Learner(
        model, settings, torch.device("cpu"), getattr(torch, precision), Ranks(), None, lambda *told: None
    )
    learner.step(batch)
    begun, busy = time.perf_counter(), time.process_time()
    for _ in range(steps):
        learner.step(batch)
    seconds, worked = (time.perf_counter() - begun) / steps, (time.process_time() - busy) / steps
    report(
        what=f"{mode}, {memory}, {precision}",
        seconds=round(seconds, 2),
        cpu_seconds=round(worked, 2),
        peak_gb=peak(),
    )


def small(steps: int = 20) -> None:
    """Steps of the small network alone, without the making of samples: 16 crops of 128 x 128, random weights."""
    import torch

    from cpsam_core.data.augmentation import Augmentation
    from cpsam_core.data.maker import Batch
    from cpsam_core.finetune import TrainSettings
    from cpsam_core.finetune.learner import Learner
    from cpsam_core.finetune.ranks import Ranks
    from cpsam_core.network.config import VitConfig
    from cpsam_core.network.devices import choose_precision, keep_freed_memory
    from cpsam_core.network.vit import FlowVit

    torch.set_num_threads(THREADS)
    keep_freed_memory()
    rng, size, side = np.random.default_rng(0), 16, 128
    batch = Batch(
        rng.random((size, 3, side, side), np.float32),
        rng.random((size, 3, side, side), np.float32),
        np.ones((size, side, side), np.float32),
        None,
    )
    settings = TrainSettings(
        batch_size=size, layer_drop=0.0, averaging=0.998, augmentation=Augmentation(crop=side)
    )
    device = torch.device("cpu")
    precision = choose_precision(device)
    learner = Learner(
        FlowVit(VitConfig.lite()), settings, device, precision, Ranks(), None, lambda *told: None
    )
    taken = []
    for _ in range(steps + 3):
        begun, busy = time.perf_counter(), time.process_time()
        learner.step(batch)
        taken.append((time.perf_counter() - begun, time.process_time() - busy))
    seconds, worked = np.median(taken[3:], axis=0)
    report(
        what=f"small network, {THREADS} threads, {precision}",
        crops_a_second=round(size / seconds, 1),
        crops_a_processor_second=round(size / worked, 1),
    )


def lite(epochs: int = 100) -> None:
    """A retraining of a network of the size of cpsam-lite on drawn cells, files and flows included."""
    import torch

    from cpsam_core.data.dataset import TrainingSet, find_pairs
    from cpsam_core.data.synthesis import draw_cells
    from cpsam_core.finetune import Trainer, TrainSettings
    from cpsam_core.images import write_labels, write_picture
    from cpsam_core.network.config import VitConfig
    from cpsam_core.network.vit import FlowVit

    torch.set_num_threads(THREADS)
    with tempfile.TemporaryDirectory() as folder:
        for number in range(8):
            drawing = draw_cells(np.random.default_rng(number), 512)
            picture = np.clip(drawing.image * 255, 0, 255).astype(np.uint8)
            write_picture(Path(folder) / f"{number}.png", picture)
            write_labels(Path(folder) / f"{number}_masks.tif", drawing.labels)
        begun, busy = time.perf_counter(), time.process_time()
        data = TrainingSet(find_pairs(Path(folder)))
        data.check()
        settings = TrainSettings(epochs=epochs, learning_rate=3e-4)
        result = Trainer(FlowVit(VitConfig.lite()), data, settings, "cpu").run()
        report(
            what=f"cpsam-lite, 8 images of 512 x 512, {epochs} epochs",
            seconds=round(time.perf_counter() - begun, 1),
            cpu_seconds=round(time.process_time() - busy, 1),
            peak_gb=peak(),
            loss=round(result.losses[-1], 3),
        )


def compare(python: str, steps: str = "2") -> None:
    """Measure every variant and the reference, one process at a time."""
    environment = {**os.environ, "OMP_NUM_THREADS": str(THREADS)}
    commands = [[sys.executable, str(HERE / "training.py"), "step", *variant, steps] for variant in VARIANTS]
    commands.insert(1, [python, str(HERE / "reference_training.py"), steps])
    for command in commands:
        load = os.getloadavg()[0]
        done = subprocess.run(command, env=environment, check=True, capture_output=True, text=True)
        for line in done.stdout.splitlines():
            if line.startswith("{"):
                report(**json.loads(line), load_before=round(load, 1))


def main() -> None:
    """Run what is asked for."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("what", choices=("step", "small", "lite", "compare"))
    parser.add_argument("words", nargs="*", metavar="WORD")
    args = parser.parse_args()
    what, words = args.what, args.words
    if what == "step":
        mode, memory, precision, *steps = words
        step(mode, memory, precision, *(int(word) for word in steps))
    elif what == "small":
        small(*(int(word) for word in words))
    elif what == "lite":
        lite(*(int(word) for word in words))
    else:
        compare(*words)


if __name__ == "__main__":
    main()
