"""A network on its device: batches, precision, and what happens when memory runs out."""

from __future__ import annotations

import logging
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from cpsam_core.errors import CpsamError
from cpsam_core.network import devices
from cpsam_core.network.config import VitConfig
from cpsam_core.network.network import Network
from cpsam_core.network.vit import FlowVit

PATCH = VitConfig(depth=2, width=32, heads=2, tile=64, patch=8, neck=16)
LITE = VitConfig.lite(depth=1, width=32, heads=1, neck=16, tile=64)
CPU, CUDA = torch.device("cpu"), torch.device("cuda")


def made(config: VitConfig = LITE, precision: torch.dtype = torch.float32) -> Network:
    torch.manual_seed(0)
    return Network(FlowVit(config), config, CPU, precision, "tiny")


def tiles(count: int = 7, channels: int = 3) -> NDArray[np.float32]:
    return np.random.default_rng(0).random((count, channels, 64, 64), np.float32)


def pretend_accelerator(
    network: Network, fits: int, error: RuntimeError, monkeypatch: pytest.MonkeyPatch
) -> list[int]:
    """Let the network believe in an accelerator on which `fits` tiles have room; return the sizes tried."""
    real, tried = network._predict, []

    def predict(given: NDArray[np.float32]) -> NDArray[np.float32]:
        tried.append(len(given))
        if network.device.type == "cpu":
            return real(given)
        if len(given) > fits:
            raise error
        network.device = CPU
        try:
            return real(given)
        finally:
            network.device = CUDA

    monkeypatch.setattr(network, "_predict", predict)
    network.device = CUDA
    return tried


SHORT = torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB")


def warnings(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in caplog.records if record.levelno == logging.WARNING]


@pytest.mark.parametrize("config", [PATCH, LITE])
def test_predicts_what_the_model_does(config: VitConfig) -> None:
    network, given = made(config), tiles()
    result = network(given)
    with torch.inference_mode():
        expected = network.model(torch.from_numpy(given)).numpy()
    assert result.dtype == np.float32
    np.testing.assert_allclose(result, expected, atol=1e-5)
    assert (network.tile, network.in_channels, network.out_channels) == (64, 3, 3)
    assert not network.model.training
    assert not any(p.requires_grad for p in network.model.parameters())


def test_tiles_are_not_changed_and_may_be_read_only() -> None:
    given = tiles(2)
    before = given.copy()
    given.flags.writeable = False
    made()(given)
    np.testing.assert_array_equal(given, before)


def test_no_tiles() -> None:
    assert made()(tiles(0)).shape == (0, 3, 64, 64)


@pytest.mark.parametrize("config", [PATCH, LITE])
def test_bfloat16_is_close(config: VitConfig) -> None:
    full, reduced = made(config), made(config, torch.bfloat16)
    exact, close = full(tiles(2)), reduced(tiles(2))
    assert close.dtype == np.float32
    assert np.linalg.norm(close - exact) < 0.05 * np.linalg.norm(exact)


def test_device_and_precision_are_said(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, "cpsam_core"):
        made(precision=torch.bfloat16)
    assert "tiny computes on cpu in bfloat16" in caplog.text


def test_short_memory_halves_the_batch_and_is_remembered(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    network, given = made(), tiles(7)
    expected = network(given)
    tried = pretend_accelerator(network, 2, SHORT, monkeypatch)
    np.testing.assert_allclose(network(given), expected, atol=1e-5)
    assert tried == [7, 3, 1, 1, 1, 1, 1, 1, 1]
    assert warnings(caplog) == [
        "cuda is out of memory with 7 tiles at once; going on with 3",
        "cuda is out of memory with 3 tiles at once; going on with 1",
    ]
    tried.clear()
    np.testing.assert_allclose(network(given), expected, atol=1e-5)
    assert tried == [1] * 7
    assert len(warnings(caplog)) == 2


def test_not_even_one_tile_fits_then_the_processor_goes_on(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    network, given = made(), tiles(5)
    expected = network(given)
    tried = pretend_accelerator(network, 0, SHORT, monkeypatch)
    np.testing.assert_allclose(network(given), expected, atol=1e-5)
    assert tried[:3] == [5, 2, 1]
    assert len(warnings(caplog)) == 3
    assert (
        warnings(caplog)[-1]
        == "not enough memory for a single tile on cuda; continuing on the CPU, which is slower"
    )
    assert network.device.type == "cpu"
    assert network.precision == torch.float32


@pytest.mark.parametrize("native", [False, True])
def test_full_precision_stays_full_on_the_processor(native: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(devices, "cpu_has_bfloat16", lambda: native)
    full, reduced = made(), made(precision=torch.bfloat16)
    for network in (full, reduced):
        pretend_accelerator(network, 0, SHORT, monkeypatch)
        network(tiles(1))
    assert full.precision == torch.float32
    assert reduced.precision == (torch.bfloat16 if native else torch.float32)
    assert all(p.dtype == reduced.precision for p in reduced.model.parameters())


@pytest.mark.parametrize(
    "words",
    [
        "MPS backend out of memory (MPS allocated: 8.1 GB)",
        "CUDA error: out of memory",
        "cuDNN error: CUDNN_STATUS_ALLOC_FAILED",
        "CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling cublasCreate",
    ],
)
def test_short_memory_in_other_words(words: str, monkeypatch: pytest.MonkeyPatch) -> None:
    network, given = made(), tiles(4)
    tried = pretend_accelerator(network, 2, RuntimeError(words), monkeypatch)
    network(given)
    assert tried == [4, 2, 2]


def test_other_errors_come_out(monkeypatch: pytest.MonkeyPatch) -> None:
    network = made()
    pretend_accelerator(network, 0, RuntimeError("an illegal memory access was encountered"), monkeypatch)
    with pytest.raises(RuntimeError, match="illegal memory access"):
        network(tiles(2))


def test_short_memory_of_the_machine_itself(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    network, given = made(), tiles(4)
    expected, real, room = network(given), network._predict, [2]

    def predict(given: NDArray[np.float32]) -> Any:
        if len(given) > room[0]:
            raise RuntimeError(
                "[enforce fail at alloc_cpu.cpp:118] DefaultCPUAllocator: can't allocate memory"
            )
        return real(given)

    monkeypatch.setattr(network, "_predict", predict)
    np.testing.assert_allclose(network(given), expected, atol=1e-5)
    assert warnings(caplog) == ["cpu is out of memory with 4 tiles at once; going on with 2"]
    room[0] = 0
    with pytest.raises(CpsamError, match="not enough memory for a single tile"):
        network(given)
