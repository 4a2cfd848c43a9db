"""The network against the reference's, on weights that both draw from the same recipe."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from types import ModuleType

import numpy as np
import torch

from cpsam_core.checkpoints import build_model
from cpsam_core.network.config import VitConfig
from cpsam_core.network.vit import FlowVit

HERE = Path(__file__).parent
DEPTH = 6


def shapes() -> dict[str, list[int]]:
    loaded: dict[str, list[int]] = json.loads((HERE / "cpsam_state_dict_shapes.json").read_text())
    return loaded


def recipe() -> ModuleType:
    spec = importlib.util.spec_from_file_location("weights_recipe", HERE / "weights_recipe.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_keys_are_those_of_the_published_checkpoints() -> None:
    with torch.device("meta"):
        state = FlowVit(VitConfig.cpsam()).state_dict()
    assert set(state) == set(shapes())
    for key, shape in shapes().items():
        if "rel_pos" not in key:  # tables are kept as they are found
            assert list(state[key].shape) == shape, key


def test_first_six_blocks() -> None:
    weights = recipe()
    state = {}
    for key, shape in shapes().items():
        block = int(key.split(".")[2]) if ".blocks." in key else 0
        if block < DEPTH and key not in weights.KEEP:
            state[key] = torch.from_numpy(weights.draw(key, tuple(shape)))
    model = build_model(state, VitConfig.cpsam(depth=DEPTH))
    with np.load(HERE / "vit_depth6.npz") as arrays:
        given, expected = arrays["x"].astype(np.float32), torch.from_numpy(arrays["y"].astype(np.float32))
    with torch.inference_mode():
        result = model(torch.from_numpy(given))
    assert float((result - expected).abs().max() / expected.abs().max()) < 1e-4
    assert float((result - expected).norm() / expected.norm()) < 1e-4
