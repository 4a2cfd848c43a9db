"""The rows of the paper's tables S1 and S2 on a graphics card, within nine minutes, as one JSON line each.

Usage: python benchmarks/gpu_rows.py [--seconds 540] [--reference] [--out rows.json] [--tiny]

Needs a CUDA device; random weights of the size of the published network are enough for times and memory. With
`--reference` the reference program, where it is installed in the same interpreter, does the same steps on the same card
in processes of their own. `--tiny` is a rehearsal with small networks, images and few steps on whatever device there
is, for the tests. Each row runs in a process of its own, so that peaks of memory are its own, and the rows that matter
most come first: what does not fit into the time is left out and said.

- inference: pixels in memory to masks, 150 to 4,800 px (table S1);
- training: 8 images, batch 1, every mode of memory, seconds of a step and peak memory (table S2: 800 steps);
- limited: training on a card held to 8 GB, and to 4.5 GB, where plenty has to fall back; the 8-bit state;
- gradients: whether they are numbers for the tokens of a crop, with and without cuDNN's attention;
- follow: the pixels of a plane followed on the processor and on the card, seconds, and whether they end alike.
"""

from __future__ import annotations

import argparse
import importlib
import json
import multiprocessing
import os
import time
from collections.abc import Callable
from contextlib import nullcontext
from functools import cache
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import numpy as np

from cpsam_core.errors import CpsamError

SIDES = (150, 300, 600, 1200, 2400, 4800)
MODES = ("plenty", "stepwise", "checkpointing", "lean", "paged", "8bit")
SMALL_CARD_BYTES = 8 * 2**30
# Plenty reserved 5.3 GiB, lean 3.7.
FALL_BYTES = int(4.5 * 2**30)
# A crop of 192 has 576 tokens, which leave 64 when divided by 128; one of 256 has 1024.
GRADIENT_CROPS = (192, 256)
STEPS, WARM = 20, 3
# Of table S2.
EPOCHS, SAMPLES = 100, 8


def rows_wanted(tiny: bool, reference: bool) -> list[list[str]]:
    """Return the arguments of each row's process: what was never measured first, what was twice last."""
    sides = (64, 128) if tiny else SIDES
    crops = (32,) if tiny else GRADIENT_CROPS
    rows = [["gradients", str(crop), which] for crop in crops for which in ("as-trained", "cudnn")]
    rows += [["follow", str(side), where] for side in sides[-4:] for where in ("cpu", "cuda")]
    rows += [["fall", "plenty", "full", str(FALL_BYTES)], ["train", "8bit", "full", "0"]]
    for side in sides:
        rows += [["infer", str(side), "ours"]]
        rows += [["infer", str(side), "reference"]] if reference else []
    rows += [["train", mode, "full", "0"] for mode in MODES if mode not in ("plenty", "8bit")]
    rows += [["train", mode, "full", str(SMALL_CARD_BYTES)] for mode in ("auto", "lean")]
    rows += [["train", "auto", "adapters", str(SMALL_CARD_BYTES)], ["train", "plenty", "adapters", "0"]]
    rows += [["train", "plenty", "full", "0"], ["train", "auto", "full", "0"]]
    return rows + ([["train", "reference", "full", "0"]] if reference else [])


def main() -> None:
    """Run every row that fits into the time, or some of them."""
    args = options()
    begun, rows = time.monotonic(), []
    report(**machine_row())
    for words in [text.split() for text in args.rows] or rows_wanted(args.tiny, args.reference):
        left = args.seconds - (time.monotonic() - begun)
        if left < args.least:
            report(what=" ".join(words), left_out="no time left")
            continue
        row = in_own_process(words, args.tiny, left)
        rows.append(row)
        report(**row)
        if args.out is not None:
            args.out.write_text(json.dumps(rows, indent=1) + "\n")
    report(what="all", seconds=round(time.monotonic() - begun, 1))


