"""The page of the doctor: what was found on this computer, and what to do about it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PyQt6.QtCore import PYQT_VERSION_STR, qVersion
from PyQt6.QtGui import QGuiApplication
from PyQt6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QGridLayout,
    QLabel,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from cpsam_gui.jobs.jobs import Lane
from cpsam_gui.program.doctor import as_text, examine, verdict
from cpsam_gui.program.i18n import translate
from cpsam_gui.style import theme
from cpsam_gui.style.layout import dim, scrolling
from cpsam_gui.style.letters import give_letters

if TYPE_CHECKING:
    from cpsam_core.doctor import Finding
    from cpsam_gui.jobs.jobs import Jobs

ICONS = {"good": "check_circle_outline", "note": "information_outline", "problem": "alert_circle_outline"}


class DoctorPage(QDialog):
    """Looks at the computer in the background and shows what was found."""

    def __init__(self, parent: QWidget | None, jobs: Jobs) -> None:
        super().__init__(parent)
        self.setWindowTitle(translate("Doctor"))
        self.resize(760, 560)
        self.findings: tuple[Finding, ...] = ()
        self.title = QLabel(translate("Checking this computer…"))
        self.title.setObjectName("title")
        self.area: QScrollArea = scrolling(QWidget())
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        copy = self.buttons.addButton(translate("Copy to clipboard"), QDialogButtonBox.ButtonRole.ActionRole)
        assert copy is not None
        self.copy = copy
        give_letters(self.buttons.buttons())
        copy.setEnabled(False)
        copy.clicked.connect(self._copy)
        self.buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(*[theme.GRID_PX * 2] * 4)
        layout.setSpacing(theme.GRID_PX)
        layout.addWidget(self.title)
        layout.addWidget(self.area, 1)
        layout.addWidget(self.buttons)
        window = f"Qt {qVersion()}, PyQt {PYQT_VERSION_STR}, {QGuiApplication.platformName()}"
        # Loading torch takes seconds; the page may be closed by then, but it lives as long as its window.
        jobs.run(
            partial(examine, window),
            name=translate("Doctor"),
            lane=Lane.BESIDE,
            outlives_image=True,
            then=self.show_findings,
        )

    def show_findings(self, findings: tuple[Finding, ...]) -> None:
        """List what was found, with what to do about it."""
        self.findings = findings
        problems, notes = verdict(findings)
        if problems:
            words = translate("Problems found: {}").format(problems)
        else:
            words = (
                translate("Everything works; some things could be better")
                if notes
                else translate("Everything works")
            )
        self.title.setText(words)
        inside = QWidget()
        grid = QGridLayout(inside)
        grid.setHorizontalSpacing(theme.GRID_PX * 2)
        grid.setVerticalSpacing(theme.GRID_PX)
        grid.setColumnStretch(2, 1)
        scheme = theme.current()
        for row, one in enumerate(findings):
            colour = scheme.accent if one.level == "good" else scheme.warning
            mark = QLabel()
            mark.setPixmap(theme.icon(ICONS[one.level], colour).pixmap(18, 18))
            text = QLabel(one.text + (f"\n{one.advice}" if one.advice else ""))
            text.setWordWrap(True)
            for column, widget in enumerate((mark, dim(translate(one.title), wrap=False), text)):
                grid.addWidget(widget, 2 * row, column)
        grid.setRowStretch(2 * len(findings), 1)
        self.area.setWidget(inside)
        self.copy.setEnabled(True)

    def _copy(self) -> None:
        clipboard = QGuiApplication.clipboard()
        if clipboard is not None:
            clipboard.setText(as_text(self.findings))
