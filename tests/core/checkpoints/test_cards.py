from __future__ import annotations

import hashlib
import json
import math
from pathlib import Path

import numpy as np
import pytest

from cpsam_core.checkpoints.cards import (
    MAX_BYTES,
    ModelCard,
    card_path,
    hash_file,
    now,
    program_versions,
    read_card,
    write_card,
)
from cpsam_core.errors import WeightsError
from cpsam_core.system.atomic import atomic_path, write_bytes

CARD = ModelCard(
    name="Zellkerne 細胞",
    parent="cpsam_v2",
    architecture={"depth": 2, "stem": "patch"},
    images={"ab" * 32: "a.tif"},
    settings={"learning_rate": 1e-5, "epochs": 100},
    losses=(1.0, 0.5),
    validation_losses=(1.25,),
    scores={"nuclei": {"ap_0.5": 0.9}},
    classes=("background", "nucleus"),
    versions={"torch": "2.13.0"},
    licence="BSD-3-Clause",
    notes="two lines\nof notes",
    created="2026-01-02T03:04:05+00:00",
)


def test_round_trip() -> None:
    assert ModelCard.from_json(CARD.to_json()) == CARD
    assert ModelCard.from_json(CARD.to_json().encode()) == CARD


def test_empty_object_gives_defaults() -> None:
    assert ModelCard.from_json("{}") == ModelCard()


def test_unknown_and_wrong_fields_are_left_out() -> None:
    text = json.dumps(
        {
            "name": 3,
            "losses": "no",
            "images": {"a": 1, "b": "x"},
            "scores": {"s": 4},
            "future": [1],
            "notes": "n",
        }
    )
    assert ModelCard.from_json(text) == ModelCard(images={"b": "x"}, notes="n")


def test_values_of_numpy_and_not_finite() -> None:
    card = ModelCard(
        settings={"scale": (np.float32(0.5), np.int64(2)), "folder": Path("a")},
        losses=(math.nan, 2.0),
        scores={"s": {"ap": math.inf}},
    )
    read = ModelCard.from_json(card.to_json())
    assert read.settings == {"scale": [0.5, 2], "folder": "a"}
    assert math.isnan(read.losses[0]) and read.losses[1] == 2.0
    assert math.isnan(read.scores["s"]["ap"])


@pytest.mark.parametrize("text", ["", "[]", "{", "\0", b"\xff\xfe", "[" * 100_000, " " * (MAX_BYTES + 1)])
def test_what_is_no_card_is_refused(text: str | bytes) -> None:
    with pytest.raises(WeightsError):
        ModelCard.from_json(text)


def test_number_too_large_for_a_float() -> None:
    assert math.isnan(ModelCard.from_json('{"losses": [1' + "0" * 400 + "]}").losses[0])


@pytest.mark.parametrize(
    ("weights", "card"),
    [
        ("a.safetensors", "a.json"),
        ("a.pth", "a.json"),
        ("cells.v1", "cells.v1.json"),
        ("cpsam", "cpsam.json"),
    ],
)
def test_card_path(weights: str, card: str) -> None:
    assert card_path(Path("folder") / weights) == Path("folder") / card


def test_card_beside_weights(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    weights = tmp_path / "a.pth"
    assert read_card(weights) is None
    assert write_card(weights, CARD) == tmp_path / "a.json"
    assert read_card(weights) == CARD
    (tmp_path / "a.json").write_text("broken")
    assert read_card(weights) is None
    assert "a.json" in caplog.text


def test_hash_versions_and_time(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(b"cells")
    assert hash_file(tmp_path / "x") == hashlib.sha256(b"cells").hexdigest()
    versions = program_versions(("numpy", "no-such-package"))
    assert versions["numpy"] == np.__version__ and "python" in versions and "no-such-package" not in versions
    assert len(now()) == len("2026-01-02T03:04:05+00:00")


def test_atomic_write_replaces_and_leaves_nothing_on_failure(tmp_path: Path) -> None:
    target = tmp_path / "ü.bin"
    write_bytes(target, b"old")
    target.chmod(0o640)
    with pytest.raises(RuntimeError), atomic_path(target) as temporary:
        temporary.write_bytes(b"half")
        assert temporary.suffix == ".bin"
        raise RuntimeError
    assert target.read_bytes() == b"old"
    write_bytes(target, b"new")
    assert target.read_bytes() == b"new" and target.stat().st_mode & 0o777 == 0o640
    assert list(tmp_path.iterdir()) == [target]


def test_atomic_write_replaces_links_and_reports_missing_folders(tmp_path: Path) -> None:
    (tmp_path / "real").write_bytes(b"old")
    (tmp_path / "link").symlink_to(tmp_path / "real")
    write_bytes(tmp_path / "link", b"new")
    # What it points to may be the copy of others (DVC, git-annex).
    assert not (tmp_path / "link").is_symlink() and (tmp_path / "link").read_bytes() == b"new"
    assert (tmp_path / "real").read_bytes() == b"old"
    with pytest.raises(FileNotFoundError):
        write_bytes(tmp_path / "none" / "x", b"")
    with pytest.raises(FileNotFoundError), atomic_path(tmp_path / "never"):
        pass


def test_the_diameter_that_a_model_wants_survives_and_nonsense_does_not() -> None:
    for diameter in ("auto", 17.5, None):
        assert ModelCard.from_json(ModelCard(diameter=diameter).to_json()).diameter == diameter
    for nonsense in ('"big"', "true", "-3", "[1]"):
        assert ModelCard.from_json(f'{{"diameter": {nonsense}}}').diameter is None


def test_a_folder_has_a_digest_of_what_is_in_it(tmp_path):
    store = tmp_path / "a.zarr"
    (store / "0").mkdir(parents=True)
    (store / ".zattrs").write_text("{}")
    (store / "0" / "0").write_bytes(b"cells")
    first = hash_file(store)
    assert first == hash_file(store.rename(tmp_path / "b.zarr"))
    (tmp_path / "b.zarr" / "0" / "0").write_bytes(b"calls")
    assert hash_file(tmp_path / "b.zarr") != first
