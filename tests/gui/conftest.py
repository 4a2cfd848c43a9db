"""What the window's tests share: no screen, a small image, a model without a network."""

from __future__ import annotations

import gc
import os

from cpsam_gui.canvas import tiles
from cpsam_gui.jobs import jobs
from cpsam_gui.session import training_forecast
from cpsam_gui.storage import journal

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import pytest
import tifffile
from PyQt6.QtCore import QCoreApplication, QEvent, QLocale, QSettings, QTranslator
from PyQt6.QtGui import QColor, QDesktopServices
from PyQt6.QtWidgets import QApplication, QMainWindow

from cpsam_core.segment.output import NetworkOutput
from cpsam_gui.program import i18n
from cpsam_gui.program.preferences import Preferences
from cpsam_gui.runs.models import Models
from cpsam_gui.session import Session
from cpsam_gui.style import stray_keys, theme

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from cpsam_gui.window.window import Window

CENTRES = ((20, 20), (20, 60), (60, 20), (60, 60))
RADIUS = 9


def discs(shape: tuple[int, int] = (80, 100)) -> np.ndarray:
    """Return labels with four discs, numbered from 1."""
    y, x = np.mgrid[: shape[0], : shape[1]]
    labels = np.zeros(shape, np.uint32)
    for number, (row, column) in enumerate(CENTRES, start=1):
        labels[(y - row) ** 2 + (x - column) ** 2 <= RADIUS**2] = number
    return labels


@dataclass
class FakeSegmenter:
    """Finds the discs of the test image; `error` is raised instead where given."""

    error: Exception | None = None
    steps: int = 4
    calls: list[Any] = field(default_factory=list)
    gate: Any = None
    notes: tuple[str, ...] = ()
    used: float | None = None
    """The diameter that a run says it used."""

    def segment(self, image: Any, settings: Any, progress: Callable[..., None]) -> Any:
        """Report progress and return labels in the engine's shape."""
        self.calls.append(settings)
        for step in range(self.steps):
            if self.gate is not None:
                self.gate.wait(5)
            progress(step, self.steps, "Network")
        if self.error is not None:
            raise self.error
        planes = image.pixels.shape[0]
        labels = discs(image.pixels.shape[1:3])
        labels = labels if planes == 1 else np.repeat(labels[None], planes, 0)
        ids = np.arange(1, 5)
        table = SimpleNamespace(ids=ids, flow_errors=np.full(4, 0.1), probabilities=np.full(4, 0.9))
        shape = labels.shape
        return SimpleNamespace(
            labels=labels,
            output=NetworkOutput(np.zeros((2, *shape), np.float32), np.zeros(shape, np.float32), self.used),
            objects=table,
            notes=self.notes,
        )

    def measure(self, image: Any, settings: Any, progress: Callable[..., None]) -> float | None:
        """Return the diameter of the discs of the test image."""
        progress(0, 1, "tiles")
        if self.error is not None:
            raise self.error
        return 2.0 * RADIUS


@pytest.fixture(autouse=True, scope="module")
def little_to_look_through() -> None:
    """Let the collections of this file leave out what was imported by now."""
    gc.collect()
    gc.freeze()


@pytest.fixture(autouse=True)
def cycles_collected_here() -> Iterator[None]:
    """Collect cycles after each test, in the thread of the tests.

    What a window leaves would otherwise be collected by whichever thread allocates in a later test, such as that of a
    journal, and Qt crashes where widgets are destroyed in another thread. A file that was left open is told by
    the test that opened it.
    """
    gc.disable()
    yield
    gc.collect()
    gc.enable()


@pytest.fixture(autouse=True)
def no_window_stays() -> Iterator[None]:
    """Destroy the windows that a test left: each would be styled anew with every later one."""
    yield
    for left in QApplication.topLevelWidgets() if QApplication.instance() is not None else ():
        if isinstance(left, QMainWindow):
            destroy(left)


def destroy(window: QMainWindow) -> None:
    """Take a closed window down at once."""
    window.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


@pytest.fixture(autouse=True)
def own_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Keep settings and journals of the tests away from those of the user."""
    monkeypatch.setenv("CPSAM_JOURNAL", str(tmp_path / "journal"))
    monkeypatch.setenv("CPSAM_REPORTS", str(tmp_path / "reports"))
    QSettings.setDefaultFormat(QSettings.Format.IniFormat)
    QSettings.setPath(QSettings.Format.IniFormat, QSettings.Scope.UserScope, str(tmp_path / "settings"))
    yield


@pytest.fixture(autouse=True)
def windows_wait_for_their_jobs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no thread of one test go on in the next, however busy the machine is."""
    monkeypatch.setattr(jobs, "CLOSING_SECONDS", 60.0)
    monkeypatch.setattr(jobs, "ABANDON_MS", 60_000)
    monkeypatch.setattr(journal, "CLOSING_S", 60.0)


@pytest.fixture(autouse=True)
def no_pace_is_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no test load torch and a model only because the training panel is in view."""
    monkeypatch.setattr(training_forecast, "REST_MS", 3_600_000)


@pytest.fixture(autouse=True)
def nothing_else_is_started(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Open no folders in other programs; return those that would have been."""
    asked: list[str] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: asked.append(url.toLocalFile()) or True)
    return asked


