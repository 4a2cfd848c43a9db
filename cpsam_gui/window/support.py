"""What surrounds the work in a window: questions, preferences, errors, a look at the files."""

from __future__ import annotations

import logging
import sys
import threading
from functools import partial
from typing import TYPE_CHECKING

from PyQt6.QtCore import QEvent, QObject, pyqtSignal
from PyQt6.QtWidgets import QApplication

from cpsam_gui.dialogs import messages as dialogs
from cpsam_gui.dialogs.preferences import PreferencesDialog
from cpsam_gui.jobs.job import problem_from
from cpsam_gui.program import settings_store as remembered
from cpsam_gui.program.crash_reports import write_report
from cpsam_gui.program.i18n import translate
from cpsam_gui.runs.options import DEFAULT_MODEL, ModelChoice
from cpsam_gui.style import theme

if TYPE_CHECKING:
    from types import TracebackType

    from PyQt6.QtWidgets import QWidget

    from cpsam_gui.program.preferences import Preferences
    from cpsam_gui.session import Session
    from cpsam_gui.window.host import WindowHost

log = logging.getLogger(__name__)

SCHEMES = {"dark": theme.DARK, "light": theme.LIGHT}


class WindowSupport(QObject):
    """Connects a window with what it keeps."""

    broke = pyqtSignal(object)
    """An error of the program itself (Problem); it may come from any thread."""

    def __init__(
        self, window: QWidget, host: WindowHost, session: Session, *, model_asked: bool = False
    ) -> None:
        """`model_asked` says that the command line named a model, which is used instead of the remembered one."""
        super().__init__(window)
        self._window = window
        questions, view = session.questions, session.view
        self._run_state, self._notices = session.run_state, session.notices
        persistence, self._models = session.persistence, session.models
        questions.ask = partial(dialogs.ask, window)
        self._watching, self.chosen = persistence.watching, persistence.preferences
        self.chosen.now = self._kept = stored = remembered.load_preferences()
        view.brush_diameter = stored.brush_diameter
        if stored.device:
            self._run_state.change(device=stored.device)
        if stored.model and not model_asked:
            self._use_remembered(stored.model)
        # What the command line asked for is for this window alone: only another choice is remembered.
        self._model = self._run_state.options.model.name
        self._run_state.options_changed.connect(self._remember_model)
        self.chosen.changed.connect(self._changed)
        self.broke.connect(host.show_problem)
        window.installEventFilter(self)

    def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:
        """Look at the files when the window comes to the front; called by Qt."""
        if event is not None and event.type() == QEvent.Type.WindowActivate:
            self._watching.look()
        return False

    def ask_preferences(self) -> None:
        """Let the user change the preferences."""
        models = self._models.names()
        dialog = PreferencesDialog(self._window, self.chosen.now, models)
        if dialog.exec():
            self.chosen.now = dialog.preferences()

    def toggle_theme(self) -> None:
        """Change between the dark and the light theme."""
        dark = self.chosen.now.theme == "dark"
        self.chosen.now = self.chosen.now.changed(theme="light" if dark else "dark")

    def _use_remembered(self, name: str) -> None:
        """Segment with the model of the last window.

        One that is gone is told once, and then no longer remembered.
        """
        if self._models.known(name):
            self._run_state.change(name=name)
            return
        used = self._run_state.options.model.title
        log.warning("the remembered model %s is gone; %s is used", name, used)
        words = translate("The model {gone}, used last time, was not found: segmenting with {name}")
        self._notices.message.emit(words.format(gone=ModelChoice(name).title, name=used))
        before, self.chosen.now = self._kept, self._kept.changed(model="")
        self._kept = self.chosen.now
        remembered.save_preferences(self._kept, before)

    def _remember_model(self) -> None:
        """Let the next window begin with the model that was chosen in this one."""
        name = self._run_state.options.model.name
        if name != self._model:
            self._model = name
            self.chosen.now = self.chosen.now.changed(model="" if name == DEFAULT_MODEL else name)

    def _changed(self, preferences: Preferences) -> None:
        remembered.save_preferences(preferences, self._kept)
        self._kept = preferences
        app = QApplication.instance()
        scheme = SCHEMES[preferences.theme]
        if isinstance(app, QApplication) and scheme is not theme.current():
            theme.apply(app, scheme)

    def catch_errors(self) -> None:
        """Show errors that nothing else caught in the window; PyQt would end the program."""
        sys.excepthook = self._caught
        threading.excepthook = lambda thread: self._caught(
            thread.exc_type, thread.exc_value, thread.exc_traceback
        )

    def _caught(
        self, kind: type[BaseException], error: BaseException | None, trace: TracebackType | None
    ) -> None:
        # An interrupt by the keyboard, or the end of the program.
        if not isinstance(error, Exception):
            sys.__excepthook__(kind, error or kind(), trace)
            return
        log.error("an error that nothing caught", exc_info=(kind, error, trace))
        write_report(error)
        self.broke.emit(problem_from(error))
