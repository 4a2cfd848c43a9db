"""What is no weight file of this kind, is damaged or would run code is refused in words."""

from __future__ import annotations

import os
import pickle
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import save_file
from torch import Tensor

from cpsam_core.checkpoints import load_model
from cpsam_core.errors import CpsamError, WeightsError
from tests.core.checkpoints.networks import LITE, tiny, torch_file

pytestmark = pytest.mark.usefixtures("one_thread")


class RunsCode:
    """Unpickling this would make a folder."""

    def __init__(self, marker: Path) -> None:
        self.marker = marker

    def __reduce__(self) -> tuple[Callable[[str], None], tuple[str]]:
        return os.mkdir, (str(self.marker),)


@pytest.mark.parametrize("plain", [True, False])
def test_a_file_that_runs_code_is_refused_and_nothing_runs(tmp_path: Path, plain: bool) -> None:
    path, marker = tmp_path / "evil.pth", tmp_path / "ran"
    content = {"W2": torch.ones(1), "x": RunsCode(marker)}
    path.write_bytes(pickle.dumps(content)) if plain else torch.save(content, path)
    with pytest.raises(WeightsError) as caught:
        load_model(path)
    assert not marker.exists()
    assert "\n" not in str(caught.value)


def test_code_in_a_torch_file_is_named_as_such(tmp_path: Path) -> None:
    torch.save({"W2": RunsCode(tmp_path / "ran")}, tmp_path / "evil.pth")
    with pytest.raises(WeightsError, match="could run code"):
        load_model(tmp_path / "evil.pth")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (b"\n<!DOCTYPE html><html><body>404</body></html>", "web page"),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:0\n", "Git LFS"),
        (b"\x93NUMPY\x01\x00", "not a weight file"),
        (b"PK\x03\x04 but no more", "damaged"),
        (b"\x80\x02 but no more", "damaged"),
        (b"\x10\0\0\0\0\0\0\0{ cut", "damaged"),
        (bytes(range(256)), "not a weight file"),
    ],
)
def test_other_content_is_named(tmp_path: Path, content: bytes, words: str) -> None:
    (tmp_path / "x.pth").write_bytes(content)
    with pytest.raises(WeightsError, match=words) as caught:
        load_model(tmp_path / "x.pth")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("suffix", ["", ".safetensors"])
@pytest.mark.parametrize("part", [0.2, 0.9, 0.999])
def test_truncated_files_are_refused(tmp_path: Path, suffix: str, part: float) -> None:
    whole = tmp_path / f"whole{suffix}"
    torch_file(whole, tiny()) if not suffix else save_file(dict(tiny().state_dict()), whole)
    cut = tmp_path / f"cut{suffix}"
    cut.write_bytes(whole.read_bytes()[: int(part * whole.stat().st_size)])
    with pytest.raises(WeightsError, match="damaged or incomplete"):
        load_model(cut)


def test_truncated_legacy_file(tmp_path: Path) -> None:
    whole = torch_file(tmp_path / "whole", tiny(), legacy=True).read_bytes()
    for part in (0.05, 0.5, 0.99):
        (tmp_path / "cut").write_bytes(whole[: int(part * len(whole))])
        with pytest.raises(WeightsError):
            load_model(tmp_path / "cut")


def test_random_damage_never_raises_anything_else(tmp_path: Path) -> None:
    whole = bytearray(torch_file(tmp_path / "whole", tiny(LITE), legacy=True).read_bytes())
    random = np.random.default_rng(0)
    for _ in range(60):
        damaged = whole.copy()
        for place in random.integers(0, 2000, 5):
            damaged[place] = random.integers(256)
        (tmp_path / "x").write_bytes(damaged)
        try:
            load_model(tmp_path / "x")
        except CpsamError as error:
            assert str(error)


def test_missing_file_and_folder(tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match="does not exist"):
        load_model(tmp_path / "none")
    with pytest.raises(WeightsError, match="folder"):
        load_model(tmp_path)


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ({"downsample.down.res_down_0.conv.weight": torch.ones(1)}, "Cellpose 1, 2 or 3"),
        ({"encoder.x": torch.ones(1), "diam_mean": torch.ones(1)}, "Cellpose 1, 2 or 3"),
        ({"conv1.weight": torch.ones(1)}, "not those of a Cellpose-SAM"),
        ({"encoder.blocks.0.x": torch.ones(1)}, "does not say which architecture"),
        (
            {"W2": torch.ones(1), "encoder.patch_embed.proj.weight": torch.ones(1, 3, 8, 8)},
            "pos_embed is missing",
        ),
        ({"W2": torch.ones(1), "encoder.patch_embed.proj.weight": torch.ones(3)}, "wrong shape"),
        ({"epoch": 3}, "holds no weights"),
        ([1, 2], "holds list"),
    ],
)
def test_other_networks_are_named(tmp_path: Path, state: object, words: str) -> None:
    torch.save(state, tmp_path / "x.pth")
    with pytest.raises(WeightsError, match=words):
        load_model(tmp_path / "x.pth")


@pytest.mark.parametrize(
    ("key", "value", "words"),
    [
        ("encoder.blocks.1.norm1.weight", None, "missing"),
        ("encoder.blocks.1.norm1.weight", torch.ones(5), "is 5 instead of 128"),
        ("encoder.blocks.1.norm1.weight", torch.full((128,), torch.nan), "not finite"),
        ("encoder.blocks.1.norm1.weight", torch.ones(128, dtype=torch.int64), "another kind"),
        ("encoder.blocks.7.norm1.weight", torch.ones(128), "blocks are missing"),
        ("encoder.blocks.1.attn.rel_pos_h", torch.ones(0, 64), "instead of"),
        ("out.weight", torch.ones(191, 32, 1, 1), "fit no network"),
    ],
)
def test_wrong_tensors(tmp_path: Path, key: str, value: Tensor | None, words: str) -> None:
    state = dict(tiny().state_dict())
    state.pop(key, None)
    if value is not None:
        state[key] = value
    torch.save(state, tmp_path / "x.pth")
    with pytest.raises(WeightsError, match=words):
        load_model(tmp_path / "x.pth")


@pytest.mark.parametrize(
    "config",
    [
        "{",
        "[]",
        '{"depth": "a"}',
        '{"depth": 100000000}',
        '{"depth": 7}',
        '{"new": 1}',
        '{"depth": true}',
        "null",
    ],
)
def test_impossible_written_architectures(tmp_path: Path, config: str) -> None:
    save_file(dict(tiny().state_dict()), tmp_path / "x.safetensors", metadata={"config": config})
    with pytest.raises(WeightsError):
        load_model(tmp_path / "x.safetensors")
