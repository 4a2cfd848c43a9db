"""All settings of a run are remembered with its image and come back with it; none goes on to other images unasked."""

from __future__ import annotations

import json
import shutil
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from cpsam_core.preprocess.normalize import NormalizeSettings
from cpsam_core.segment.settings import Settings
from cpsam_gui.runs.as_command import command_line
from cpsam_gui.runs.options import HOW_IT_IS_SEEN, OF_THE_MACHINE, RunOptions, recalled, remembered
from cpsam_gui.runs.starting_options import StartingOptions

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from cpsam_gui.session import Session
    from tests.gui.conftest import FakeSegmenter

OTHERS: dict[str, Any] = {
    "diameter": 41.0,
    "flow_threshold": 0.7,
    "cellprob_threshold": -1.5,
    "min_size": 33,
    "max_size_fraction": 0.2,
    "niter": 77,
    "resample": False,
    "augment": True,
    "tile_overlap": 0.3,
    "do_3D": False,
    "anisotropy": 2.5,
    "flow3D_smooth": (1.0, 2.0, 3.0),
    "stitch_threshold": 0.25,
    "exclude_on_edges": True,
    "normalize": False,
    "percentile": (2.0, 98.0),
    "lowhigh": (1.0, 9.0),
    "tile_norm_blocksize": 60,
    "sharpen_radius": 2.0,
    "smooth_radius": 1.0,
    "invert": True,
    "norm3D": False,
}
"""Another value than the window's default for each setting of a run."""


def test_every_setting_is_remembered_and_recalled() -> None:
    """A setting that is added is remembered by itself; here it wants a value of another kind than its default."""
    names = {one.name for one in fields(Settings)} - OF_THE_MACHINE - HOW_IT_IS_SEEN
    assert names | {one.name for one in fields(NormalizeSettings)} == set(OTHERS)
    plain = RunOptions()
    for name, value in OTHERS.items():
        options = plain.changed(**{name: value})
        assert options != plain, name
        stored = json.loads(json.dumps(remembered(options, options.settings)))
        assert plain.changed(**recalled(stored)) == options, name


@pytest.mark.parametrize("damaged", [{"a": 1}, "x", -1e400, [1, 2], float("nan"), {}])
def test_nothing_in_a_file_is_taken_for_what_it_is_not(damaged: Any) -> None:
    found = recalled(dict.fromkeys(OTHERS, damaged))
    RunOptions().changed(**found)
    assert not set(found) - {one.name for one in fields(NormalizeSettings)}


def open_in(session: Session, qtbot: QtBot, path: Path) -> None:
    with qtbot.waitSignal(session.image_changed):
        session.images.open(path)


def segment(session: Session, qtbot: QtBot) -> None:
    with qtbot.waitSignal(session.history_changed):
        session.segmenting.segment()
    with qtbot.waitSignal(session.saved):
        session.persistence.save()
    qtbot.waitUntil(lambda: session.jobs.idle, timeout=30_000)


@pytest.fixture
def others(image_file: Path) -> tuple[Path, Path]:
    """Return two more images beside the image, and one in another folder."""
    folder = image_file.parent / "elsewhere"
    folder.mkdir()
    return tuple(
        Path(shutil.copy(image_file, path)) for path in (image_file.with_name("b.tif"), folder / "c.tif")
    )


def test_settings_of_another_image_change_nothing_here(
    session: Session, qtbot: QtBot, image_file: Path, others: tuple[Path, Path], segmenter: FakeSegmenter
) -> None:
    """Both boxes had stayed ticked on the image before, and the next threshold removed its objects at the border."""
    open_in(session, qtbot, image_file)
    segment(session, qtbot)
    line = command_line(session.run_state.call(), "linux")
    open_in(session, qtbot, others[0])
    session.run_state.change(exclude_on_edges=True, augment=True, niter=90, name="mine")
    segment(session, qtbot)
    open_in(session, qtbot, image_file)
    settings = session.run_state.options.settings
    assert (settings.exclude_on_edges, settings.augment, settings.niter) == (False, False, None)
    assert session.run_state.options.model.name == "mine", "the model is that of the next run"
    assert command_line(session.run_state.call(), "linux") == line, "and not that of these masks"
    assert not session.run_state.settings_of_masks.exclude_on_edges
    open_in(session, qtbot, others[0])
    settings = session.run_state.options.settings
    assert (settings.exclude_on_edges, settings.augment, settings.niter) == (True, True, 90)


def test_new_thresholds_change_nothing_else(session: Session, qtbot: QtBot, image_file: Path) -> None:
    open_in(session, qtbot, image_file)
    segment(session, qtbot)
    session.run_state.change(exclude_on_edges=True, min_size=14)
    session.segmenting.mask_again()
    qtbot.waitUntil(lambda: session.run_state.last_settings["min_size"] == 14, timeout=30_000)
    assert session.run_state.last_settings["exclude_on_edges"] is False


def test_thresholds_of_one_image_do_not_go_on_to_the_next(
    session: Session, qtbot: QtBot, image_file: Path, others: tuple[Path, Path]
) -> None:
    """An image that was only looked at had spoiled the runs on others, also of another folder."""
    open_in(session, qtbot, image_file)
    session.run_state.change(cellprob_threshold=-1.76, diameter=30.0)
    segment(session, qtbot)
    session.run_state.last_settings |= {"thresholds_by_hand": True}
    session.facts.change("Notes", notes="x")
    with qtbot.waitSignal(session.saved):
        session.persistence.save()
    session.run_state._start = StartingOptions()
    seen = []
    for path in (image_file, others[0], image_file, others[1]):
        open_in(session, qtbot, path)
        settings = session.run_state.options.settings
        seen.append((settings.cellprob_threshold, settings.diameter))
    assert seen == [(-1.76, 30.0), (0.0, 30.0), (-1.76, 30.0), (0.0, None)]


def test_what_a_person_chose_goes_on_and_what_was_taken_back_does_not() -> None:
    start, here, there = StartingOptions(), Path("a"), Path("b")
    start.choose({"diameter": 25.0, "flow_threshold": 0.9}, here)
    start.see({"diameter": 60.0, "niter": 50, "flow_threshold": 0.1}, here)
    settings = start.options(here).settings
    assert (settings.diameter, settings.niter, settings.flow_threshold) == (25.0, 50, 0.9)
    start.take_back({"flow_threshold": 0.4}, {"flow_threshold": 0.9})
    start.take_back({"diameter": 1.0}, {"diameter": 99.0})
    settings = start.options(there).settings
    assert (settings.diameter, settings.niter, settings.flow_threshold) == (25.0, None, 0.4)


def test_how_far_planes_lie_apart_goes_on_in_its_folder_alone() -> None:
    """Stacks of another microscope were segmented with the distance that was named for the first ones."""
    start, here, there = StartingOptions(), Path("a"), Path("b")
    start.choose({"anisotropy": 4.0, "niter": 90}, here)
    for folder, distance in ((here, 4.0), (there, None)):
        settings = start.options(folder).settings
        assert (settings.anisotropy, settings.niter) == (distance, 90)
    start.choose_all(RunOptions().changed(anisotropy=2.0, niter=50), there)
    for folder, distance in ((there, 2.0), (here, None)):
        settings = start.options(folder).settings
        assert (settings.anisotropy, settings.niter) == (distance, 50)
