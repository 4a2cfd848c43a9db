"""What trainings left behind that nothing can go on with: how much it is, and a way to delete it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PyQt6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QWidget
from PyQt6.sip import isdeleted

from cpsam_core.system.sizes import size_in_words
from cpsam_gui.dialogs import messages
from cpsam_gui.jobs.jobs import Lane
from cpsam_gui.program.i18n import translate, translate_said
from cpsam_gui.session.questions import Answer, Question
from cpsam_gui.style import theme
from cpsam_gui.tasks import training as work

if TYPE_CHECKING:
    from collections.abc import Callable

    from cpsam_core.progress import Progress
    from cpsam_core.retrain.requests import LeftState
    from cpsam_gui.jobs.jobs import Jobs


class LeftStates(QWidget):
    """A line below the models; it is hidden where nothing was left."""

    def __init__(self, jobs: Jobs) -> None:
        super().__init__()
        self._jobs = jobs
        self._left: tuple[LeftState, ...] = ()
        self.words = QLabel()
        self.words.setWordWrap(True)
        self.delete = QPushButton(translate("Delete them…"))
        self.delete.setAutoDefault(False)
        self.delete.clicked.connect(self._ask)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(theme.GRID_PX)
        layout.addWidget(self.words, 1)
        layout.addWidget(self.delete)
        self.hide()

    def look(self) -> None:
        """Look in the background for what was left, and tell it."""
        self._run(lambda progress: work.left_states())

    def _run(self, look: Callable[[Progress], tuple[LeftState, ...]]) -> None:
        self._jobs.run(
            look,
            name=translate("Looking at what was kept"),
            lane=Lane.BESIDE,
            outlives_image=True,
            then=self._show,
        )

    def _show(self, left: tuple[LeftState, ...]) -> None:
        if isdeleted(self):
            # The window of the models was closed meanwhile.
            return
        self._left = left
        named = ", ".join(f"{one.name} ({translate_said(size_in_words(one.size))})" for one in left)
        self.words.setText(
            translate("Left behind by trainings that cannot be continued any more: {}").format(named)
        )
        self.setVisible(bool(left))

    def _ask(self) -> None:
        question = Question(
            self.words.text(),
            translate("Delete that? No model is lost by it. This cannot be undone."),
            (Answer("delete", translate("Delete")), Answer("stay", translate("Cancel"))),
        )
        if messages.ask(self, question) == "delete":
            self._run(partial(_remove, self._left))


def _remove(left: tuple[LeftState, ...], progress: Progress) -> tuple[LeftState, ...]:
    """Delete states of trainings; return those that are there afterwards."""
    work.remove_states(left)
    return work.left_states()