@pytest.fixture(autouse=True)
def keys_count_from_the_first_moment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no test of a dialog wait until its keys are meant."""
    monkeypatch.setattr(stray_keys, "MOMENT_MS", 0)


@pytest.fixture(autouse=True)
def painted_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Colour everything in the first paint, so that no test depends on the speed of the machine."""
    monkeypatch.setattr(tiles, "BUDGET_S", 1e9)


@pytest.fixture
def disc_labels() -> np.ndarray:
    """Return the labels of the test image."""
    return discs()


@pytest.fixture
def image_file(tmp_path: Path) -> Path:
    """Write an image of four bright discs."""
    path = tmp_path / "cells.tif"
    rng = np.random.default_rng(0)
    pixels = rng.integers(0, 40, (80, 100)).astype(np.uint16) + (discs() > 0).astype(np.uint16) * 900
    tifffile.imwrite(path, pixels)
    return path


@pytest.fixture
def other(image_file: Path) -> Path:
    """Write a second image beside the first, of the same pixels."""
    path = image_file.with_name("other.tif")
    path.write_bytes(image_file.read_bytes())
    return path


@pytest.fixture
def movie_file(tmp_path: Path) -> Path:
    """Write a movie of three time points."""
    path = tmp_path / "movie.tif"
    frames = np.random.default_rng(0).integers(0, 99, (3, 80, 100)).astype(np.uint8)
    tifffile.imwrite(path, frames, photometric="minisblack", metadata={"axes": "TYX"})
    return path


@pytest.fixture
def stack_file(tmp_path: Path) -> Path:
    """Write a stack of five planes with a known arrangement of axes."""
    path = tmp_path / "stack.tif"
    pixels = np.repeat((discs() > 0).astype(np.uint8)[None] * 200, 5, 0)
    tifffile.imwrite(path, pixels, metadata={"axes": "ZYX"}, imagej=True)
    return path


@pytest.fixture
def segmenter() -> FakeSegmenter:
    """Return the model of the tests."""
    return FakeSegmenter()


@pytest.fixture
def session(segmenter: FakeSegmenter, qtbot: QtBot) -> Iterator[Session]:
    """Return a session without a window."""
    made = Session(Models(lambda name, progress: segmenter))
    made.persistence.preferences.now = Preferences(autosave=False)
    yield made
    made.close()


@pytest.fixture
def window(segmenter: FakeSegmenter, qtbot: QtBot, qapp: QApplication) -> Iterator[Window]:
    """Return a shown window without an image."""
    from cpsam_gui.actions.install import make_window

    theme.apply(qapp)

    made = make_window(Session(Models(lambda name, progress: segmenter)))
    made.session.persistence.preferences.now = Preferences(autosave=False)  # but where it is tested
    made.resize(1200, 800)
    with qtbot.waitExposed(made):
        made.show()
    yield made
    made.session.document.mark_saved()
    # A test that failed may have left a training at work: a question about it would wait forever.
    made.session.questions.ask = lambda question: question.answers[0].key
    made.close()
    made.session.setParent(None)
    destroy(made)


@pytest.fixture(params=[theme.DARK, theme.LIGHT], ids=["dark", "light"])
def scheme(request: pytest.FixtureRequest, window: Window, qapp: QApplication) -> theme.Scheme:
    """Return the colours of the window, in each theme."""
    theme.apply(qapp, request.param)
    chosen: theme.Scheme = request.param
    return chosen


def _light(colour: QColor) -> float:
    parts = (colour.redF(), colour.greenF(), colour.blueF())
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


Contrast: TypeAlias = "Callable[[QColor | str, QColor | str], float]"


@pytest.fixture
def contrast() -> Contrast:
    """Return how well one colour is read on another, as WCAG measures it: 1 to 21."""

    def ratio(one: QColor | str, other: QColor | str) -> float:
        dark, light = sorted(_light(QColor(colour)) for colour in (one, other))
        return (light + 0.05) / (dark + 0.05)

    return ratio


@pytest.fixture
def german(qapp: QApplication) -> Iterator[None]:
    """Let the window speak German."""
    # Kept alive meanwhile: identities of wrappers that are gone are given to others.
    before, locale = qapp.findChildren(QTranslator), QLocale()
    assert i18n.install(qapp, "de")
    yield
    for translator in qapp.findChildren(QTranslator):
        if translator not in before:
            qapp.removeTranslator(translator)
            translator.setParent(None)
    qapp.setProperty("language", None)
    QLocale.setDefault(locale)


@pytest.fixture
def opened(window: Window, image_file: Path, qtbot: QtBot) -> Window:
    """Return a window that shows the image."""
    with qtbot.waitSignal(window.session.image_changed):
        window.open(image_file)
    return window


@pytest.fixture
def segmented(opened: Window, qtbot: QtBot) -> Window:
    """Return a window with the image and its four masks."""
    with qtbot.waitSignal(opened.session.history_changed):
        opened.run()
    assert len(opened.session.document.objects) == 4
    return opened
