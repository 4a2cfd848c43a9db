"""A window on a folder of images whose work can be stopped at one place of the program."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import tifffile

from cpsam_gui.session import training_forecast

if TYPE_CHECKING:
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


def discs() -> np.ndarray:
    """Return labels (y, x) with four discs."""
    y, x = np.mgrid[: SHAPE[0], : SHAPE[1]]
    labels = np.zeros(SHAPE, np.uint16)
    for number, (row, column) in enumerate(((20, 20), (20, 60), (60, 20), (60, 60)), start=1):
        labels[(y - row) ** 2 + (x - column) ** 2 <= 81] = number
    return labels


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
