"""`cpsam train` from a folder to a model that segments, with its card."""

from __future__ import annotations

import argparse
import hashlib
import json
import math
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from cpsam_core.checkpoints import load_model
from cpsam_core.checkpoints.cards import ModelCard, read_card, write_card
from cpsam_core.cli import main
from cpsam_core.cli.common import CANCELLED, FAILED, OK, USAGE
from cpsam_core.cli.train_scores import scorer
from cpsam_core.data.pairs import Pair
from cpsam_core.finetune import Trainer, learner
from cpsam_core.images import read_labels, write_labels
from cpsam_core.network.config import VitConfig
from cpsam_core.network.vit import FlowVit
from cpsam_core.progress import Cancelled

pytestmark = pytest.mark.usefixtures("one_thread")

QUICK = ["--epochs", "2", "--samples", "2", "--crop", "32", "--device", "cpu", "--precision", "float32"]


@pytest.fixture
def images(folder: Path, write_disks: Callable[..., Path]) -> Path:
    """Two annotated images in a folder `cells`."""
    for name, count in (("a", 3), ("b", 2)):
        write_disks(f"cells/{name}.png", count)
        masks = np.zeros((64, 160), np.uint32)
        for number in range(count):
            masks[22:43, 20 + 45 * number : 41 + 45 * number] = number + 1
        write_labels(folder / f"cells/{name}_masks.tif", masks)
    return folder / "cells"


def train(images: Path, start: Path | str, *options: str, out: str = "out/new.safetensors") -> int:
    return main(["train", str(images), "--model", str(start), "--out", out, *QUICK, *options])


def test_finetuning_writes_a_model_and_its_card(images: Path, tiny_model: Path) -> None:
    options = ["--licence", "CC0", "--notes", "disks only", "--learning-rate", "0.001", "--seed", "3"]
    assert train(images, tiny_model, *options) == OK
    out = Path("out/new.safetensors")
    assert sorted(path.name for path in out.parent.iterdir()) == ["new.json", "new.safetensors"]
    model, card = load_model(out)
    before = load_model(tiny_model)[0].state_dict()
    assert any(not torch.equal(value, before[key]) for key, value in model.state_dict().items())
    assert card is not None
    assert card == read_card(out)
    assert card.name == "new"
    assert card.parent == tiny_model.stem
    digest = hashlib.sha256((images / "a.png").read_bytes()).hexdigest()
    assert card.images[digest] == "cells/a.png"
    assert len(card.images) == 2
    assert len(card.losses) == 2
    assert all(np.isfinite(card.losses))
    assert card.settings["learning_rate"] == 0.001
    assert card.settings["seed"] == 3
    assert card.settings["augmentation"]["crop"] == 32
    assert card.settings["mixing"] == {"cells": 1}
    assert set(card.versions) >= {"python", "torch", "numpy"}
    tiny = VitConfig.lite(depth=1, width=32, heads=1, neck=16, tile=128, layer_drop=0.0)
    assert card.architecture == tiny.to_dict()
    assert (card.licence, card.notes) == ("CC0", "disks only")
    assert card.created
    json.loads((out.parent / "new.json").read_text())


@pytest.mark.parametrize(("choice", "objects"), [("auto", 5), ("yes", 5), ("no", 2)])
def test_masks_with_one_number_for_all_are_parted_as_asked(
    images: Path,
    tiny_model: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    choice: str,
    objects: int,
) -> None:
    for name in ("a", "b"):
        masks = read_labels(images / f"{name}_masks.tif")
        write_labels(images / f"{name}_masks.tif", (masks > 0) * np.uint32(255))
    seen: list[int] = []

    def stopped(self: Trainer, progress: Any) -> Any:
        seen.append(self.data.objects(0) + self.data.objects(1))
        raise Cancelled

    monkeypatch.setattr(Trainer, "run", stopped)
    options = ["--separate-parts", choice, "--min-objects", "0"]
    assert train(images, tiny_model, *options) == CANCELLED
    assert seen == [objects]
    said = capsys.readouterr().err
    assert said.count("a_masks.tif holds one number in 3 pieces") == (choice == "auto"), said


