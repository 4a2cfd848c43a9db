"""Close the window in the middle of everything it does: ``python -m tests.hostile.closing --times 5``.

In each state a job of the program is at work and does not come to an end: its disk, its network or its device does not
answer. Printed is how long the window stays in sight after it was told to close, and how long closing takes in all.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import tifffile

from cpsam_gui.session import training_forecast

if TYPE_CHECKING:
    from cpsam_gui.state.document import Document
    from cpsam_gui.window.window import Window

SHAPE = (80, 100)
NAMES = ("a.tif", "b.tif", "c.tif")
PATIENCE_S = 120.0


class Stall:
    """Holds up whoever comes to one place of the program, until it is let go."""

    def __init__(self) -> None:
        self.reached, self._go, self._skip = Event(), Event(), 0
        self._waited_for = False

    @property
    def holds(self) -> bool:
        """Whether somebody waits here."""
        return self.reached.is_set() and not (self._go.is_set() or self._waited_for)

    def wait(self) -> None:
        """Wait here; the first so many, see `before`, only pass."""
        if self._skip:
            self._skip -= 1
            return
        self.reached.set()
        if not self._go.wait(PATIENCE_S):
            # Whoever should not have waited for this did.
            self._waited_for = True

    def before(self, work: Callable[..., Any], skip: int = 0) -> Callable[..., Any]:
        """Return `work` that waits before it begins, but for the first `skip` times."""
        self._skip = skip

        def stalled(*args: Any, **how: Any) -> Any:
            self.wait()
            return work(*args, **how)

        return stalled

    def let_go(self) -> None:
        """Let everybody go on."""
        self._go.set()


@dataclass
class Stage:
    """A window on a folder of images, and the place where its work stops."""

    window: Window
    folder: Path
    patch: pytest.MonkeyPatch
    wait: Callable[[Callable[[], bool]], None]
    """Lets events be handled until something is so."""
    load: Callable[..., Any]
    """Loads the model of the window."""
    stall: Stall = field(default_factory=Stall)

    def open(self, name: str = NAMES[0]) -> None:
        """Open an image of the folder."""
        self.window.open(self.folder / name)
        self.wait(lambda: self.window.session.path == self.folder / name)

    def open_with_masks(self) -> None:
        """Open the first image with masks that were made elsewhere."""
        tifffile.imwrite(self.folder / "a_masks.tif", discs())
        self.open()
        self.wait(lambda: len(self.window.session.document.objects) == 4)

    @property
    def written(self) -> set[str]:
        """Names in the folder beside those of the images and of locks."""
        return {path.name for path in self.folder.iterdir() if path.suffix != ".lock"} - {*NAMES}


@dataclass(frozen=True)
class State:
    """What the program is in the middle of, and what must be true when its job came to its end after the window."""

    begin: Callable[[Stage], None]
    check: Callable[[Stage], None]


def discs() -> np.ndarray:
    """Return labels (y, x) with four discs."""
    y, x = np.mgrid[: SHAPE[0], : SHAPE[1]]
    labels = np.zeros(SHAPE, np.uint16)
    for number, (row, column) in enumerate(((20, 20), (20, 60), (60, 20), (60, 60)), start=1):
        labels[(y - row) ** 2 + (x - column) ** 2 <= 81] = number
    return labels


def _stall_network(stage: Stage, passes: int = 0) -> None:
    """Have the engine segment with a network that stalls after so many batches of tiles."""
    from cpsam_core.segment.segmenter import Segmenter
    from tests.core.conftest import DiskNetwork

    class Stalling(DiskNetwork):
        def __call__(self, tiles: Any) -> Any:
            stage.stall.wait()
            return super().__call__(tiles)

    stage.stall.before(lambda: None, passes)
    network: Any = Stalling()
    stage.load = lambda choice, progress: Segmenter(network)


def _opening(stage: Stage) -> None:
    from cpsam_core.images import readers

    stage.patch.setattr(readers, "read_raw", stage.stall.before(readers.read_raw))
    stage.window.open(stage.folder / NAMES[0])


def _never_opened(stage: Stage) -> None:
    assert stage.window.session.path is None
    assert not stage.written


def _run(stage: Stage) -> None:
    _stall_network(stage)
    stage.open()
    stage.window.run()


def _nothing_found(stage: Stage) -> None:
    assert not stage.window.session.document.objects
    assert not stage.written


def _folder_run(stage: Stage) -> None:
    _stall_network(stage, passes=2)
    stage.open()
    run = stage.window.session.folder_run
    run.look()
    stage.wait(lambda: run.reading is None)
    run.start()


def _done_images_are_saved(stage: Stage) -> None:
    """What was done before stays done, and the image that was at work has nothing or all: here nothing."""
    from cpsam_core.images.project_files import read_project_file

    assert stage.written == {"a.cpsam", "b.cpsam", "b_masks.tif"}
    for name in ("a.cpsam", "b.cpsam"):
        assert len(read_project_file(stage.folder / name).objects) == 4


def _look_ahead(stage: Stage) -> None:
    from cpsam_gui.session import look_ahead

    stage.patch.setattr(look_ahead, "REST_MS", 0)
    stage.patch.setattr(look_ahead, "on_battery", lambda: False)
    _stall_network(stage, passes=1)
    stage.window.open_folder(stage.folder)
    folder = stage.window.session.folder
    stage.wait(lambda: len(folder.now.states) == len(NAMES))
    stage.window.run()


def _only_the_open_image_is_saved(stage: Stage) -> None:
    assert stage.written == {"a.cpsam"}
    assert not stage.window.session.look_ahead.ready


def _training(stage: Stage) -> None:
    from cpsam_core.finetune.learner import Learner
    from cpsam_core.retrain import TrainOptions
    from tests.core.conftest import tiny_model_in

    stage.patch.setenv("CPSAM_MODELS", str(stage.folder.parent / "models"))
    for name in NAMES:
        tifffile.imwrite(stage.folder / f"{Path(name).stem}_masks.tif", discs())
    stage.patch.setattr(Learner, "step", stage.stall.before(Learner.step, skip=4))
    start = tiny_model_in(stage.folder.parent)
    stage.open()
    quick = {"epochs": 50, "samples": 2, "batch_size": 2, "warmup": 0, "threads": 1}
    training = stage.window.session.training
    training.choose(TrainOptions(str(start), "new", quick, device="cpu", precision="float32"))
    training.start()


def _training_can_go_on(stage: Stage) -> None:
    from cpsam_core.retrain import requests

    assert [one.options.name for one in requests.interrupted()] == ["new"]
    assert requests.state_path("new").stat().st_size > 0, "the state after the last epoch"
    assert not (stage.folder.parent / "models" / "new.safetensors").exists()


def _stall_disk(stage: Stage) -> None:
    """Have a disk that does not answer when a file is complete."""
    from cpsam_core.system import atomic

    stage.patch.setattr(atomic, "_flush", stage.stall.before(atomic._flush))


def _export(stage: Stage) -> None:
    from cpsam_core.formats import WriteOptions, format_of
    from cpsam_gui.tasks.exporting import ExportPlan

    stage.open_with_masks()
    _stall_disk(stage)
    target = stage.folder / "cells.geojson"
    chosen = format_of(target)
    assert chosen is not None
    stage.window.session.exporting.export(target, ExportPlan(chosen, WriteOptions()))


def _exported_whole(stage: Stage) -> None:
    from cpsam_core.formats import ReadHints, read_objects

    assert stage.written == {"a_masks.tif", "cells.geojson"}
    labels = read_objects(stage.folder / "cells.geojson", None, ReadHints(shape=SHAPE)).labels
    assert np.array_equal(labels, discs())


def _measuring(stage: Stage) -> None:
    from cpsam_gui.tasks import measuring

    stage.open_with_masks()
    stage.patch.setattr(measuring, "measure", stage.stall.before(measuring.measure))
    stage.window.session.measuring.follow("a test", True)


def _nothing_measured(stage: Stage) -> None:
    assert stage.window.session.measuring.now is None
    assert stage.written == {"a_masks.tif"}


CONTENT = bytes(range(256)) * 40


def _download(stage: Stage) -> None:
    """Have a server that stops in the middle of the weights."""
    from cpsam_core.weights import pins, transfer
    from cpsam_gui.runs.models import load_segmenter

    checksum = hashlib.sha256(CONTENT).hexdigest()
    told = SimpleNamespace(etag=checksum, size=len(CONTENT), location="https://localhost/cpsam_v2")

    def send(address: str, file: Any, **how: Any) -> None:
        half = len(CONTENT) // 2
        file.write(CONTENT[:half])
        stage.stall.wait()
        file.write(CONTENT[half:])

    stage.patch.setattr(pins, "PINS", {"cpsam_v2": pins.Pin(len(CONTENT), checksum)})
    stage.patch.setattr(transfer, "_metadata", lambda remote: told)
    stage.patch.setattr(transfer, "http_get", send)
    stage.patch.setenv("CELLPOSE_LOCAL_MODELS_PATH", str(stage.folder.parent / "published"))
    stage.patch.setenv("HOME", str(stage.folder.parent / "home"))
    stage.patch.setenv("HF_HUB_OFFLINE", "0")
    stage.load = load_segmenter
    stage.open()
    stage.window.session.run_state.change(name="cpsam_v2")
    stage.window.run()


def _download_can_go_on(stage: Stage) -> None:
    published = stage.folder.parent / "published"
    assert not (published / "cpsam_v2").exists()
    (part,) = published.glob(".cpsam_v2.*.part")
    assert CONTENT.startswith(part.read_bytes()) and part.stat().st_size >= len(CONTENT) // 2


def draw(document: Document) -> None:
    """Paint an object as one step."""
    from cpsam_gui.state.box import Box

    number = document.new_id()
    with document.step("Draw"):
        document.write(Box(0, 1, 2, 6, 40, 44), np.full((1, 4, 4), number, np.uint32))


def _saving(stage: Stage) -> None:
    stage.open_with_masks()
    _stall_disk(stage)
    draw(stage.window.session.document)
    stage.window.session.persistence.save(masks=False)


def _saved(stage: Stage) -> None:
    from cpsam_core.images.project_files import read_project_file

    assert len(read_project_file(stage.folder / "a.cpsam").objects) == 5


def _journal(stage: Stage) -> None:
    """Have a disk that does not answer for the journal, while the project is saved elsewhere."""
    from cpsam_gui.storage.journal_writer import JournalWriter

    stage.open_with_masks()
    stage.patch.setattr(JournalWriter, "settle", stage.stall.before(JournalWriter.settle))
    draw(stage.window.session.document)


STATES = {
    "opening": State(_opening, _never_opened),
    "run": State(_run, _nothing_found),
    "folder run": State(_folder_run, _done_images_are_saved),
    "look-ahead": State(_look_ahead, _only_the_open_image_is_saved),
    "training": State(_training, _training_can_go_on),
    "export": State(_export, _exported_whole),
    "measuring": State(_measuring, _nothing_measured),
    "download": State(_download, _download_can_go_on),
    "saving": State(_saving, _saved),
    "journal": State(_journal, _saved),
}


@contextmanager
def staged(folder: Path, wait: Callable[[Callable[[], bool]], None]) -> Iterator[Stage]:
    """Show a window on a folder of images that a person has just made; settings and journals are its own."""
    from PyQt6.QtCore import QCoreApplication, QEvent

    from cpsam_gui.actions.install import make_window
    from cpsam_gui.jobs.jobs import wait_for_left_jobs
    from cpsam_gui.program.preferences import Preferences
    from cpsam_gui.runs.models import Models
    from cpsam_gui.session import Session

    images = folder / "images"
    images.mkdir()
    for name in NAMES:
        tifffile.imwrite(images / name, (discs() > 0).astype(np.uint8) * 200)
    stages: list[Stage] = []
    models = Models(lambda choice, progress: stages[0].load(choice, progress))
    window = make_window(Session(models))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CPSAM_JOURNAL", str(folder / "journal"))
        # A training and a folder run are not given up without being asked about.
        window.session.questions.ask = lambda question: question.answers[0].key
        patch.setattr(training_forecast, "REST_MS", 3_600_000)
        stage = Stage(window, images, patch, wait, lambda *_: None)
        stages.append(stage)
        window.session.persistence.preferences.now = Preferences(autosave=True)
        window.show()
        try:
            yield stage
        finally:
            stage.stall.let_go()
            window.session.document.mark_saved()
            window.close()
            wait_for_left_jobs()
            # It goes on where a thread outlived its window.
            window.session.collector.stop()
            window.session.setParent(None)
            window.deleteLater()
            QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


@dataclass(frozen=True)
class Figure:
    """Seconds that a closing window was still in sight, and that closing took."""

    in_sight: float
    in_all: float


def measured(name: str) -> Figure:
    """Close a window in the middle of something."""
    from PyQt6.QtCore import QEvent, QObject
    from PyQt6.QtWidgets import QApplication

    from cpsam_gui.jobs.jobs import wait_for_left_jobs

    class Sight(QObject):
        gone = 0.0

        def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:
            if event is not None and event.type() == QEvent.Type.Hide and not self.gone:
                self.gone = time.monotonic()
            return False

    def wait(until: Callable[[], bool]) -> None:
        end = time.monotonic() + PATIENCE_S
        while not until():
            QApplication.processEvents()
            time.sleep(0.005)
            if time.monotonic() > end:
                raise TimeoutError(name)

    with tempfile.TemporaryDirectory() as folder, staged(Path(folder), wait) as stage:
        STATES[name].begin(stage)
        wait(stage.stall.reached.is_set)
        sight = Sight()
        stage.window.installEventFilter(sight)
        start = time.monotonic()
        stage.window.close()
        end = time.monotonic()
        assert stage.stall.holds
        stage.stall.let_go()
        wait_for_left_jobs()
        wait(lambda: stage.window.session.jobs.all_ended)
        STATES[name].check(stage)
    return Figure(sight.gone - start, end - start)


def main() -> int:
    """Run by hand."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=5)
    parser.add_argument("--state", choices=[*STATES], action="append", help="only these")
    args = parser.parse_args()
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from PyQt6.QtCore import QSettings
    from PyQt6.QtWidgets import QApplication

    from cpsam_gui.style import theme

    with tempfile.TemporaryDirectory() as folder:
        QSettings.setDefaultFormat(QSettings.Format.IniFormat)
        QSettings.setPath(QSettings.Format.IniFormat, QSettings.Scope.UserScope, folder)
        app = QApplication(sys.argv[:1])
        theme.apply(app)
        print(
            "| in the middle of | times | in sight, worst (s) | closed, worst (s) | load |\n|---|---|---|---|---|"
        )
        for name in args.state or STATES:
            figures = [measured(name) for _ in range(args.times)]
            sight, whole = max(one.in_sight for one in figures), max(one.in_all for one in figures)
            print(
                f"| {name} | {len(figures)} | {sight:.2f} | {whole:.2f} | {os.getloadavg()[0]:.0f} |",
                flush=True,
            )
    return 0


if __name__ == "__main__":
    sys.exit(main())
