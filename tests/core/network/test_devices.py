"""Choosing device and precision, with stand-ins for hardware that this machine lacks."""

from __future__ import annotations

import ctypes
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from cpsam_core.errors import SettingsError
from cpsam_core.network import devices
from cpsam_core.network.devices import choose_device, choose_precision, cpu_has_bfloat16, keep_freed_memory


@pytest.fixture
def hardware(monkeypatch: pytest.MonkeyPatch) -> object:
    def pretend(cuda: int = 0, mps: bool = False, capability: int = 8, bfloat16: bool = False) -> None:
        monkeypatch.setattr(torch.cuda, "is_available", lambda: cuda > 0)
        monkeypatch.setattr(torch.cuda, "device_count", lambda: cuda)
        monkeypatch.setattr(torch.cuda, "get_device_capability", lambda device=None: (capability, 0))
        monkeypatch.setattr(torch.backends.mps, "is_available", lambda: mps)
        monkeypatch.setattr(devices, "cpu_has_bfloat16", lambda: bfloat16)

    return pretend


@pytest.mark.parametrize("name", [None, "auto"])
def test_the_best_device_there_is(hardware, name: str | None) -> None:  # type: ignore[no-untyped-def]
    hardware(cuda=1, mps=True)
    assert choose_device(name).type == "cuda"
    hardware(mps=True)
    assert choose_device(name).type == "mps"
    hardware()
    assert choose_device(name).type == "cpu"


def test_a_device_by_name(hardware) -> None:  # type: ignore[no-untyped-def]
    hardware(cuda=2, mps=True)
    assert choose_device("cpu").type == "cpu"
    assert choose_device("mps").type == "mps"
    assert choose_device("cuda:1").index == 1
    with pytest.raises(SettingsError, match="no cuda:2: torch sees 2"):
        choose_device("cuda:2")


@pytest.mark.parametrize("name", ["cuda", "mps", "cuda:0", "meta"])
def test_a_device_that_is_not_there(hardware, name: str) -> None:  # type: ignore[no-untyped-def]
    hardware()
    with pytest.raises(SettingsError, match="this machine has no"):
        choose_device(name)


@pytest.mark.parametrize("name", ["banana", "", "gpu:x", "cuda:-3"])
def test_what_is_no_device(name: str) -> None:
    with pytest.raises(SettingsError):
        choose_device(name)


def test_precision_is_what_the_hardware_computes_with(hardware) -> None:  # type: ignore[no-untyped-def]
    cuda, cpu, mps = (torch.device(name) for name in ("cuda", "cpu", "mps"))
    hardware(cuda=1, capability=8, bfloat16=True)
    assert choose_precision(cuda) == choose_precision(cpu) == torch.bfloat16
    assert choose_precision(mps) == torch.float32
    hardware(cuda=1, capability=7)
    assert choose_precision(cuda, "auto") == choose_precision(cpu) == torch.float32


@pytest.mark.parametrize("name", ["float32", "bfloat16", "float16"])
def test_a_precision_by_name(name: str) -> None:
    assert choose_precision(torch.device("cpu"), name) == getattr(torch, name)


def test_what_is_no_precision() -> None:
    with pytest.raises(SettingsError, match="'int8' is no precision"):
        choose_precision(torch.device("cpu"), "int8")


def test_asking_the_processor() -> None:
    assert cpu_has_bfloat16() in (True, False)


def test_asking_a_torch_that_does_not_know(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch, "cpu", object())
    assert not cpu_has_bfloat16()


def test_keeping_memory_is_tried_on_linux_only_and_never_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[str] = []

    def library(name: str) -> object:
        calls.append(name)
        raise OSError("musl")

    monkeypatch.setattr(ctypes, "CDLL", library)
    monkeypatch.setattr(sys, "platform", "darwin")
    keep_freed_memory()
    assert not calls
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setenv("MALLOC_ARENA_MAX", "2")
    keep_freed_memory()
    assert not calls
    monkeypatch.delenv("MALLOC_ARENA_MAX")
    for name in [key for key in __import__("os").environ if key.startswith("MALLOC_")]:
        monkeypatch.delenv(name)
    keep_freed_memory()
    assert calls == ["libc.so.6"]


def test_importing_the_engine_does_not_import_torch() -> None:
    code = (
        "import sys, cpsam_core, cpsam_core.network.devices, cpsam_core.segment.settings, cpsam_core.cli\n"
        "from cpsam_core import Segmenter, Settings, Segmentation\n"
        "Settings()\n"
        "assert 'torch' not in sys.modules, 'torch was imported'\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_weights_from_a_file_do_not_load_the_compiler_of_torch(tmp_path: Path) -> None:
    """Its import takes a second, in which a window stands still, and nothing here uses it."""
    code = f"""
import sys
from pathlib import Path
from cpsam_core.checkpoints import load_model, write_checkpoint
from cpsam_core.checkpoints.cards import ModelCard
from cpsam_core.network.config import VitConfig
from cpsam_core.network.vit import FlowVit
path = Path({str(tmp_path / "tiny.safetensors")!r})
if path.exists():
    model, _ = load_model(path)
    assert any(float(values.detach().abs().sum()) for values in model.parameters())
    print("torch._dynamo" in sys.modules)
else:
    write_checkpoint(path, FlowVit(VitConfig.lite(depth=1, width=32, heads=1, neck=16, tile=64)), ModelCard("tiny"))
"""
    for said in ("", "False"):
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
        assert (done.returncode, done.stdout.strip()) == (0, said), done.stderr