def in_own_process(words: list[str], tiny: bool, seconds: float) -> dict[str, Any]:
    """Measure one row in a process of its own, which has torch and the weights from this one where it can."""
    import torch

    # A pool of threads does not survive the fork: the process gets its own.
    torch.set_num_threads(1)
    random_network(tiny)
    forked = "fork" in multiprocessing.get_all_start_methods()
    context: Any = multiprocessing.get_context("fork" if forked else "spawn")
    receiver, sender = context.Pipe(duplex=False)
    process = context.Process(target=send_row, args=(sender, words, tiny))
    process.start()
    sender.close()
    row: dict[str, Any] = {"what": " ".join(words)}
    try:
        if receiver.poll(seconds):
            return dict(receiver.recv())
        process.kill()
        return {**row, "left_out": f"not done in {seconds:.0f} s"}
    except EOFError:
        process.join()
        return {**row, "failed": f"ended with {process.exitcode}"}
    finally:
        process.join(10)


def send_row(sender: Connection, words: list[str], tiny: bool) -> None:
    """Measure one row and hand it over."""
    import torch

    torch.set_num_threads(os.cpu_count() or 1)
    try:
        sender.send(one_row(words, tiny))
    except (RuntimeError, ImportError, ValueError, CpsamError) as error:
        sender.send({"what": " ".join(words), "failed": f"{type(error).__name__}: {error}"[:300]})


def options() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seconds", type=float, default=540, help="what all rows may take together")
    parser.add_argument("--least", type=float, default=15, help="seconds below which no further row is begun")
    parser.add_argument("--reference", action="store_true", help="the reference's rows too")
    parser.add_argument("--out", type=Path, help="JSON of all rows")
    parser.add_argument("--tiny", action="store_true", help="a rehearsal")
    parser.add_argument(
        "--rows",
        nargs="+",
        default=[],
        help='these rows, in this order: "train MODE WEIGHTS BYTES", "fall MODE WEIGHTS BYTES", "infer SIDE WHOSE", '
        '"follow SIDE cpu|cuda" or "gradients CROP as-trained|cudnn"',
    )
    return parser.parse_args()


def report(**values: object) -> None:
    """Print one row."""
    print(json.dumps(values), flush=True)


def machine_row() -> dict[str, Any]:
    """Return what the rows were measured on."""
    import torch

    return {
        "what": "machine",
        # Asked for here, it would keep the processes of the rows from using it.
        "device": os.environ.get("CPSAM_DEVICE", "see the rows"),
        "torch": torch.__version__,
        "processors": os.cpu_count(),
    }


def one_row(words: list[str], tiny: bool) -> dict[str, Any]:
    """Measure one row."""
    kind, *rest = words
    if kind == "infer":
        return infer(int(rest[0]), rest[1], tiny)
    if kind == "follow":
        return follow_pixels(int(rest[0]), rest[1])
    if kind == "gradients":
        return gradients(int(rest[0]), rest[1], tiny)
    return train(rest[0], rest[1], int(rest[2]), tiny, starve=kind == "fall")


def device_of() -> Any:
    """Return the device that is measured."""
    import torch

    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


def peak_gb() -> float | None:
    """Return the most memory of the device that was reserved, in GiB."""
    import torch

    return round(torch.cuda.max_memory_reserved() / 2**30, 2) if torch.cuda.is_available() else None


def device_name() -> str:
    """Return what the device is called."""
    import torch

    return torch.cuda.get_device_name() if torch.cuda.is_available() else "cpu"


def wait() -> None:
    """Wait for the device."""
    import torch

    if torch.cuda.is_available():
        torch.cuda.synchronize()


@cache
def random_network(tiny: bool) -> Any:
    """Return a network of the published size, or a tiny one, with random weights."""
    import torch

    from cpsam_core.network.config import VitConfig
    from cpsam_core.network.vit import FlowVit

    torch.manual_seed(0)
    if tiny:
        return FlowVit(VitConfig(depth=1, width=32, heads=2, tile=64, patch=8, neck=16, layer_drop=0.0))
    with torch.device("meta"):
        model = FlowVit(VitConfig.cpsam(layer_drop=0.0))
    model = model.to_empty(device="cpu")
    for parameter in model.parameters():
        torch.nn.init.normal_(parameter, std=0.02)
    return model


