"""The same images make the same weights by one click, by `cpsam retrain` and by `cpsam train`."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from cpsam_core.checkpoints import load_model
from cpsam_core.checkpoints.cards import read_card
from cpsam_core.cli import main
from cpsam_core.cli.common import OK
from cpsam_core.data.image_input import ImageInput
from cpsam_core.images import write_tiff
from cpsam_core.images.project_files import ProjectFile, write_project_file
from cpsam_core.retrain import candidates_in, one_click
from tests.core.retrain.clicks import FLAGS, QUICK, Hears, options
from tests.core.retrain.scenes import grid

pytestmark = pytest.mark.usefixtures("one_thread")


def test_the_same_images_make_the_same_model_by_every_way(folder: Path, tiny_model: Path) -> None:
    """One click, `cpsam retrain` and `cpsam train`, with channels, brightness and size from the projects."""
    cells = seen_cells(folder / "cells", 2)
    names = [f"c{number}.tif" for number in range(2)]
    clicked = candidates_in(cells, {(cells / name, ""): "train" for name in names})
    assert {one.diameter for one in clicked} == {10.0}
    one = one_click(clicked, options(tiny_model, changes={**QUICK, "seed": 3}), Hears())
    left = [pair.leave_out for pair in one.plan.training]
    command = ["retrain", str(cells), "--model", str(tiny_model), "--name", "two", "--promote", "always"]
    command += ["--seed", "3", "--score-every", "2", "--budget", "paper", "--train", *names, *FLAGS]
    assert main(command) == OK
    again = one_click(clicked, options(tiny_model, name="three", changes={**QUICK, "seed": 3}), Hears())
    states = [
        load_model(path)[0].state_dict()
        for path in (one.trained.path, one.trained.path.with_name("two.safetensors"), again.trained.path)
    ]
    for other in states[1:]:
        assert all(torch.equal(value, other[key]) for key, value in states[0].items())
    cards = [read_card(one.trained.path.with_name(f"{name}.safetensors")) for name in ("new", "two")]
    assert cards[0] is not None and cards[1] is not None and any(left)
    assert cards[0].channels == cards[1].channels == ("channel 4",)
    assert cards[0].diameter == cards[1].diameter


def seen_cells(folder: Path, count: int, classes: bool = False) -> Path:
    """Write images of four channels whose projects say which is seen, and how large the cells are."""
    folder.mkdir()
    for number in range(count):
        pixels = np.random.default_rng(number).integers(0, 99, (4, 64, 64)).astype(np.uint8)
        pixels[3] = 150 * (grid() > 0) + number
        write_tiff(folder / f"c{number}.tif", pixels, "CYX")
        seen = ImageInput(channels=(3,), diameter=10.0).to_dict()
        kinds = {one: {"class_id": 1 + one % 2} for one in range(1, int(grid().max()) + 1) if classes}
        names = {1: "round", 2: "long"} if classes else {}
        project = ProjectFile(grid()[None], kinds, seen, review="corrected", class_names=names)
        write_project_file(folder / f"c{number}.cpsam", project)
    return folder


@pytest.mark.parametrize("classes", [False, True])
def test_one_click_and_both_commands_make_the_same_weights(
    folder: Path, tiny_model: Path, classes: bool
) -> None:
    """One image judges in the click and is not there for `cpsam train`; all else is left to the program."""
    cells = seen_cells(folder / "cells", 3, classes)
    flags = [flag for flag in FLAGS if flag not in ("--warmup", "0")] + ["--seed", "3"]
    changes = {"epochs": 2, "samples": 2, "threads": 1, "seed": 3}
    known = candidates_in(cells)
    clicked = one_click(
        [replace(known[0], use="aside"), *known[1:]], options(tiny_model, changes=changes), Hears()
    )
    start = ["--model", str(tiny_model)]
    again = ["retrain", str(cells), *start, "--name", "two", "--promote", "always", "--aside", "c0.tif"]
    again += ["--budget", "paper"]  # as the options of the click have it
    assert main([*again, *flags]) == OK
    for path in cells.glob("c0.*"):
        path.unlink()
    asked = ["--classes"] if classes else []
    assert main(["train", str(cells), *start, "--out", "three.safetensors", *asked, *flags]) == OK
    two = clicked.trained.path.with_name("two.safetensors")
    states = [load_model(path)[0].state_dict() for path in (clicked.trained.path, two, "three.safetensors")]
    before = load_model(tiny_model)[0].state_dict()
    assert any(not torch.equal(value, states[0][key]) for key, value in before.items() if key in states[0])
    for other in states[1:]:
        assert all(torch.equal(value, other[key]) for key, value in states[0].items())
    cards = [read_card(path) for path in (clicked.trained.path, two, Path("three.safetensors"))]
    for name in ("images", "channels", "diameter", "classes", "settings"):
        values = [getattr(card, name) for card in cards]
        assert values[0] == values[1] == values[2], name
    batch = cards[0].settings["batch_size"] if cards[0] is not None else 0
    assert batch == (16 if classes else 1)  # the paper's recipes
