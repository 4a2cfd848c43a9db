"""The page that asks whether there is a newer version, once it has asked whether it may."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QDialog, QDialogButtonBox, QLabel, QVBoxLayout, QWidget

from cpsam_core.system.updates import is_newer, newest_version
from cpsam_gui.jobs.jobs import Lane
from cpsam_gui.program.i18n import translate
from cpsam_gui.style import theme
from cpsam_gui.style.letters import give_letters

if TYPE_CHECKING:
    from cpsam_core.progress import Progress
    from cpsam_gui.jobs.job import Problem
    from cpsam_gui.jobs.jobs import Jobs

UPGRADE = "uv tool upgrade cpsam-gui\npipx upgrade cpsam-gui\npip install --upgrade cpsam-gui"
"""The lines of the three ways to install the program."""


class UpdatesPage(QDialog):
    """Goes to the network only when its button is pressed."""

    def __init__(self, parent: QWidget | None, jobs: Jobs) -> None:
        super().__init__(parent)
        from cpsam_core import __version__

        self._jobs, self._own = jobs, __version__
        self.setWindowTitle(translate("Check for updates"))
        self.words = QLabel(
            translate(
                "This is version {}. Ask pypi.org for the newest one? The request contains nothing about "
                "you or your images."
            ).format(__version__)
        )
        self.words.setWordWrap(True)
        self.words.setMinimumWidth(420)
        self.words.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        ask = buttons.addButton(translate("Ask"), QDialogButtonBox.ButtonRole.ActionRole)
        assert ask is not None
        self.ask = ask
        give_letters(buttons.buttons())
        ask.clicked.connect(self._look)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(*[theme.GRID_PX * 2] * 4)
        layout.setSpacing(theme.GRID_PX)
        layout.addWidget(self.words)
        layout.addWidget(buttons)

    def _look(self) -> None:
        self.ask.setEnabled(False)
        self._jobs.run(
            _newest,
            name=translate("Check for updates"),
            lane=Lane.BESIDE,
            outlives_image=True,
            then=self._tell,
            failed=self._explain,
        )

    def _tell(self, newest: str) -> None:
        if is_newer(newest, self._own):
            text = translate(
                "Version {} is available. Close the program and run the line that suits your installation:"
            ).format(newest)
            self.words.setText(f"{text}\n\n{UPGRADE}")
        else:
            self.words.setText(translate("Version {} is the newest.").format(self._own))

    def _explain(self, problem: Problem) -> None:
        self.words.setText(problem.text)
        self.ask.setEnabled(True)


def _newest(progress: Progress) -> str:
    return newest_version()