def infer(side: int, whose: str, tiny: bool) -> dict[str, Any]:
    """Segment one image of a side, from pixels in memory to masks; with random weights there are few, if any."""
    pixels = np.random.default_rng(0).integers(0, 255, (side, side, 3)).astype(np.uint8)
    seconds = []
    if whose == "reference":
        network = reference_network()

        def run() -> None:
            network.eval(pixels, batch_size=32)
    else:
        from cpsam_core.network.devices import choose_precision
        from cpsam_core.network.network import Network
        from cpsam_core.segment.segmenter import Segmenter, Settings

        model, device = random_network(tiny), device_of()
        segmenter = Segmenter(Network(model, model.config, device, choose_precision(device)))
        settings = Settings(batch_size=32, diameter=30.0)

        def run() -> None:
            segmenter.segment(pixels.transpose(2, 0, 1), settings)

    for _ in range(2 if tiny or side > 2000 else 4):
        wait()
        begun = time.perf_counter()
        run()
        wait()
        seconds.append(time.perf_counter() - begun)
    return {
        "what": f"infer {side}",
        "whose": whose,
        "seconds": round(float(np.median(seconds[1:])), 4),
        "first": round(seconds[0], 3),
        "device": device_name(),
        "peak_gb": peak_gb(),
    }


def follow_pixels(side: int, where: str) -> dict[str, Any]:
    """Follow the pixels of round cells, by the processor or on the card, and say whether both end alike."""
    import torch

    from cpsam_core.dynamics import follow

    if where != "cpu" and device_of().type == "cpu":
        raise RuntimeError(f"there is no {where} here")
    rng = np.random.default_rng(0)
    place = np.stack(np.meshgrid(np.arange(side), np.arange(side), indexing="ij")).astype(np.float32)
    flows = (10 - place % 20) * 0.5 + rng.normal(0, 0.5, place.shape).astype(np.float32)
    inside = rng.random((side, side)) < 0.7
    seconds = []
    for _ in range(3):
        begun = time.perf_counter()
        _, ends = follow(flows, inside, 200, device=where)
        seconds.append(time.perf_counter() - begun)
    row = {"what": f"follow {side}", "where": where, "seconds": round(min(seconds), 4)}
    if where != "cpu":
        _, expected = follow(flows, inside, 200)
        row["share_of_other_ends"] = float((ends != expected).mean())
    return {
        **row,
        "first": round(seconds[0], 3),
        "threads": torch.get_num_threads(),
        "device": device_name(),
        "peak_gb": peak_gb(),
    }


def gradients(crop: int, which: str, tiny: bool) -> dict[str, Any]:
    """Count the weights whose gradient is no number, with attention as training takes it or by cuDNN's kernel.

    The network is the embedded model: cuDNN fails where scores are far below zero, as those of trained networks are.
    """
    import torch

    from cpsam_core.network import attention
    from cpsam_core.network.devices import choose_precision
    from cpsam_core.weights import load_network

    if which == "cudnn":
        # The guard of the program is what is measured against.
        attention._without_cudnn = nullcontext  # type: ignore[assignment]
    device, steps = device_of(), 2 if tiny else 4
    model = load_network("cpsam-lite", "cpu", "float32").model.requires_grad_(True).to(device).train()
    precision, broken, loss = choose_precision(device), 0, 0.0
    for _ in range(steps):
        model.zero_grad(set_to_none=True)
        tiles = torch.rand(2 if tiny else 4, 3, crop, crop, device=device)
        with torch.autocast(device.type, precision, enabled=precision != torch.float32):
            output = model(tiles)
        total = output.float().square().mean()
        total.backward()
        found = [p.grad for p in model.parameters() if p.grad is not None]
        broken += sum(not bool(torch.isfinite(one).all()) for one in found)
        loss = float(total.detach())
    return {
        "what": f"gradients {crop}",
        "attention": which,
        "steps": steps,
        "weights": len(found),
        "broken": broken,
        "loss": round(loss, 4),
        "device": device_name(),
    }


