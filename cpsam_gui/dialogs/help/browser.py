"""The window of the help pages."""

from __future__ import annotations

import html
from pathlib import Path
from typing import TYPE_CHECKING

from PyQt6.QtCore import Qt
from PyQt6.QtGui import QTextDocument
from PyQt6.QtWidgets import QDialog, QHBoxLayout, QListWidget, QTextBrowser, QWidget

from cpsam_gui.program.crash_reports import reports_folder
from cpsam_gui.program.i18n import localised, translate, translate_said
from cpsam_gui.storage.journal_folder import journal_folder
from cpsam_gui.style import theme

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import TypeAlias

    KeyRows: TypeAlias = Mapping[str, Sequence[tuple[str, str]]]
    """Keys and what they do, by the menu."""

PAGES = {
    "start": "Getting started",
    "keys": "Tools and keys",
    "review": "Review, measure, compare",
    "measures": "Measurements and formulas",
    "retraining": "Retraining",
    "formats": "Formats",
    "cellpose": "From Cellpose",
    "files": "Where files are stored",
}
FOLDER = Path(__file__).parent
MOUSE = (
    ("Left drag", "Move the view, or draw with the current tool"),
    ("Wheel", "Zoom"),
    ("Right click", "Begin an outline that follows the pointer"),
    ("Ctrl+click", "Delete an object"),
    ("Alt+click", "Merge with the selected object"),
    ("Hold Space", "Hide the masks"),
    ("Hold the key of a tool", "Use the tool while it is held"),
)


class HelpBrowser(QDialog):
    """Shows the pages; they are part of the program, no network is needed."""

    def __init__(self, parent: QWidget | None, keys: KeyRows, page: str = "start") -> None:
        super().__init__(parent)
        self._key_rows = keys
        self.setWindowTitle(translate("Help"))
        self.resize(860, 620)
        self.list = QListWidget()
        # Its rows are measured when they are added.
        self.list.ensurePolished()
        for title in PAGES.values():
            self.list.addItem(translate(title))
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setFixedWidth(self.list.sizeHintForColumn(0) + 2 * self.list.frameWidth() + theme.GRID_PX)
        self.text = QTextBrowser()
        self.text.setOpenExternalLinks(True)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(*[theme.GRID_PX] * 4)
        layout.setSpacing(theme.GRID_PX)
        layout.addWidget(self.list)
        layout.addWidget(self.text, 1)
        self.list.currentRowChanged.connect(self._turn)
        self.show_page(page)

    def show_page(self, page: str) -> None:
        """Turn to a page."""
        self.list.setCurrentRow(list(PAGES).index(page))

    def _turn(self, row: int) -> None:
        self.text.setHtml(page_html(list(PAGES)[row], self._key_rows))


def page_html(page: str, keys: KeyRows) -> str:
    """Return a page as HTML."""
    if page == "keys":
        return _keys(keys)
    text = localised(FOLDER / f"{page}.md").read_text(encoding="utf-8")
    text = (
        text.replace("{formats}", _formats())
        .replace("{measures}", _measures())
        .replace("{folders}", _folders())
    )
    document = QTextDocument()
    document.setMarkdown(text)
    # A font that is measured in pixels leaves paragraphs without room between them.
    return document.toHtml().replace("margin-bottom:0px", "margin-bottom:8px")


def _keys(keys: KeyRows) -> str:
    """Return every action with its keys, as they are set now."""
    parts = [f"<h1>{translate(PAGES['keys'])}</h1>", f"<h3>{translate('Mouse')}</h3>", _rows(MOUSE)]
    for place, rows in keys.items():
        parts += [f"<h3>{html.escape(place)}</h3>", _rows(rows)]
    return "".join(parts)


def _rows(rows: Sequence[tuple[str, str]]) -> str:
    cells = "".join(
        f"<tr><td width='170'><b>{html.escape(translate(keys))}</b></td>"
        f"<td>{html.escape(translate_said(words))}</td></tr>"
        for keys, words in rows
    )
    return f"<table cellpadding='3'>{cells}</table>"


def _measures() -> str:
    """Return every measure with its formula, from the catalogue of the engine."""
    from cpsam_core.measure import CATALOGUE

    lines: list[str] = []
    groups: list[str] = []
    for one in CATALOGUE:
        if one.group not in groups:
            groups.append(one.group)
            lines.append(f"\n## {one.group}\n")
        name = one.name.replace("_", "\\_")
        formula = translate(one.formula).replace("*", "\\*").replace("_", "\\_")
        lines.append(f"- **{name}**{f' ({translate(one.unit)})' if one.unit else ''}: {formula}")
    return "\n".join(lines)


def _formats() -> str:
    """Return the formats there are as a list, from the registry of the engine."""
    from cpsam_core.formats import FORMATS

    lines = []
    for one in FORMATS:
        ways = translate("read and written") if one.can_read and one.can_write else translate("written")
        holds = [
            word
            for word, has in (
                ("classes", one.classes),
                ("measurements", one.measurements),
                ("stacks", one.stacks),
            )
            if has
        ]
        also = f"; {', '.join(map(translate, holds))}" if holds else ""
        lines.append(f"- **{translate(one.title)}**: {ways}{also}")
    return "\n".join(lines)


def _folders() -> str:
    from cpsam_core.weights import own_folder, published_folders

    places = (
        ("Your own models", own_folder()),
        ("Downloaded models", published_folders()[0]),
        ("The journal of unsaved work", journal_folder()),
        ("Crash reports", reports_folder()),
    )
    return "\n".join(f"- {translate(words)}: `{folder}`" for words, folder in places)
