"""Kill `cpsam train` at random moments; the same command must go on and end with the weights of an undisturbed run.

    python -m tests.hostile.train_kills --times 100 --seed 1

Each training is a process of its own, forked from one that has imported everything, so that a hundred take minutes.
What is counted: where the kill fell (before the first state was written, between two, after the model), and whether the
second run gave the same weights and losses to the last bit.
"""

from __future__ import annotations

import argparse
import importlib
import multiprocessing
import os
import random
import resource
import signal
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import cv2
import numpy as np
import torch

from cpsam_core.checkpoints import load_model, write_checkpoint
from cpsam_core.checkpoints.cards import ModelCard, read_card
from cpsam_core.cli import main as cpsam
from cpsam_core.network.config import VitConfig
from cpsam_core.network.vit import FlowVit

TINY = VitConfig.lite(depth=1, width=32, heads=1, neck=16, tile=64, layer_drop=0.3)
EPOCHS = 4
# Imported once, so that kills fall into the work and not into its beginning.
USED = (
    "torch._dynamo",
    "tifffile",
    *(f"cpsam_core.{room}" for room in ("cli.train", "finetune", "data", "images")),
)
# A run that takes longer hangs, whether it computes or waits; on the clock it may stand behind much else.
LONGEST_PROCESSOR_S = 120
LONGEST_CLOCK_S = 1800


def main() -> None:
    """Kill as often as asked, and say what came of it."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--times", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    print(dict(kill_many(args.times, args.seed)))


def kill_many(times: int, seed: int) -> Counter[str]:
    """Return how often a kill fell where; an AssertionError names the first that did harm."""
    draw, where = random.Random(seed), Counter[str]()
    torch.set_num_threads(1)
    for module in USED:
        importlib.import_module(module)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        prepare(folder)
        begun = time.monotonic()
        assert train(folder, "whole") == 0, "the undisturbed run failed"
        seconds = time.monotonic() - begun
        for number in range(times):
            model = f"killed-{number}"
            fell = kill_once(folder, model, draw.uniform(0, 1.05 * seconds))
            where[fell] += 1
            begun = time.monotonic()
            code = train(folder, model)
            if fell == "before the first state":
                # It did everything once more: how long that takes changes with what else the machine does.
                seconds = time.monotonic() - begun
            assert code == 0, f"kill {number} ({fell}): the second run ended with {code}"
            assert same(folder, model), f"kill {number} ({fell}): other weights than undisturbed"
            assert not list(folder.glob(f"{model}*.partial")), f"kill {number} ({fell}): the state stayed"
            print(number + 1, dict(where), file=sys.stderr, flush=True)
    return where


def prepare(folder: Path) -> None:
    """Write a tiny start model and two images with masks."""
    torch.manual_seed(0)
    write_checkpoint(folder / "start.safetensors", FlowVit(TINY), ModelCard("start"))
    (folder / "images").mkdir()
    for number in range(2):
        pixels, labels = np.full((80, 80), 10, np.uint8), np.zeros((80, 80), np.uint16)
        for place, (y, x) in enumerate(np.ndindex(3, 3), 1):
            cv2.circle(pixels, (14 + 26 * x, 14 + 26 * y), 7 + number, 200, -1)
            cv2.circle(labels, (14 + 26 * x, 14 + 26 * y), 7 + number, place, -1)
        assert cv2.imwrite(str(folder / "images" / f"{number}.png"), pixels)
        assert cv2.imwrite(str(folder / "images" / f"{number}_masks.png"), labels)


def started(folder: Path, model: str) -> multiprocessing.process.BaseProcess:
    """Begin the training of a model by the command line, in a process of its own."""
    words = ["train", folder / "images", "--model", folder / "start.safetensors", "--out"]
    words += [folder / f"{model}.safetensors", "--epochs", EPOCHS, "--crop", 32, "--learning-rate", 1e-3]
    words += ["--averaging", 0.9, "--threads", 1, "--device", "cpu", "--precision", "float32"]
    process = multiprocessing.get_context("fork").Process(target=run, args=([str(word) for word in words],))
    process.start()
    return process


def run(words: list[str]) -> None:
    """Run the program in silence and end with its code."""
    silence = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silence, 1)
    os.dup2(silence, 2)
    resource.setrlimit(resource.RLIMIT_CPU, (LONGEST_PROCESSOR_S, LONGEST_PROCESSOR_S))
    os._exit(cpsam(words))


def train(folder: Path, model: str) -> int | None:
    """Train to the end and return the code of the process; None or that of a signal where it hangs."""
    process = started(folder, model)
    process.join(LONGEST_CLOCK_S)
    code = process.exitcode
    if code is None:
        process.kill()
    return code


def kill_once(folder: Path, model: str, seconds: float) -> str:
    """Kill a training after some time, and return where that fell."""
    process = started(folder, model)
    process.join(seconds)
    process.kill()
    process.join()
    # It may have ended by itself just before the kill.
    ended = process.exitcode == 0
    assert ended or process.exitcode == -signal.SIGKILL
    out = folder / f"{model}.safetensors"
    if ended:
        return "after the end"
    if out.exists():
        # What is there is whole, whatever the moment.
        load_model(out)
        return "with the model written"
    return "between states" if (folder / f"{model}.partial").exists() else "before the first state"


def same(folder: Path, model: str) -> bool:
    """Whether a model and the undisturbed one are alike in every weight and loss."""
    files = [folder / f"{name}.safetensors" for name in ("whole", model)]
    (one, _), (two, _) = (load_model(file) for file in files)
    cards = [read_card(file) for file in files]
    alike = zip(one.state_dict().values(), two.state_dict().values(), strict=True)
    return (
        all(torch.equal(value, twin) for value, twin in alike)
        and cards[0] is not None
        and cards[1] is not None
        and cards[0].losses == cards[1].losses
        and len(cards[0].losses) == EPOCHS
    )


if __name__ == "__main__":
    main()
