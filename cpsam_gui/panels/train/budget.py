"""What a training may cost: a choice in words, each with how long it takes on this computer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtWidgets import QComboBox

from cpsam_gui.program.i18n import translate
from cpsam_gui.program.numbers import written

if TYPE_CHECKING:
    from cpsam_core.retrain.budget import BudgetName
    from cpsam_gui.session.training_forecast import TrainingForecast

WORDS: tuple[tuple[BudgetName, str, str], ...] = (
    ("quick", "Quick", "At most about 5 minutes, for a first look at what retraining brings"),
    ("normal", "Normal", "At most about 20 minutes; ends early where nothing gets better"),
    (
        "thorough",
        "Thorough",
        "At most about 90 minutes; up to ten images each judge a model that was not trained on them",
    ),
    ("paper", "As in the paper", "All epochs of the published recipe, however long that takes"),
)
LIMITS = {"quick": "5 min", "normal": "20 min", "thorough": "90 min"}
"""Said where nothing is known of this computer yet."""


class BudgetField(QComboBox):
    """Shows the budgets and the time of each."""

    def __init__(self, forecast: TrainingForecast) -> None:
        super().__init__()
        self._forecast = forecast
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(12)
        for name, words, tip in WORDS:
            self.addItem(translate(words), name)
            # The role of tool tips.
            self.setItemData(self.count() - 1, translate(tip), 3)
        self.setToolTip(translate("How long the training may take; the times are measured on this computer"))
        forecast.changed.connect(self.refresh)
        self.refresh()

    @property
    def chosen(self) -> BudgetName:
        """The budget that is chosen."""
        name: BudgetName = self.currentData()
        return name

    def refresh(self) -> None:
        """Say how long each takes."""
        for row, (name, words, _) in enumerate(WORDS):
            seconds = self._forecast.seconds(name)
            if seconds is not None:
                time = translate("about {time}").format(time=duration(seconds))
            elif name in LIMITS:
                time = translate("at most {time}").format(time=translate(LIMITS[name]))
            else:
                time = translate("measured at the start")
            self.setItemText(row, f"{translate(words)}: {time}")


def duration(seconds: float) -> str:
    """Return a time in words, no finer than makes sense."""
    if seconds < 90:
        return translate("{n} s").format(n=max(1, round(seconds)))
    if seconds < 5400:
        return translate("{n} min").format(n=round(seconds / 60))
    return translate("{n} h").format(n=written(seconds / 3600, ".1f"))
