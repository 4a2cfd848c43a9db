"""The list of models: embedded, published, the user's own, and any file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PyQt6.QtCore import QSignalBlocker, Qt, pyqtSignal
from PyQt6.QtWidgets import QComboBox, QFileDialog

from cpsam_core.system.sizes import size_in_words
from cpsam_gui.panels.segment.fields import told
from cpsam_gui.program.i18n import translate, translate_said

if TYPE_CHECKING:
    from cpsam_core.weights import ModelInfo
    from cpsam_gui.runs.models import Models

FILES = "Models (*.safetensors *.pth *.pt *.npy);;All files (*)"
TOOLTIP = Qt.ItemDataRole.ToolTipRole
OTHER = "\0file"
"""Data of the entry that asks for a file."""


class ModelList(QComboBox):
    """Chooses a model; reads anew which there are each time that it opens."""

    picked = pyqtSignal(str)
    """The user chose this model, by name or path."""

    def __init__(self, models: Models) -> None:
        super().__init__()
        self._models = models
        self._shown = ""
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(10)
        told(
            self,
            "The model that finds the cells; your own models appear here once you have trained or "
            "imported one",
        )
        self.activated.connect(self._activated)

    @property
    def shown(self) -> str:
        """Name or path of the model that is shown."""
        return self._shown

    def show_model(self, name: str) -> None:
        """Show a model without telling anybody; one that is in no list gets an entry of its own."""
        self._shown = name
        self.fill()

    def fill(self) -> None:
        """Read anew which models there are."""
        blocker = QSignalBlocker(self)
        self.clear()
        kind = ""
        listed = self._models.listed()
        for model in listed:
            if kind and model.kind != kind:
                self.insertSeparator(self.count())
            kind = model.kind
            self.addItem(_words(model), model.name)
            self.setItemData(self.count() - 1, _tip(model), TOOLTIP)
        if self._shown not in {model.name for model in listed}:
            self.insertSeparator(self.count())
            self.addItem(Path(self._shown).name or self._shown, self._shown)
            self.setItemData(self.count() - 1, self._shown, TOOLTIP)
        self.insertSeparator(self.count())
        self.addItem(translate("Choose file…"), OTHER)
        self.setCurrentIndex(max(self.findData(self._shown), 0))
        blocker.unblock()

    def showPopup(self) -> None:  # noqa: N802 - Qt's name
        """Open the list; called by Qt."""
        self.fill()
        super().showPopup()

    def _activated(self, row: int) -> None:
        chosen = self.itemData(row)
        if chosen == OTHER:
            start = self._shown if Path(self._shown).is_file() else ""
            path, _ = QFileDialog.getOpenFileName(self, translate("Choose a model"), start, FILES)
            chosen = path or self._shown
        self.show_model(chosen)
        self.picked.emit(chosen)


def _words(model: ModelInfo) -> str:
    if model.present:
        return model.name
    return f"{model.name}  ({translate('is downloaded first')})"


def _tip(model: ModelInfo) -> str:
    kinds = {
        "embedded": "Included with the program; small and fast",
        "published": "Published by the authors of Cellpose; large, best on a graphics card",
        "own": "Your own model",
    }
    size = (
        f", {translate_said(size_in_words(model.size))}"
        if model.size is not None
        else translate(", about 1.2 GB to download")
    )
    return f"{translate(kinds[model.kind])}{size}"
