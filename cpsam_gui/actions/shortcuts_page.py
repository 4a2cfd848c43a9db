"""The page of the shortcuts: every action with its keys, which can be changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtGui import QColor, QKeySequence
from PyQt6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QKeySequenceEdit,
    QLabel,
    QLineEdit,
    QPushButton,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from cpsam_gui.actions.shortcuts import Bindings, clashes, default_bindings, portable
from cpsam_gui.program.i18n import translate, translate_said, written_keys
from cpsam_gui.style import theme
from cpsam_gui.style.letters import give_letters

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cpsam_gui.actions.table import Action

KEY = Qt.ItemDataRole.UserRole


class ShortcutsPage(QDialog):
    """Lists the actions by menu; the shortcut of the chosen one is edited below."""

    chosen = pyqtSignal(object)
    """The shortcuts that the user settled on (Bindings)."""

    def __init__(self, parent: QWidget | None, actions: Sequence[Action], bindings: Bindings) -> None:
        super().__init__(parent)
        self._defaults = default_bindings(actions)
        self._titles = {action.key: translate_said(action.text).removesuffix("…") for action in actions}
        self.bindings = dict(bindings)
        self.setWindowTitle(translate("Shortcuts"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(640, 560)
        self.search = QLineEdit()
        self.search.setPlaceholderText(translate("Search by name or key"))
        self.search.setClearButtonEnabled(True)
        self.tree = QTreeWidget()
        self.tree.setColumnCount(2)
        self.tree.setHeaderLabels([translate("Action"), translate("Shortcuts")])
        self.tree.setRootIsDecorated(False)
        self.tree.setColumnWidth(0, 380)
        self.edit = QKeySequenceEdit()
        self.edit.setMaximumSequenceLength(1)
        self.edit.setClearButtonEnabled(True)
        self.set, self.add = QPushButton(translate("Set")), QPushButton(translate("Add"))
        self.clear = QPushButton(translate("Remove"))
        self.reset = QPushButton(translate("Default"))
        self.warning = QLabel()
        self.warning.setObjectName("warning")
        self.warning.setWordWrap(True)
        standard = QDialogButtonBox.StandardButton
        self.buttons = QDialogButtonBox(standard.Ok | standard.Cancel | standard.RestoreDefaults)
        give_letters((self.set, self.add, self.clear, self.reset, *self.buttons.buttons()))
        self._items = {action.key: self._item(action.key, action.path) for action in actions}
        self._arrange()
        self._connect()
        self.refresh()

    def _item(self, key: str, path: str) -> QTreeWidgetItem:
        item = QTreeWidgetItem(self.tree, [f"{path}: {self._titles[key]}", ""])
        item.setData(0, KEY, key)
        return item

    def _arrange(self) -> None:
        row = QHBoxLayout()
        row.setSpacing(theme.GRID_PX)
        row.addWidget(self.edit, 1)
        for button in (self.set, self.add, self.clear, self.reset):
            button.setAutoDefault(False)
            row.addWidget(button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(*[theme.GRID_PX * 2] * 4)
        layout.setSpacing(theme.GRID_PX)
        layout.addWidget(self.search)
        layout.addWidget(self.tree, 1)
        layout.addLayout(row)
        layout.addWidget(self.warning)
        layout.addWidget(self.buttons)

    def _connect(self) -> None:
        self.search.textChanged.connect(self._filter)
        self.tree.currentItemChanged.connect(lambda *_: self._show())
        self.edit.keySequenceChanged.connect(lambda _: self._warn())
        self.set.clicked.connect(lambda: self._put((self._typed(),)))
        self.add.clicked.connect(lambda: self._put((*self.bindings[self.key], self._typed())))
        self.clear.clicked.connect(lambda: self._put(()))
        self.reset.clicked.connect(lambda: self._put(self._defaults[self.key]))
        self.buttons.accepted.connect(self._accept)
        self.buttons.rejected.connect(self.reject)
        restore = self.buttons.button(QDialogButtonBox.StandardButton.RestoreDefaults)
        if restore is not None:
            restore.clicked.connect(self.restore)
        self.tree.setCurrentItem(next(iter(self._items.values())))

    @property
    def key(self) -> str:
        """Key of the action that is chosen."""
        item = self.tree.currentItem()
        return str(item.data(0, KEY)) if item is not None else next(iter(self._items))

    def choose(self, key: str) -> None:
        """Choose an action."""
        self.tree.setCurrentItem(self._items[key])

    def refresh(self) -> None:
        """Show the shortcuts as they are, those that clash in the colour of warnings."""
        shared = {key for keys in clashes(self.bindings).values() for key in keys}
        for key, item in self._items.items():
            item.setText(1, ", ".join(map(written_keys, self.bindings[key])))
            colour = theme.current().warning if key in shared else theme.current().text
            item.setForeground(1, QColor(colour))
        self._show()

    def _show(self) -> None:
        first = self.bindings[self.key][:1]
        self.edit.setKeySequence(QKeySequence(first[0] if first else ""))
        self._warn()

    def _warn(self) -> None:
        """Say which other action has the keys that were typed, or which shortcuts clash."""
        typed = self._typed()
        others = [k for k, keys in self.bindings.items() if typed in keys and k != self.key] if typed else []
        if others:
            words = translate("{keys} is the shortcut of: {actions}").format(
                keys=written_keys(typed), actions=", ".join(self._titles[key] for key in others)
            )
        else:
            words = "\n".join(
                translate("{keys} is shared by: {actions}").format(
                    keys=written_keys(keys), actions=", ".join(self._titles[key] for key in users)
                )
                for keys, users in clashes(self.bindings).items()
            )
        self.warning.setText(words)

    def _filter(self, text: str) -> None:
        words = text.casefold().split()
        for item in self._items.values():
            shown = f"{item.text(0)} {item.text(1)}".casefold()
            item.setHidden(not all(word in shown for word in words))

    def _typed(self) -> str:
        return portable(self.edit.keySequence().toString(QKeySequence.SequenceFormat.PortableText))

    def _put(self, shortcuts: tuple[str, ...]) -> None:
        self.bindings[self.key] = tuple(dict.fromkeys(filter(None, shortcuts)))
        self.refresh()

    def restore(self) -> None:
        """Put back the shortcuts that the program comes with."""
        self.bindings = dict(self._defaults)
        self.refresh()

    def _accept(self) -> None:
        """End, unless two actions share a key: Qt would then do neither."""
        if clashes(self.bindings):
            self.edit.clear()
            self._warn()
            return
        self.chosen.emit(dict(self.bindings))
        self.accept()