def test_copies_of_the_model_on_the_way(images: Path, tiny_model: Path) -> None:
    steps = ["--learning-rate", "0.01", "--schedule", "constant", "--warmup", "0"]
    assert train(images, tiny_model, "--save-every", "1", *steps) == OK
    copy = load_model(Path("out/new_epoch_0001.safetensors"))[0].state_dict()
    ready = load_model(Path("out/new.safetensors"))[0].state_dict()
    before = load_model(tiny_model)[0].state_dict()
    assert not Path("out/new_epoch_0002.safetensors").exists()
    key = "encoder.blocks.0.mlp.lin1.weight"
    assert not torch.equal(copy[key], ready[key]) and not torch.equal(copy[key], before[key])


def test_the_same_command_gives_the_same_model(images: Path, tiny_model: Path) -> None:
    assert (
        train(images, tiny_model, out="one.safetensors")
        == train(images, tiny_model, out="two.safetensors")
        == OK
    )
    one, two = (load_model(name)[0].state_dict() for name in ("one.safetensors", "two.safetensors"))
    assert all(torch.equal(value, two[key]) for key, value in one.items())


def test_the_start_is_not_changed(images: Path, tiny_model: Path) -> None:
    before = tiny_model.read_bytes()
    assert train(images, tiny_model, "--learning-rate", "0.1") == OK
    assert tiny_model.read_bytes() == before


def test_the_trained_model_segments_and_can_be_trained_on(images: Path, tiny_model: Path) -> None:
    assert train(images, tiny_model, "--half") == OK
    out = "out/new.safetensors"
    assert main(["segment", str(images / "a.png"), "--model", out, "--out", "found", "--device", "cpu"]) == OK
    assert Path("found/a_masks.tif").exists()
    assert train(images, out, out="out/newer.safetensors") == OK
    card = read_card("out/newer.safetensors")
    assert card is not None
    assert card.parent == "new"


