"""The page about the program: version, method, and the licences of code, models and libraries."""

from __future__ import annotations

import html
from dataclasses import replace
from typing import TYPE_CHECKING

from PyQt6.QtWidgets import QDialog, QDialogButtonBox, QHBoxLayout, QLabel, QTextBrowser, QVBoxLayout, QWidget

from cpsam_gui.dialogs.model_tree import KINDS
from cpsam_gui.program.i18n import translate, translate_said
from cpsam_gui.program.licences import CODE, METHOD, libraries, models
from cpsam_gui.style import theme
from cpsam_gui.style.icon import app_icon
from cpsam_gui.style.letters import give_letters

if TYPE_CHECKING:
    from cpsam_gui.program.licences import Licence


class AboutPage(QDialog):
    """Says what this is and whose work it stands on."""

    def __init__(self, parent: QWidget | None) -> None:
        super().__init__(parent)
        from cpsam_core import __version__

        self.setWindowTitle(translate("About cpsam-gui"))
        self.resize(640, 560)
        picture = QLabel()
        picture.setPixmap(app_icon().pixmap(72, 72))
        title = QLabel(f"cpsam-gui {__version__}")
        title.setObjectName("title")
        words = QLabel(
            translate("Segment microscopy images with Cellpose-SAM and correct the masks by hand.")
        )
        words.setWordWrap(True)
        beside = QVBoxLayout()
        beside.addWidget(title)
        beside.addWidget(words)
        head = QHBoxLayout()
        head.setSpacing(theme.GRID_PX * 2)
        head.addWidget(picture)
        head.addLayout(beside, 1)
        self.text = QTextBrowser()
        self.text.setOpenExternalLinks(True)
        self.text.setHtml(_html())
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        give_letters(buttons.buttons())
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(*[theme.GRID_PX * 2] * 4)
        layout.setSpacing(theme.GRID_PX * 2)
        layout.addLayout(head)
        layout.addWidget(self.text, 1)
        layout.addWidget(buttons)


def _html() -> str:
    name, licence, address = CODE
    of_models = tuple(map(_in_words, models()))
    return (
        f"<h3>{translate('Code')}</h3><p>{name}: <a href='{address}'>{licence}</a></p>"
        f"<h3>{translate('Method')}</h3><p>{html.escape(METHOD)}</p>"
        f"<h3>{translate('Models')}</h3>{_table(of_models)}"
        f"<h3>{translate('Libraries')}</h3>{_table(libraries())}"
    )


def _in_words(model: Licence) -> Licence:
    """Return what is said of a model, in the user's language."""
    default = translate("trained on data under CC-BY-NC: not for commercial use")
    stated = model.licence or (default if model.version == "published" else "")
    return replace(model, version=translate_said(KINDS[model.version]), licence=stated)


def _table(rows: tuple[Licence, ...]) -> str:
    cells = "".join(
        f"<tr><td><b>{html.escape(one.name)}</b></td><td>{html.escape(one.version)}</td>"
        f"<td>{html.escape(one.licence) or translate('not stated')}</td></tr>"
        for one in rows
    )
    return f"<table cellpadding='3'>{cells}</table>"
