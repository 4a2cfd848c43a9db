"""The dialog that lists unsaved work which crashes left behind, or which was kept for later or discarded."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QDialog, QDialogButtonBox, QLabel, QListWidget, QListWidgetItem, QVBoxLayout

from cpsam_gui.program.i18n import translate
from cpsam_gui.session.recovery import LeftWork
from cpsam_gui.storage.journal_folder import GIVEN_UP_DAYS
from cpsam_gui.style import theme
from cpsam_gui.style.letters import give_letters
from cpsam_gui.style.unasked import guard_unasked

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from PyQt6.QtWidgets import QWidget


LEFT = Qt.ItemDataRole.UserRole


class RecoveryDialog(QDialog):
    """One line for each image; the chosen one is opened with its work, the others stay for later."""

    def __init__(
        self, parent: QWidget | None, left: Sequence[LeftWork], drop: Callable[[LeftWork], object]
    ) -> None:
        super().__init__(parent)
        self._drop = drop
        self.chosen: LeftWork | None = None
        """What to recover; None for nothing now."""
        self.setWindowTitle(translate("Recover unsaved work"))
        layout = QVBoxLayout(self)
        layout.setSpacing(theme.GRID_PX)
        text = QLabel(
            translate(
                "This work is not saved: it was kept for later or discarded, or the program quit before it was saved. "
                "Whatever is not recovered now stays here, under File > Recover unsaved work; discarded work stays "
                "for {days} days."
            ).format(days=GIVEN_UP_DAYS)
        )
        text.setWordWrap(True)
        layout.addWidget(text)
        self.list = QListWidget()
        self.list.setSpacing(theme.GRID_PX // 4)
        for one in left:
            older = translate(" (older copy: the project was saved after it)") if one.is_older else ""
            fate = translate(" (discarded)") if one.given_up else ""
            if one.kept and not one.is_older:
                fate = translate(" (kept for later)")
            facts = (one.moment, one.much, str(one.image.parent) if one.image else "")
            item = QListWidgetItem(f"{one.name}{older}{fate}\n" + "   ".join(fact for fact in facts if fact))
            item.setData(LEFT, one)
            self.list.addItem(item)
        self.list.setCurrentRow(0)
        self.list.itemDoubleClicked.connect(self.recover)
        layout.addWidget(self.list, 1)
        layout.addWidget(self._make_buttons())
        guard_unasked(self)
        self.resize(520, 320)

    def _make_buttons(self) -> QDialogButtonBox:
        buttons = QDialogButtonBox()
        role = QDialogButtonBox.ButtonRole
        self.recover_button = buttons.addButton(translate("Recover"), role.AcceptRole)
        self.discard_button = buttons.addButton(translate("Discard"), role.DestructiveRole)
        later = buttons.addButton(translate("Later"), role.RejectRole)
        for button, do in (
            (self.recover_button, self.recover),
            (self.discard_button, self.drop),
            (later, self.reject),
        ):
            if button is not None:
                button.clicked.connect(do)
        if self.recover_button is not None:
            self.recover_button.setObjectName("primary")
        give_letters(buttons.buttons())
        return buttons

    def recover(self) -> None:
        """Take up the chosen line."""
        item = self.list.currentItem()
        if item is not None:
            self.chosen = item.data(LEFT)
            self.accept()

    def drop(self) -> None:
        """Discard the chosen line; work that was discarded before goes for good."""
        item = self.list.takeItem(self.list.currentRow())
        if item is not None:
            self._drop(item.data(LEFT))
        if not self.list.count():
            self.reject()


def choose(
    parent: QWidget | None, left: Sequence[LeftWork], drop: Callable[[LeftWork], object]
) -> LeftWork | None:
    """Ask what to recover; None for nothing now."""
    dialog = RecoveryDialog(parent, left, drop)
    dialog.exec()
    return dialog.chosen