def test_a_new_small_network(images: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tiny = VitConfig.lite(depth=1, width=32, heads=1, neck=16)
    monkeypatch.setattr(VitConfig, "lite", classmethod(lambda cls: tiny))
    assert train(images, "random", "--batch-size", "2", "--drawn", "0.3") == OK
    card = read_card("out/new.safetensors")
    assert card is not None
    assert card.parent is None
    assert card.settings["augmentation"]["degraded"] == 0.5  # the whole recipe
    assert card.settings["averaging"] == 0.999
    assert card.settings["schedule"] == "cosine"
    assert card.settings["mixing"] == pytest.approx({"cells": 0.7, "drawn": 0.3})


def test_masks_in_another_folder(images: Path, tiny_model: Path) -> None:
    masks = images.parent / "true"
    masks.mkdir()
    for path in images.glob("*_masks.tif"):
        path.rename(masks / path.name.replace("_masks", ""))
    assert train(images, tiny_model) == FAILED
    assert train(images, tiny_model, "--masks", str(masks)) == OK


def test_scores_of_images_kept_aside(
    images: Path, tiny_model: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    aside = images.parent / "aside"
    aside.mkdir()
    for path in images.glob("a*"):
        path.rename(aside / path.name)
    assert train(images, tiny_model, "--validate", "aside") == OK
    assert "aside: average precision 0." in capsys.readouterr().out
    card = read_card("out/new.safetensors")
    assert card is not None
    assert card.scores["aside"]["images"] == 1
    assert card.losses
    assert [kept.name for kept in card.aside.values()] == ["a.png"]
    assert "flatter" in card.notes


def test_images_are_not_both_learnt_from_and_validated_on(
    images: Path, tiny_model: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    below = images / "below"
    below.mkdir()
    for path in images.glob("a*"):
        path.rename(below / path.name)
    assert train(images, tiny_model, "--validate", str(below)) == FAILED
    assert "a.png would be learnt from" in capsys.readouterr().err
    copy = images.parent / "copy"
    shutil.copytree(below, copy)
    (copy / "a.png").rename(copy / "renamed.png")
    (copy / "a_masks.tif").rename(copy / "renamed_masks.tif")
    assert train(images, tiny_model, "--validate", "copy") == FAILED
    assert "a.png would be learnt from" in capsys.readouterr().err
    shutil.rmtree(below)
    assert train(images, tiny_model, "--validate", "copy") == OK


def test_images_that_the_start_learnt_from_validate_nothing(
    images: Path, tiny_model: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    aside = images.parent / "aside"
    aside.mkdir()
    # Another name, and no longer among those to learn from.
    shutil.copy(images / "a.png", aside / "old.png")
    shutil.copy(images / "a_masks.tif", aside / "old_masks.tif")
    assert train(images, tiny_model, out="first.safetensors") == OK
    for path in images.glob("a*"):
        path.unlink()
    capsys.readouterr()
    assert train(images, "first.safetensors", "--validate", "aside") == FAILED
    assert (
        "--validate: first.safetensors, or a model before it, learnt from old.png" in capsys.readouterr().err
    )
    assert (
        main(["evaluate", "aside", "--robustness", "--model", "first.safetensors", "--device", "cpu"]) == OK
    )
    assert "learnt from 1 of the 1 images, such as old.png, which flatters it" in capsys.readouterr().err
    assert train(images, tiny_model, "--validate", "aside") == OK


def test_a_state_belongs_to_its_training(
    images: Path, tiny_model: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    real: Any = Trainer.run

    def stopped(self: Trainer, progress: Any) -> Any:
        def report(done: int, total: int, note: str = "") -> None:
            progress(done, total, note)
            if done == 3:
                raise Cancelled

        return real(self, report)

    monkeypatch.setattr(Trainer, "run", stopped)
    assert train(images, tiny_model) == CANCELLED
    monkeypatch.undo()
    monkeypatch.chdir(images.parent)
    capsys.readouterr()
    assert train(images, tiny_model, "--learning-rate", "0.5") == FAILED
    assert "learning_rate was 0.001, now 0.5" in capsys.readouterr().err
    masks = (images / "b_masks.tif").read_bytes()
    write_labels(images / "b_masks.tif", np.zeros((64, 160), np.uint32))
    assert train(images, tiny_model, "--min-objects", "0") == FAILED
    said = capsys.readouterr().err
    assert "another set of images" in said and "--restart" in said
    (images / "b_masks.tif").write_bytes(masks)
    assert train(images, tiny_model, "--threads", "1") == OK  # only how fast it is differs
    assert not Path("out/new.partial").exists()


def test_restart_begins_anew(images: Path, tiny_model: Path) -> None:
    Path("out").mkdir()
    Path("out/new.partial").write_bytes(b"of another training")
    assert train(images, tiny_model) == FAILED
    assert train(images, tiny_model, "--restart") == OK


def test_images_with_few_objects_are_left_out(
    images: Path, tiny_model: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert train(images, tiny_model, "--min-objects", "3") == OK
    assert "1 of 2 images are left out" in capsys.readouterr().err
    card = read_card("out/new.safetensors")
    assert card is not None and list(card.images.values()) == ["cells/a.png"]


def test_cancelled_then_resumed(images: Path, tiny_model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert train(images, tiny_model, out="whole.safetensors") == OK
    real: Any = Trainer.run

    def stopped(self: Trainer, progress: Any) -> Any:
        def report(done: int, total: int, note: str = "") -> None:
            progress(done, total, note)
            if done == 3:
                raise Cancelled

        return real(self, report)

    monkeypatch.setattr(Trainer, "run", stopped)
    assert train(images, tiny_model) == CANCELLED
    assert [path.name for path in Path("out").iterdir()] == ["new.partial"]
    monkeypatch.undo()
    monkeypatch.chdir(images.parent)
    assert train(images, tiny_model) == OK
    whole, resumed = read_card("whole.safetensors"), read_card("out/new.safetensors")
    assert whole is not None
    assert resumed is not None
    assert resumed.losses == whole.losses
    one, two = (load_model(name)[0].state_dict() for name in ("whole.safetensors", "out/new.safetensors"))
    assert all(torch.equal(value, two[key]) for key, value in one.items())
    assert not Path("out/new.partial").exists()


def test_names_with_dots_do_not_share_a_state(images: Path, tiny_model: Path) -> None:
    Path("cells.v1.partial").write_bytes(b"the state of v1")
    assert train(images, tiny_model, out="cells.v2") == OK
    assert sorted(p.name for p in Path().glob("cells.v*")) == [
        "cells.v1.partial",
        "cells.v2",
        "cells.v2.json",
    ]


def test_a_network_of_other_channels(images: Path, tmp_path: Path) -> None:
    from cpsam_core.checkpoints import write_checkpoint
    from cpsam_core.network.vit import FlowVit

    config = VitConfig.lite(depth=1, width=32, heads=1, neck=16, in_channels=2)
    start = write_checkpoint(tmp_path / "two.safetensors", FlowVit(config))
    assert train(images, start) == OK
    assert load_model("out/new.safetensors")[0].config.in_channels == 2


@pytest.mark.parametrize(
    "options",
    [
        ["--epochs", "0"],
        ["--crop", "33"],
        ["--crop", "512"],
        ["--scale", "2", "1"],
        ["--mix", "cells"],
        ["--mix", "others=1"],
        ["--drawn", "2"],
        ["--seed", "-1"],
        ["--device", "banana"],
        ["--warmup", "-1"],
        ["--layer-drop", "2"],
        ["--precision", "float16"],
        ["--degraded", "7"],
        ["--memory", "8bit"],
        ["--mode", "adapters", "--rank", "32"],
        ["--rank", "4"],
        ["--blocks", "1"],
        ["--patience", "3"],
        ["--early-stop"],
        ["--score-every", "2"],
        ["--mode", "last", "--blocks", "-1"],
        ["--memory", "lean", "--clip", "1"],
        ["--threads", "0"],
        ["--validate", "nowhere"],
    ],
)
def test_options_that_make_no_sense_give_one_line(
    images: Path, tiny_model: Path, options: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert train(images, tiny_model, *options) in (FAILED, USAGE)
    said = capsys.readouterr().err.strip().splitlines()
    assert len(said) == 1, said
    assert len(said[0]) < 160
    assert not list(Path().rglob("new*"))


def test_bad_images_are_named_before_training(
    images: Path, tiny_model: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (images / "b.png").write_bytes(b"no picture")
    assert train(images, tiny_model, "--strict") == FAILED
    said = capsys.readouterr().err
    assert "these images cannot be used" in said
    assert "b.png" in said
    assert not list(Path().rglob("new*"))


@pytest.mark.parametrize("bad", ["image", "masks", "volume"])
def test_bad_images_are_left_out_with_a_line_each(
    images: Path, tiny_model: Path, capsys: pytest.CaptureFixture[str], bad: str
) -> None:
    """One damaged file of a hundred must not cost the night."""
    if bad == "image":
        (images / "b.png").write_bytes(b"no picture")
    elif bad == "masks":
        (images / "b_masks.tif").write_bytes(b"no picture")
    else:
        (images / "c.tif").write_bytes(b"II*\0 no picture")
        (images / "c_masks.tif").write_bytes(b"II*\0 no picture")
    assert train(images, tiny_model) == OK
    lines = [line for line in capsys.readouterr().err.splitlines() if "left out" in line]
    assert len(lines) == 1
    assert ("c.tif" if bad == "volume" else "b.png") in lines[0]


def test_bad_images_to_validate_on_are_left_out_too(
    images: Path, tiny_model: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    aside = images.with_name("aside")
    aside.mkdir()
    for one in ("b.png", "b_masks.tif"):
        (images / one).rename(aside / one)
    (aside / "d.png").write_bytes(b"no picture")
    (aside / "d_masks.tif").write_bytes((aside / "b_masks.tif").read_bytes())
    assert train(images, tiny_model, "--validate", str(aside)) == OK
    said = capsys.readouterr().err
    assert "left out: d.png" in said
    _, card = load_model(Path("out/new.safetensors"))
    assert card is not None and len(card.images) == 1
    assert [one.name for one in card.aside.values()] == ["b.png"]


def test_a_folder_of_bad_images_is_refused(
    images: Path, tiny_model: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for image in images.glob("?.png"):
        image.write_bytes(b"no picture")
    assert train(images, tiny_model) == FAILED
    assert "these images cannot be used" in capsys.readouterr().err
    assert not list(Path().rglob("new*"))


def test_a_start_that_is_not_there(images: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert train(images, "no-such-model") == FAILED
    assert "no-such-model" in capsys.readouterr().err


def test_a_loss_that_is_no_number(
    images: Path, tiny_model: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(learner, "segmentation_loss", lambda *args: torch.tensor(float("nan")))
    assert train(images, tiny_model) == FAILED
    assert "lower the learning rate" in capsys.readouterr().err
    assert not list(Path().rglob("new.safetensors"))


def test_options_with_hyphens_and_underscores(images: Path, tiny_model: Path) -> None:
    assert (
        train(images, tiny_model, "--learning-rate", "0.01", "--layer-drop", "0", out="one.safetensors") == OK
    )
    assert (
        train(images, tiny_model, "--learning_rate", "0.01", "--layer_drop", "0", out="two.safetensors") == OK
    )
    one, two = (read_card(name) for name in ("one.safetensors", "two.safetensors"))
    assert one is not None
    assert two is not None
    assert one.settings == two.settings
    assert (one.settings["learning_rate"], one.settings["layer_drop"]) == (0.01, 0)


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ([], {"mode": "full", "memory": "auto", "learning_rate": 1e-3, "layer_drop": 0}),
        (["--checkpointing"], {"memory": "checkpointing"}),
        (["--memory", "lean"], {"memory": "lean"}),
        (["--mode", "last", "--blocks", "1"], {"mode": "last", "blocks": 1, "learning_rate": 2e-3}),
        (["--mode", "adapters", "--rank", "4"], {"mode": "adapters", "rank": 4, "learning_rate": 2e-3}),
    ],
)
def test_modes(images: Path, tiny_model: Path, options: list[str], expected: dict[str, Any]) -> None:
    assert train(images, tiny_model, *options) == OK
    model, card = load_model("out/new.safetensors")
    assert card is not None
    assert {name: card.settings[name] for name in expected} == pytest.approx(expected)
    assert model.state_dict().keys() == load_model(tiny_model)[0].state_dict().keys()


def test_images_kept_aside_choose_the_epoch(
    images: Path, tiny_model: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    aside = images.parent / "aside"
    aside.mkdir()
    for path in images.glob("a*"):
        path.rename(aside / path.name)
    options = ["--validate", "aside", "--score-every", "1", "--patience", "1", "--epochs", "4", "-v"]
    assert train(images, tiny_model, "--learning-rate", "1", *options) == OK
    said = capsys.readouterr()
    assert "was the best" in said.out
    assert "no better result in 1 epoch" in said.out
    assert "aside: average precision 0." in said.out
    assert "(best), average precision 0.000" in said.err
    card = read_card("out/new.safetensors")
    assert card is not None
    assert len(card.losses) == len(card.validation_losses) < 4
    assert list(card.scores) == ["aside"]
    assert len(card.images) == 1


def test_images_without_objects_leave_a_score_to_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = {"cells": {"images": 2.0, "ap_0.5": 0.5}, "empty": {"images": 1.0, "ap_0.5": math.nan}}
    monkeypatch.setattr("cpsam_core.retrain.validate.validate", lambda *_, **__: rows)
    args = argparse.Namespace(score_every=1, device="cpu", precision="float32")
    measure = scorer(args, [Pair(Path("a.tif"), Path("a_masks.tif"), "cells")], None)
    network = FlowVit(VitConfig.lite(depth=1, width=32, heads=1, neck=16, tile=64))
    assert measure is not None and measure(network) == 0.5


def test_several_processes(images: Path, tiny_model: Path) -> None:
    options = [*QUICK, "--batch-size", "2", "--layer-drop", "0.5"]
    command = ["train", str(images), "--model", str(tiny_model), *options]
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "OMP_NUM_THREADS": "1"}
    launch = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2"]
    done = subprocess.run(
        [*launch, "-m", "cpsam_core.cli", *command, "--out", "two.safetensors"],
        env=env,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    assert done.stdout.count("trained two") == 1
    assert main([*command, "--out", "one.safetensors"]) == OK
    one, two = (load_model(name)[0].state_dict() for name in ("one.safetensors", "two.safetensors"))
    for name, value in one.items():
        torch.testing.assert_close(two[name], value, rtol=1e-3, atol=1e-5)
    cards = [read_card(name) for name in ("one.safetensors", "two.safetensors")]
    assert cards[0] is not None
    assert cards[1] is not None
    assert cards[0].losses == pytest.approx(cards[1].losses, rel=1e-4)
    assert not list(Path().glob("*.partial"))


def test_what_the_start_wants_to_see_goes_on(images: Path, tiny_model: Path) -> None:
    card = read_card(tiny_model) or ModelCard(name=tiny_model.stem)
    write_card(tiny_model, replace(card, diameter=20.0))
    assert train(images, tiny_model) == OK
    card = read_card("out/new.safetensors")
    assert card is not None and card.diameter == 20
    assert card.settings["augmentation"]["resize"] == pytest.approx(1.5)


def test_a_new_network_by_the_clock(images: Path) -> None:
    assert train(images, "random", "--minutes", "0.02", "--invert", "0.4") == OK
    model, card = load_model(Path("out/new.safetensors"))
    assert model.config.stem == "unet"
    assert card is not None
    assert card.settings["minutes"] == 0.02
    assert card.settings["augmentation"]["invert"] == 0.4
