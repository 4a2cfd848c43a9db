"""What the tests of finding and fetching models share: folders of their own, a small model, a server."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import huggingface_hub.constants
import huggingface_hub.file_download
import pytest
import torch

from cpsam_core import weights
from cpsam_core.checkpoints import write_checkpoint
from cpsam_core.checkpoints.cards import ModelCard
from cpsam_core.network.config import VitConfig
from cpsam_core.network.vit import FlowVit
from cpsam_core.weights import pins
from tests.core.weights.hub import DATA, Hub

CONFIG = VitConfig.lite(depth=1, width=32, heads=2, tile=32, neck=16)


@pytest.fixture(autouse=True)
def places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """Give each test folders of its own and no network."""
    found = SimpleNamespace(own=tmp_path / "own", published=tmp_path / "published", home=tmp_path / "home")
    monkeypatch.setenv("HOME", str(found.home))
    monkeypatch.setenv("USERPROFILE", str(found.home))
    monkeypatch.setenv("CPSAM_MODELS", str(found.own))
    monkeypatch.setenv("CELLPOSE_LOCAL_MODELS_PATH", str(found.published))
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    monkeypatch.delenv("TRANSFORMERS_OFFLINE", raising=False)
    monkeypatch.setenv("HF_HUB_DISABLE_PROGRESS_BARS", "1")
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(huggingface_hub.constants, "HF_TOKEN_PATH", str(tmp_path / "token"))
    return found


@pytest.fixture
def model_file(tmp_path: Path, one_thread: None) -> Path:
    """Return the weight file of a small network, with a card beside it."""
    torch.manual_seed(0)
    model = FlowVit(CONFIG)
    return write_checkpoint(
        tmp_path / "source" / "nuclei.safetensors", model, ModelCard(name="nuclei", notes="n")
    )


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    """Have a server of its own in place of Hugging Face; each published model is what `DATA` holds."""
    server = Hub()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    monkeypatch.setenv("HF_ENDPOINT", server.address)
    monkeypatch.setenv("HF_HUB_OFFLINE", "0")
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_OFFLINE", False)
    monkeypatch.setattr(huggingface_hub.constants, "DOWNLOAD_CHUNK_SIZE", 1000)
    pin = pins.Pin(len(DATA), hashlib.sha256(DATA).hexdigest())
    monkeypatch.setattr(pins, "PINS", dict.fromkeys(weights.PUBLISHED, pin))
    # Between its tries the hub library waits a second.
    monkeypatch.setattr(huggingface_hub.file_download, "time", SimpleNamespace(sleep=lambda seconds: None))
    yield server
    server.shutdown()
    thread.join()
    server.server_close()
