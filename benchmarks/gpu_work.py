"""What the rows of `gpu_rows.py` measure, each in a process of its own: inference, training, gradients, crops."""

from __future__ import annotations

import importlib
import time
from collections.abc import Callable
from contextlib import nullcontext
from functools import cache
from typing import Any

import numpy as np

STEPS, WARM = 20, 3
# Of table S2.
EPOCHS, SAMPLES = 100, 8


def one_row(words: list[str], tiny: bool) -> dict[str, Any]:
    """Measure one row."""
    kind, *rest = words
    if kind == "infer":
        return infer(int(rest[0]), rest[1], tiny)
    if kind == "follow":
        return follow_pixels(int(rest[0]), rest[1])
    if kind == "gradients":
        return gradients(int(rest[0]), rest[1], tiny)
    if kind == "crops":
        from gpu_crops import crops

        row = crops(int(rest[0]), int(rest[1]), device_of(), tiny)
        return {**row, "device": device_name(), "peak_gb": peak_gb()}
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
    from cpsam_core.data.maker import Batch
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
