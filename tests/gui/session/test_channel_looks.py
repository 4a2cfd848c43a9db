"""How the channels of an image are shown comes back with it, through other images and another start."""

from __future__ import annotations

import shutil
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
import tifffile

from cpsam_core.data.image_input import stored_input
from cpsam_core.images.project_files import read_project_file
from cpsam_gui.program.preferences import Preferences
from cpsam_gui.state.view import ChannelView
from cpsam_gui.storage import channel_looks
from cpsam_gui.tasks import AxesReading

if TYPE_CHECKING:
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from cpsam_gui.session import Session
    from cpsam_gui.window.window import Window

LOOK = {"low": 100.0, "high": 300.0, "gamma": 0.5, "colour": (10, 200, 30)}


def show(session: Session, qtbot: QtBot, image: Path, time: int | None = None) -> None:
    with qtbot.waitSignal(session.image_changed):
        session.images.open(image, reading=None if time is None else AxesReading("TYX", time))
    qtbot.waitUntil(lambda: session.jobs.idle and not session.persistence.saver.busy)


def begin(session: Session, qtbot: QtBot, image: Path) -> None:
    """Open an image and save a project of it; from now on work is saved by itself."""
    show(session, qtbot, image)
    session.facts.change("Notes", notes="seen")
    assert session.persistence.save_now(masks=False)
    session.persistence.preferences.now = Preferences(autosave_seconds=0.05)
    # Ten times what the last write took is waited for, which is long on a busy machine.
    session.persistence.saver.seconds = 0.0


def restart(session: Session) -> None:
    """Forget what is remembered only as long as the program runs."""
    session.persistence.content.looks._known.clear()


def seen(session: Session) -> ChannelView:
    return session.view.channels[0]


def has_look(session: Session) -> bool:
    return seen(session) == replace(seen(session), **LOOK)


@pytest.fixture
def other(image_file: Path) -> Path:
    path = image_file.with_name("other.tif")
    tifffile.imwrite(path, tifffile.imread(image_file)[::-1])
    return path


def test_it_comes_back_though_no_mask_changed(
    session: Session, qtbot: QtBot, image_file: Path, other: Path
) -> None:
    begin(session, qtbot, image_file)
    with qtbot.waitSignal(session.saved):
        session.view.set_channel(0, **LOOK)
    assert not session.persistence.unsaved
    plain = seen(session)
    show(session, qtbot, other)
    assert not has_look(session), "each image has its own"
    restart(session)
    show(session, qtbot, image_file)
    assert has_look(session)
    assert seen(session) == plain
    assert not session.persistence.autosave.pending, "coming back is no change"


def test_it_is_written_when_the_image_is_left_at_once(
    session: Session, qtbot: QtBot, image_file: Path, other: Path
) -> None:
    begin(session, qtbot, image_file)
    session.persistence.preferences.now = Preferences(autosave_seconds=60)
    session.view.set_channel(0, **LOOK)
    show(session, qtbot, other)
    restart(session)
    show(session, qtbot, image_file)
    assert has_look(session)


def test_it_is_written_when_the_window_closes(window: Window, qtbot: QtBot, image_file: Path) -> None:
    session = window.session
    begin(session, qtbot, image_file)
    session.persistence.preferences.now = Preferences(autosave_seconds=60)
    session.view.set_channel(0, **LOOK)
    assert window.close()
    stored = read_project_file(image_file.with_suffix(".cpsam"))
    assert stored.extra[channel_looks.KEY][0]["gamma"] == LOOK["gamma"]


def test_what_is_as_at_first_again_is_not_kept(session: Session, qtbot: QtBot, image_file: Path) -> None:
    begin(session, qtbot, image_file)
    plain = session.view.channels
    session.view.set_channel(0, **LOOK)
    assert session.persistence.save_now(masks=False)
    assert channel_looks.KEY in read_project_file(image_file.with_suffix(".cpsam")).extra
    session.view.channels = plain
    assert session.persistence.autosave.pending
    assert session.persistence.save_now(masks=False)
    assert channel_looks.KEY not in read_project_file(image_file.with_suffix(".cpsam")).extra


def test_an_image_that_was_only_looked_at_gets_no_project(
    session: Session, qtbot: QtBot, image_file: Path, other: Path
) -> None:
    session.persistence.preferences.now = Preferences(autosave_seconds=0.05)
    show(session, qtbot, image_file)
    session.view.set_channel(0, **LOOK)
    assert not session.persistence.autosave.pending
    show(session, qtbot, other)
    show(session, qtbot, image_file)
    assert has_look(session)
    assert not image_file.with_suffix(".cpsam").exists()
    session.facts.change("Notes", notes="seen")
    assert session.persistence.save_now(masks=False)
    restart(session)
    show(session, qtbot, image_file)
    assert has_look(session)
    # Other pixels under the same name.
    session.view.set_channel(0, gamma=2.0)
    image_file.with_suffix(".cpsam").unlink()
    shutil.copy(other, image_file)
    show(session, qtbot, image_file)
    assert seen(session).gamma == 1.0


