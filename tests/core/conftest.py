"""What the tests of the command line share: a tiny real model, and a stand-in that finds bright disks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from cpsam_core import weights
from cpsam_core.images import write_picture
from cpsam_core.progress import Cancelled, Progress

Write = Callable[..., Path]
"""Writes an image of disks under a name, and returns its path."""


class DiskNetwork:
    """Flows towards the middle of bright disks, without a network."""

    tile = 256
    in_channels = 3
    out_channels = 3

    def __call__(self, tiles: NDArray[np.float32]) -> NDArray[np.float32]:
        maps = np.empty((len(tiles), 3, 256, 256), np.float32)
        for tile, result in zip(tiles, maps, strict=True):
            smooth = cv2.GaussianBlur(np.ascontiguousarray(tile[0]), (0, 0), 6)
            flows = np.stack(np.gradient(smooth))
            result[:2] = 5 * flows / np.maximum(np.linalg.norm(flows, axis=0), 1e-6)
            result[2] = 10 * tile[0] - 5
        return maps


def disks(count: int = 3, size: tuple[int, int] = (64, 160)) -> NDArray[np.uint8]:
    """Return a dark image (y, x) with bright disks of radius 10 in a row."""
    image = np.full(size, 10, np.uint8)
    for number in range(count):
        cv2.circle(image, (30 + 45 * number, 32), 10, 200, -1)
    return image


@pytest.fixture
def one_thread() -> Iterator[None]:
    """Let torch compute in one thread: tiny networks spend their time waiting for others."""
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture
def disk_model(monkeypatch: pytest.MonkeyPatch) -> DiskNetwork:
    """Make every model name load the stand-in."""
    network = DiskNetwork()
    monkeypatch.setattr(weights, "load_network", lambda *args: network)
    return network


@pytest.fixture(scope="session")
def tiny_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a weight file of a real network, small and untrained."""
    return tiny_model_in(tmp_path_factory.mktemp("model"))


def tiny_model_in(folder: Path) -> Path:
    """Write the weight file of a real network, small and untrained."""
    import torch

    from cpsam_core.checkpoints import write_checkpoint
    from cpsam_core.network.config import VitConfig
    from cpsam_core.network.vit import FlowVit

    torch.manual_seed(0)
    return write_checkpoint(
        folder / "tiny.safetensors", FlowVit(VitConfig.lite(depth=1, width=32, heads=1, neck=16, tile=128))
    )


def cancel_training(patch: pytest.MonkeyPatch, after: int) -> None:
    """Have trainings cancelled after so many steps."""
    from cpsam_core.finetune import Trainer

    real: Any = Trainer.run

    def stopped(self: Trainer, progress: Progress) -> Any:
        def report(done: int, total: int, note: str = "") -> None:
            progress(done, total, note)
            if done == after:
                raise Cancelled

        return real(self, report)

    patch.setattr(Trainer, "run", stopped)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Work in an empty folder, away from the user's own models."""
    monkeypatch.setenv("CPSAM_MODELS", str(tmp_path / "models"))
    monkeypatch.setenv("CELLPOSE_LOCAL_MODELS_PATH", str(tmp_path / "published"))
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    work = tmp_path / "work"
    work.mkdir()
    monkeypatch.chdir(work)
    yield work


@pytest.fixture
def write_disks(folder: Path) -> Write:
    """Return a function that writes an image of disks under a name and returns its path."""

    def write(name: str, count: int = 3) -> Path:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        write_picture(path, disks(count))
        return path

    return write
