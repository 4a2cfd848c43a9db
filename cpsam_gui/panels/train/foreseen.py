"""What would be learnt from and what would judge the new model, said while that can still be changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtWidgets import QVBoxLayout, QWidget

from cpsam_gui.program.i18n import translate, translate_said
from cpsam_gui.program.numbers import written
from cpsam_gui.style import theme
from cpsam_gui.style.layout import dim
from cpsam_gui.style.long_names import WrappedWords

if TYPE_CHECKING:
    from cpsam_gui.session.candidates import Candidates
    from cpsam_gui.session.training_preview import TrainingPreview


class Foreseen(QWidget):
    """Counts of images and objects, what speaks against them, and under them the settings that few need."""

    def __init__(self, candidates: Candidates, preview: TrainingPreview, more: QWidget) -> None:
        super().__init__()
        self._candidates, self._preview = candidates, preview
        self.counts = dim("")
        self.doubts = WrappedWords()
        self.doubts.setObjectName("warning")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(theme.GRID_PX)
        # What may have to be changed is in view on a low screen, too; how it is judged can be scrolled to.
        for widget in (self.doubts, self.counts, more):
            layout.addWidget(widget)
        preview.changed.connect(self.refresh)
        candidates.changed.connect(self.refresh)
        self.refresh()

    def refresh(self) -> None:
        """Say it for the images as they are ticked now."""
        foreseen = self._preview.now
        self.doubts.setText(" ".join(map(translate_said, foreseen.doubts)) if foreseen is not None else "")
        self.doubts.setVisible(bool(self.doubts.text()))
        if not self._candidates.all:
            self.counts.show()
            self.counts.setText(translate("Images with saved masks appear here; corrected ones are ticked."))
            return
        used = [one for one in self._candidates.all if self._preview.takes_part(one)]
        learnt = [one for one in used if not self._preview.is_aside(one)]
        objects = sum(one.objects for one in learnt)
        aside = len(used) - len(learnt)
        # Why nothing can be learnt yet stands under the button.
        self.counts.setVisible(bool(learnt))
        if aside:
            one = translate("1 image with {objects} objects for training, {aside} for validation")
            many = translate("{images} images with {objects} objects for training, {aside} for validation")
        else:
            one, many = (
                translate("1 image with {objects} objects"),
                translate("{images} images with {objects} objects"),
            )
        words = (one if len(learnt) == 1 else many).format(
            images=len(learnt), objects=written(objects), aside=aside
        )
        # It is about images that are taken out of those that are ticked.
        judged = translate_said(foreseen.text) if foreseen is not None else ""
        self.counts.setText(f"{words}. {judged}" if judged else words)
