"""What was said of images to learn from is there again when the program is started again."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PyQt6.QtCore import QSettings

from cpsam_gui.program.image_uses import MOST_FOLDERS, _key, load_uses, save_uses
from cpsam_gui.runs.models import Models
from cpsam_gui.session import Session

if TYPE_CHECKING:
    from conftest import FakeSegmenter
    from pytestqt.qtbot import QtBot


def test_an_image_that_was_left_out_stays_so_in_the_next_session(
    session: Session, segmenter: FakeSegmenter, qtbot: QtBot, image_file: Path
) -> None:
    with qtbot.waitSignal(session.image_changed):
        session.images.open(image_file)
    session.candidates.use(image_file, "exclude")
    session.candidates.use(image_file, "aside", "_z0003")
    again = Session(Models(lambda name, progress: segmenter))
    with qtbot.waitSignal(again.image_changed):
        again.images.open(image_file)
    assert again.candidates.uses == {(image_file, ""): "exclude", (image_file, "_z0003"): "aside"}
    again.close()


def test_folders_do_not_mix(tmp_path: Path) -> None:
    one, other = tmp_path / "one" / "a.tif", tmp_path / "other" / "a.tif"
    save_uses(one.parent, {(one, ""): "train", (other, ""): "aside"})
    assert load_uses(one.parent) == {(one, ""): "train"}
    assert load_uses(other.parent) == {}
    save_uses(one.parent, {})
    assert load_uses(one.parent) == {}


def test_the_oldest_folders_are_forgotten() -> None:
    folders = [Path("/images") / str(number) for number in range(MOST_FOLDERS + 2)]
    for folder in folders:
        save_uses(folder, {(folder / "a.tif", ""): "train"})
    assert [bool(load_uses(folder)) for folder in folders] == [False] * 2 + [True] * MOST_FOLDERS


@pytest.mark.parametrize(
    "text", ["", "{", "{}", "[1]", '[["a.tif", "", "burn"]]', '[["../a.tif", "", "train"]]']
)
def test_damage_is_dropped(tmp_path: Path, text: str) -> None:
    QSettings().setValue(_key(tmp_path), text)
    assert load_uses(tmp_path) == {}


@pytest.mark.parametrize(
    ("kept", "chosen"), [("quick", "quick"), ("paper", "paper"), ("a lot", "normal"), (7, "normal")]
)
def test_the_time_that_was_chosen_for_trainings_is_chosen_again(
    segmenter: FakeSegmenter, kept: object, chosen: str
) -> None:
    QSettings().setValue("training/budget", kept)
    session = Session(Models(lambda name, progress: segmenter))
    assert session.training.options.budget == chosen
    session.training.choose(replace(session.training.options, budget="thorough"))
    session.close()
    again = Session(Models(lambda name, progress: segmenter))
    assert again.training.options.budget == "thorough"
    again.close()