def test_each_time_point_has_its_own(session: Session, qtbot: QtBot, tmp_path: Path) -> None:
    path = tmp_path / "movie.tif"
    frames = np.random.default_rng(0).integers(0, 900, (3, 60, 70)).astype(np.uint16)
    tifffile.imwrite(path, frames, metadata={"axes": "TYX"}, imagej=True)
    begin(session, qtbot, path)
    show(session, qtbot, path, time=1)
    session.view.set_channel(0, **LOOK)
    assert not session.persistence.autosave.pending, "nothing else was done on this one"
    session.facts.change("Notes", notes="the second")
    assert session.persistence.save_now(masks=False)
    restart(session)
    show(session, qtbot, path, time=0)
    assert not has_look(session)
    show(session, qtbot, path, time=1)
    assert has_look(session)


@pytest.fixture
def two_channels(tmp_path: Path) -> Path:
    path = tmp_path / "stained.tif"
    pixels = np.random.default_rng(0).integers(0, 900, (2, 60, 70)).astype(np.uint16)
    tifffile.imwrite(path, pixels, metadata={"axes": "CYX"}, imagej=True)
    return path


def stored(image: Path) -> tuple[int | str, ...] | None:
    """Return which channels the model sees by the project of an image."""
    seen = stored_input(image.with_suffix(".cpsam"))
    assert seen is not None
    return seen.channels


def test_channels_for_the_model_are_written_though_no_run_was_made(
    session: Session, qtbot: QtBot, two_channels: Path, other: Path
) -> None:
    begin(session, qtbot, two_channels)
    assert stored(two_channels) is None and not session.persistence.autosave.pending
    with qtbot.waitSignal(session.saved):
        session.images.choose((1,))
    assert stored(two_channels) == (1,)
    qtbot.waitUntil(lambda: not session.persistence.saver.busy)
    assert not session.persistence.autosave.pending
    session.images.choose(None)
    assert session.persistence.autosave.pending
    session.images.choose((1,))
    assert not session.persistence.autosave.pending, "they are as they are written"
    show(session, qtbot, other)
    show(session, qtbot, two_channels)
    assert session.images.chosen == (1,)
    assert not session.persistence.autosave.pending, "coming back is no change"


def test_brightness_for_the_model_is_written_when_the_image_is_left_at_once(
    session: Session, qtbot: QtBot, two_channels: Path, other: Path
) -> None:
    begin(session, qtbot, two_channels)
    session.persistence.preferences.now = Preferences(autosave_seconds=60)
    session.images.choose((1,))
    session.run_state.change(percentile=(3.0, 99.0))
    show(session, qtbot, other)
    seen = stored_input(two_channels.with_suffix(".cpsam"))
    assert seen is not None and seen.channels == (1,) and seen.normalize.percentile == (3.0, 99.0)


def test_channels_for_the_model_make_no_project(
    session: Session, qtbot: QtBot, two_channels: Path, other: Path
) -> None:
    session.persistence.preferences.now = Preferences(autosave_seconds=0.05)
    show(session, qtbot, two_channels)
    session.images.choose((1,))
    assert not session.persistence.autosave.pending
    show(session, qtbot, other)
    assert not two_channels.with_suffix(".cpsam").exists()


def test_channels_of_the_next_run_are_not_those_of_the_last_one(
    session: Session, qtbot: QtBot, two_channels: Path
) -> None:
    show(session, qtbot, two_channels)
    session.segmenting.segment()
    qtbot.waitUntil(lambda: bool(session.document.objects))
    assert session.persistence.save_now(masks=False)
    session.persistence.preferences.now = Preferences(autosave_seconds=0.05)
    session.images.choose((1,))
    assert not session.persistence.autosave.pending


def test_discarded_work_is_not_written_with_it(
    session: Session, qtbot: QtBot, image_file: Path, other: Path
) -> None:
    begin(session, qtbot, image_file)
    session.persistence.preferences.now = Preferences(autosave_seconds=60)
    session.facts.change("Notes", notes="wrong")
    session.view.set_channel(0, **LOOK)
    session.persistence.discard()
    session.view.set_channel(0, gamma=2.0)
    show(session, qtbot, other)
    assert read_project_file(image_file.with_suffix(".cpsam")).extra["notes"] == "seen"


@pytest.mark.parametrize(
    "found",
    [
        None,
        "much",
        [],
        [{}],
        [{"low": 5, "high": 1, "gamma": 1, "colour": [1, 2, 3], "visible": True}],
        [{"low": 1, "high": float("inf"), "gamma": 1, "colour": [1, 2, 3], "visible": True}],
        [{"low": 1, "high": 5, "gamma": 1, "colour": [1, 2], "visible": True}],
        [{"low": 1, "high": 5, "gamma": 1, "colour": None, "visible": True}],
        [[1, 2, 3]],
    ],
)
def test_a_file_may_hold_anything(found: object) -> None:
    assert channel_looks.read(found, (ChannelView("one", (255, 255, 255)),)) is None
