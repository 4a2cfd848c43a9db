"""Look of the window: colours, spacing, sizes and icons, all in one place."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from fonticon_mdi7 import MDI7
from PyQt6.QtCore import QObject, QSize, Qt, pyqtSignal
from PyQt6.QtGui import QColor, QFont, QIcon, QPainter, QPalette, QPixmap
from superqt.fonticon import icon as font_icon

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PyQt6.QtWidgets import QApplication

# Pixels; margins and gaps are multiples or halves of it.
GRID_PX = 8
TAB_PADDING_PX = 9
"""At each side of the words of a tab, pixels: four tabs stand side by side in the narrowest panel."""
ICON = QSize(22, 22)
ICON_PX = 16
"""Side of an icon in a list."""
# Pixels.
MIN_TEXT_PX = 12


@dataclass(frozen=True, slots=True)
class Scheme:
    """Colours of one theme. Text has a contrast of at least 4.5 on every ground it stands on."""

    canvas: str
    window: str
    panel: str
    field: str
    border: str
    text: str
    dim: str
    accent: str
    on_accent: str
    warning: str


DARK = Scheme(
    "#101214",
    "#1d2023",
    "#24282c",
    "#15181a",
    "#3a4046",
    "#e6e9ec",
    "#a3abb3",
    "#3fa7d6",
    "#06202c",
    "#f0b450",
)
LIGHT = Scheme(
    "#d9dcdf",
    "#f2f3f5",
    "#fafbfc",
    "#ffffff",
    "#c3c8cd",
    "#1b1f23",
    "#545c64",
    "#0b6e99",
    "#ffffff",
    "#8a5200",
)


class ThemeEvents(QObject):
    """Says that the colours are others now; each widget listens for itself."""

    changed = pyqtSignal()


_current = DARK
_events = ThemeEvents()
changed = _events.changed
"""Icons and colours must be taken anew: ``theme.changed.connect(self._recolour)``."""
_plain: dict[tuple[tuple[str, ...], str], QIcon] = {}


def current() -> Scheme:
    """Return the colours in use."""
    return _current


def icon(name: str, colour: str | None = None, on: str | None = None) -> QIcon:
    """Return an icon of the icon font, by its name there, in the text colour of the theme.

    `on` is its colour where its button is checked: by default that for the accent behind it, which stands behind the
    icon of a selected row, too.
    """
    return _icon(name, colour, on, _current)


@cache
def _icon(name: str, colour: str | None, on: str | None, scheme: Scheme) -> QIcon:
    # Making one takes longer than the button that bears it, and half of a window's icons are there twice.
    states = {"selected": {"color": scheme.on_accent}}
    if colour is None:
        states |= {"disabled": {"color": _faint(scheme)}, "on": {"color": on or scheme.on_accent}}
    made: QIcon = font_icon(getattr(MDI7, name), color=colour or scheme.text, states=states)
    return made


def plain_icon(*names: str) -> QIcon:
    """Return an icon made of pictures, of several side by side.

    Views of lists paint none that is drawn anew each time it is asked for.
    """
    key = (names, _current.text)
    if key not in _plain:
        made = QIcon()
        for colour, mode in ((_current.text, QIcon.Mode.Normal), (_current.on_accent, QIcon.Mode.Selected)):
            drawn = [font_icon(getattr(MDI7, name), color=colour) for name in names]
            for ratio in (1.0, 2.0):
                made.addPixmap(_row_of(drawn, ratio), mode)
        _plain[key] = made
    return _plain[key]


def _row_of(icons: Sequence[QIcon], ratio: float) -> QPixmap:
    """Return a picture of icons side by side, for a screen of so many pixels to a point."""
    side = round(ICON_PX * ratio)
    row = QPixmap(side * len(icons), side)
    row.fill(Qt.GlobalColor.transparent)
    painter = QPainter(row)
    for place, one in enumerate(icons):
        painter.drawPixmap(side * place, 0, one.pixmap(QSize(side, side), 1.0))
    painter.end()
    row.setDevicePixelRatio(ratio)
    return row


def apply(app: QApplication, scheme: Scheme = DARK) -> None:
    """Give the application its style, palette, font size and style sheet."""
    global _current
    _current = scheme
    app.setStyle("Fusion")
    hints = app.styleHints()
    if hints is not None and hasattr(hints, "setColorScheme"):
        # Tells the platform, so that title bars and file dialogs match.
        hints.setColorScheme(Qt.ColorScheme.Dark if scheme is DARK else Qt.ColorScheme.Light)
    app.setPalette(_palette(scheme))
    app.setPalette(_menu_palette(scheme), "QMenu")
    font = QFont(app.font())
    if font.pointSizeF() > 0 and font.pointSizeF() * 96 / 72 < MIN_TEXT_PX + 1:
        font.setPixelSize(MIN_TEXT_PX + 1)
    app.setFont(font)
    app.setStyleSheet(_sheet(scheme))
    changed.emit()


def _palette(scheme: Scheme) -> QPalette:
    palette = QPalette()
    role = QPalette.ColorRole
    for roles, colour in (
        ((role.Window,), scheme.window),
        ((role.Base,), scheme.field),
        ((role.AlternateBase, role.Button, role.ToolTipBase), scheme.panel),
        ((role.Text, role.WindowText, role.ButtonText, role.ToolTipText, role.BrightText), scheme.text),
        ((role.PlaceholderText,), scheme.dim),
        ((role.Highlight, role.Link), scheme.accent),
        ((role.HighlightedText,), scheme.on_accent),
        ((role.Mid, role.Midlight), scheme.border),
    ):
        for one in roles:
            palette.setColor(one, QColor(colour))
    for one in (role.Text, role.WindowText, role.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, one, QColor(_faint(scheme)))
    palette.setColor(role.Accent if hasattr(role, "Accent") else role.Highlight, QColor(scheme.accent))
    return palette


def _menu_palette(scheme: Scheme) -> QPalette:
    """Return a palette whose highlighted entries keep the colour of their text: icons are drawn in it."""
    palette = _palette(scheme)
    palette.setColor(QPalette.ColorRole.Highlight, QColor(scheme.border))
    palette.setColor(QPalette.ColorRole.HighlightedText, QColor(scheme.text))
    return palette


def _faint(s: Scheme) -> str:
    """Return the colour of what cannot be used now: it can still be read."""
    one, other = QColor(s.dim), QColor(s.panel)
    parts = ((one.red(), other.red()), (one.green(), other.green()), (one.blue(), other.blue()))
    return QColor(*[(a + b) // 2 for a, b in parts]).name()


def _sheet(s: Scheme) -> str:
    return f"""
    QMainWindow::separator {{ background: {s.window}; width: 6px; height: 6px; }}
    QToolBar {{ background: {s.window}; border: none; padding: 4px; spacing: 2px; }}
    QToolBar QToolButton {{ border: none; border-radius: 6px; padding: 5px; }}
    QToolBar QToolButton:hover {{ background: {s.border}; }}
    QToolBar QToolButton:checked {{ background: {s.accent}; color: {s.on_accent}; }}
    QToolBar QToolButton:checked:disabled {{ background: {s.panel}; }}
    QToolBar::separator {{ background: {s.border}; height: 1px; width: 1px; margin: 2px 4px; }}
    QStatusBar {{ background: {s.window}; border-top: 1px solid {s.border}; }}
    QStatusBar::item {{ border: none; }}
    QMenuBar {{ background: {s.window}; padding: 2px; }}
    QPushButton {{ padding: 6px 12px; border: 1px solid {s.border}; border-radius: 5px; }}
    QPushButton {{ background: {s.panel}; }}
    QPushButton:hover {{ border-color: {s.accent}; }}
    QPushButton:pressed {{ background: {s.field}; }}
    QPushButton:disabled {{ color: {_faint(s)}; }}
    QPushButton:focus {{ padding: 5px 11px; border: 2px solid {s.accent}; }}
    QDialogButtonBox {{ dialogbuttonbox-buttons-have-icons: 0; }}
    QPushButton#primary {{ background: {s.accent}; color: {s.on_accent}; border: none; padding: 8px; }}
    QPushButton#primary {{ font-weight: 600; }}
    QPushButton#primary:focus {{ padding: 6px; border: 2px solid {s.text}; }}
    QPushButton#primary:disabled {{ background: {s.border}; color: {s.dim}; }}
    QToolTip {{ background: {s.panel}; color: {s.text}; border: 1px solid {s.border}; padding: 4px; }}
    QToolButton#quiet {{ padding: 4px 8px; border: 1px solid {s.border}; border-radius: 5px; background: {s.panel}; }}
    QToolButton#quiet:hover {{ border-color: {s.accent}; }}
    QToolButton#quiet:checked {{ background: {s.accent}; color: {s.on_accent}; }}
    QToolButton#quiet:focus {{ padding: 3px 7px; border: 2px solid {s.accent}; }}
    QToolButton#quiet:checked:focus {{ border-color: {s.text}; }}
    QToolButton#quiet:disabled {{ color: {_faint(s)}; }}
    QToolButton#quiet:checked:disabled {{ background: {s.panel}; color: {_faint(s)}; }}
    QToolButton#quiet::menu-indicator {{ image: none; }}
    QToolButton#fold {{ border: none; font-weight: 600; padding: 2px 0; }}
    QToolButton#fold:focus {{ color: {s.accent}; }}
    QFrame#strip {{ background: {s.window}; border: none; border-bottom: 1px solid {s.border}; }}
    QFrame#foot {{ border: none; border-top: 1px solid {s.border}; }}
    QLabel#warning {{ color: {s.warning}; }}
    QLabel#dim {{ color: {s.dim}; }}
    QLabel#number {{ font-size: 22px; font-weight: 600; }}
    QLabel#title {{ font-size: 20px; font-weight: 600; }}
    QLabel#heading {{ font-weight: 600; }}
    QListWidget {{ border: 1px solid {s.border}; border-radius: 5px; outline: none; }}
    QTableView {{ border: 1px solid {s.border}; }}
    QListWidget:focus, QTableView:focus {{ border-color: {s.accent}; }}
    QListWidget::item {{ padding: 4px 6px; }}
    QCheckBox::indicator:unchecked, QRadioButton::indicator:unchecked, QTableView::indicator:unchecked,
      QTreeView::indicator:unchecked, QListView::indicator:unchecked {{ border: 1px solid {s.dim};
      background: {s.field}; width: 12px; height: 12px; border-radius: 3px; }}
    QRadioButton::indicator:unchecked {{ border-radius: 7px; }}
    QCheckBox::indicator:unchecked:disabled, QRadioButton::indicator:unchecked:disabled {{
      border-color: {s.border}; }}
    QTabBar {{ qproperty-drawBase: 0; }}
    QTabBar::tab {{ padding: 7px {TAB_PADDING_PX}px; border: none; color: {s.dim}; }}
    QTabBar::tab:selected {{ color: {s.text}; border-bottom: 2px solid {s.accent}; }}
    QTabBar::tab:selected:focus {{ background: {s.border}; }}
    QProgressBar {{ border: none; border-radius: 4px; background: {s.border}; height: 8px; }}
    QProgressBar::chunk {{ background: {s.accent}; border-radius: 4px; }}
    QScrollBar {{ background: transparent; border: none; margin: 0; }}
    QScrollBar:vertical {{ width: 10px; }}
    QScrollBar:horizontal {{ height: 10px; }}
    QScrollBar::handle {{ background: {s.border}; border-radius: 3px; margin: 2px; }}
    QScrollBar::handle:vertical {{ min-height: 24px; }}
    QScrollBar::handle:horizontal {{ min-width: 24px; }}
    QScrollBar::handle:hover, QScrollBar::handle:pressed {{ background: {s.dim}; }}
    QScrollBar::add-line, QScrollBar::sub-line {{ width: 0; height: 0; }}
    QScrollBar::add-page, QScrollBar::sub-page {{ background: transparent; }}
    """