def train(memory: str, mode: str, limit: int, tiny: bool, *, starve: bool = False) -> dict[str, Any]:
    """Take steps of training at batch 1; with a `limit` the card has so many bytes only.

    With `starve` the mode that is asked for does not fit, and the row says in which one the training went on.
    """
    import torch

    if limit and torch.cuda.is_available():
        whole = torch.cuda.get_device_properties(0).total_memory
        torch.cuda.set_per_process_memory_fraction(min(1.0, limit / whole))
    if memory == "reference":
        return reference_steps(tiny)
    from cpsam_core.data.augmentation import Augmentation
    from cpsam_core.data.loader import Batch
    from cpsam_core.finetune import TrainSettings
    from cpsam_core.finetune.learner import Learner
    from cpsam_core.finetune.ranks import Ranks
    from cpsam_core.network.devices import choose_precision

    crop, steps = (32, 2) if tiny else (256, STEPS)
    rng, told = np.random.default_rng(0), []
    batch = Batch(
        rng.random((1, 3, crop, crop), np.float32),
        rng.random((1, 3, crop, crop), np.float32),
        np.ones((1, crop, crop), np.float32),
        None,
    )
    settings = TrainSettings.for_mode(mode, memory=memory, augmentation=Augmentation(crop=crop))  # type: ignore[arg-type]
    device = device_of()
    learner = Learner(
        random_network(tiny),
        settings,
        device,
        choose_precision(device),
        Ranks(),
        None,
        lambda text, used: told.append(text),
    )
    figures = timed_steps(lambda: learner.step(batch), steps)
    return {
        "what": f"{'fall' if starve else 'train'} {mode}",
        "asked": memory,
        "used": learner.stepper.memory,
        "limit_gb": round(limit / 2**30, 1) or None,
        **figures,
        "told": told,
    }


def timed_steps(step: Callable[[], object], steps: int) -> dict[str, Any]:
    """Take steps after some to warm up; return the figures of a row."""
    for _ in range(WARM):
        step()
    wait()
    begun = time.perf_counter()
    for _ in range(steps):
        step()
    wait()
    each = (time.perf_counter() - begun) / steps
    return {
        "seconds_a_step": round(each, 4),
        "table_s2_seconds": round(each * EPOCHS * SAMPLES, 1),
        "peak_gb": peak_gb(),
    }


def reference_network() -> Any:
    """Return the reference with the weights of `random_network`, in the precision that it chooses by itself."""
    import torch

    kind = the_reference("models").CellposeModel
    made = kind.__new__(kind)
    made.device, made.gpu, made.backbone, made.pretrained_model = device_of(), True, "sam_vitl", "random"
    net = the_reference("vit").CPSAM(dtype=torch.float32)
    # Its tables of relative positions have the lengths of the published file; what they hold costs no time.
    own = net.state_dict()
    given = random_network(False).state_dict()
    net.load_state_dict({name: given[name] if "rel_pos" not in name else own[name] for name in own})
    made.net = net.to(device_of(), torch.bfloat16)
    made.net._dtype = torch.bfloat16
    return made


def the_reference(name: str) -> Any:
    """Return a module of the reference, which other tools install and no type checker knows."""
    return importlib.import_module(f"cellpose.{name}")


def reference_steps(tiny: bool) -> dict[str, Any]:
    """Take the steps that the reference's training takes: AdamW, batch 1."""
    import torch

    device, steps = device_of(), 2 if tiny else STEPS
    loss_of = the_reference("train")._loss_fn_seg
    net = the_reference("vit").CPSAM(rdrop=0.0, dtype=torch.float32).to(device).train()
    optimiser = torch.optim.AdamW(net.parameters(), lr=1e-5, weight_decay=0.1)
    tiles, target = (torch.rand(1, 3, 256, 256, device=device) for _ in range(2))

    def step() -> None:
        loss = loss_of(target, net(tiles)[0], device)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        loss.item()

    return {"what": "train full", "asked": "reference", **timed_steps(step, steps)}


if __name__ == "__main__":
    main()
