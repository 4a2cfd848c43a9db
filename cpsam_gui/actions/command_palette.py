"""The command palette: type a few letters of what you want, Enter does it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import QEvent, QObject, Qt
from PyQt6.QtGui import QColor, QIcon, QKeyEvent, QPixmap
from PyQt6.QtWidgets import QFrame, QHeaderView, QLineEdit, QTreeWidget, QTreeWidgetItem, QVBoxLayout, QWidget

from cpsam_gui.program.i18n import translate, written_keys
from cpsam_gui.style import theme

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from PyQt6.QtGui import QAction

    from cpsam_gui.actions.table import Action

SIZE_PX = (720, 420)
KEY = Qt.ItemDataRole.UserRole
PASSED_ON = (Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown)

ABOUT = {"preferences": "Settings, language, theme, model, device"}
"""What else an action is found by: words for what it holds."""


def score(query: str, text: str) -> float | None:
    """Return how well letters fit a text, more is better; None where they do not occur in this order.

    Letters that follow each other, and those at the beginning of words, count most; among equals the short text wins.
    """
    found, place, total, last = query.casefold().replace(" ", ""), 0, 0.0, -2
    inside = text.casefold()
    if not found:
        return 0.0
    whole = inside.find(query.casefold().strip())
    if whole >= 0:
        start = whole == 0 or not inside[whole - 1].isalnum()
        return 1000.0 + 100.0 * start - whole - len(text) / 100
    for letter in found:
        place = inside.find(letter, last + 1 if last >= 0 else 0)
        if place < 0:
            return None
        begins = place == 0 or not inside[place - 1].isalnum()
        total += 3.0 * begins + 2.0 * (place == last + 1) + 1.0
        last = place
    return total - len(text) / 100


def _word_score(query: str, words: str) -> float | None:
    """Return how well a query begins one of some words; scattered letters are no match for what is not shown."""
    wanted = query.casefold().strip()
    return 900.0 if wanted and f" {words.casefold()}".find(f" {wanted}") >= 0 else None


class CommandPalette(QFrame):
    """Floats over the top of the window."""

    def __init__(self, parent: QWidget, actions: Sequence[Action], made: Mapping[str, QAction]) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._actions, self._made = actions, made
        picture = QPixmap(theme.ICON)
        picture.fill(Qt.GlobalColor.transparent)
        # Texts stand under each other.
        self._blank = QIcon(picture)
        self.line = QLineEdit()
        self.line.setPlaceholderText(translate("What do you want to do?"))
        self.tree = QTreeWidget()
        self.tree.setColumnCount(3)
        self.tree.setHeaderHidden(True)
        self.tree.setRootIsDecorated(False)
        self.tree.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(*[theme.GRID_PX] * 4)
        layout.setSpacing(theme.GRID_PX)
        layout.addWidget(self.line)
        layout.addWidget(self.tree)
        self.tree.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.line.textChanged.connect(self.fill)
        self.line.returnPressed.connect(self.run)
        self.line.installEventFilter(self)
        self.tree.itemClicked.connect(lambda *_: self.run())
        self.fill("")
        self._make_room()

    def _make_room(self) -> None:
        """Be as wide as the longest name, place and keys need, in any language and size of letters."""
        header = self.tree.header()
        assert header is not None
        header.setStretchLastSection(False)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        widths = [self.tree.sizeHintForColumn(column) for column in range(3)]
        for column in (1, 2):
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.Fixed)
            header.resizeSection(column, widths[column])
        bar = self.tree.verticalScrollBar()
        beside = (bar.sizeHint().width() if bar is not None else 0) + 4 * theme.GRID_PX
        wanted = max(SIZE_PX[0], sum(widths) + beside)
        parent = self.parentWidget()
        # Where the window is too narrow for all, the names, which are read from their beginning, are cut first.
        self.resize(min(wanted, parent.width()) if parent is not None else wanted, SIZE_PX[1])

    def open(self) -> None:
        """Show the palette in the middle of the top of its window."""
        parent = self.parentWidget()
        if parent is not None:
            corner = parent.mapToGlobal(parent.rect().topLeft())
            self.move(corner.x() + (parent.width() - self.width()) // 2, corner.y() + 8 * theme.GRID_PX)
        self.show()
        self.line.setFocus()

    def fill(self, query: str) -> None:
        """List the actions that fit, the best first; those that cannot be done now are gray and come last."""
        found = []
        for place, action in enumerate(self._actions):
            one = self._made[action.key]
            fit = score(query, one.text().removesuffix("…"))
            in_menu = score(query, f"{action.path} {one.text()}")
            about = _word_score(query, translate(ABOUT.get(action.key, "")))
            fits = (fit, None if in_menu is None else in_menu - 50, about)
            best = max((fit for fit in fits if fit is not None), default=None)
            if best is not None:
                found.append((not one.isEnabled(), -best, place))
        self.tree.clear()
        for off, _, place in sorted(found):
            action = self._actions[place]
            one = self._made[action.key]
            texts = [
                one.text().removesuffix("…"),
                action.path,
                written_keys(one.shortcut().toString()),
            ]
            item = QTreeWidgetItem(self.tree, texts)
            item.setData(0, KEY, action.key)
            item.setIcon(0, self._blank if one.icon().isNull() else one.icon())
            if off:
                item.setDisabled(True)
            else:
                for column in (1, 2):
                    item.setForeground(column, QColor(theme.current().dim))
        if not found:
            nothing = QTreeWidgetItem(self.tree, [translate("Nothing is called that")])
            nothing.setDisabled(True)
        self.tree.setCurrentItem(self.tree.topLevelItem(0))

    def run(self) -> None:
        """Do what is chosen, unless it cannot be done now."""
        item = self.tree.currentItem()
        if item is None or item.isDisabled():
            return
        action = self._made[str(item.data(0, KEY))]
        self.close()
        action.trigger()

    def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:
        """Let the arrows move through the list while letters are typed; called by Qt."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress and event.key() in PASSED_ON:
            self.tree.keyPressEvent(event)
            return True
        return False
