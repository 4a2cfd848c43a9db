"""The network of the cpdino checkpoints: keys and shapes of the published files, outputs of the reference's blocks."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor

from cpsam_core.checkpoints import build_model
from cpsam_core.checkpoints.convert import config_from_state
from cpsam_core.network.config import VitConfig
from cpsam_core.network.vit import FlowVit
from tests.golden.test_vit import recipe

HERE = Path(__file__).parent
DEPTH = 2


def shapes(size: str) -> dict[str, list[int]]:
    loaded: dict[str, list[int]] = json.loads((HERE / f"cpdino_{size}_state_dict_shapes.json").read_text())
    return loaded


@pytest.mark.parametrize(
    ("size", "config", "count", "millions"),
    [("vitb", VitConfig.cpdino_vitb(), 193, 85.9), ("vitl", VitConfig.cpdino(), 373, 303.5)],
)
def test_keys_are_those_of_the_published_checkpoints(
    size: str, config: VitConfig, count: int, millions: float
) -> None:
    with torch.device("meta"):
        model = FlowVit(config)
        state = model.state_dict()
        given = {key: torch.empty(shape) for key, shape in shapes(size).items()}
    assert len(given) == count
    assert {key: list(value.shape) for key, value in state.items()} == shapes(size)
    assert config_from_state(given) == config
    trained = sum(value.numel() for value in model.parameters() if value.requires_grad)
    assert trained / 1e6 == pytest.approx(millions, abs=0.2)


def drawn() -> dict[str, Tensor]:
    """Return weights of the first blocks, as they were drawn for the results that are kept."""
    weights = recipe()
    state = {}
    for key, shape in shapes("vitb").items():
        block = int(key.split(".")[2]) if ".blocks." in key else 0
        if block >= DEPTH or key in weights.KEEP:
            continue
        if key.endswith("periods"):
            state[key] = 100.0 ** (torch.arange(16) * 2 / 32)
        elif key.endswith("bias_mask"):
            state[key] = torch.tensor([1.0, 0.0, 1.0]).repeat_interleave(768)
        else:
            # Scales of branches around 1, else nothing would be seen of the branches.
            state[key] = torch.from_numpy(weights.draw(key, tuple(shape))) + float("gamma" in key)
    return state


@pytest.mark.parametrize("name", ["square", "wide"])
def test_first_blocks(name: str) -> None:
    state = drawn()
    model = build_model(state, config_from_state(state))
    with np.load(HERE / "cpdino_depth2.npz") as arrays:
        given = torch.from_numpy(arrays[f"x_{name}"].astype(np.float32))
        expected = torch.from_numpy(arrays[f"y_{name}"])
    with torch.inference_mode():
        result = model(given)
    assert float((result - expected).abs().max() / expected.abs().max()) < 1e-5
    assert float((result - expected).norm() / expected.norm()) < 1e-5


def test_positions_stay_exact_in_reduced_precision() -> None:
    state = drawn()
    model = build_model(state, config_from_state(state))
    before = model.encoder.rope_embed(8, 8)[0]  # type: ignore[union-attr, operator]
    reduced = model.to(torch.bfloat16)
    assert torch.equal(reduced.encoder.rope_embed(8, 8)[0], before)  # type: ignore[union-attr, operator]
