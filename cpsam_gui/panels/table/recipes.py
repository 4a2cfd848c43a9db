"""The menu of measurement recipes: what is measured beside what every table has."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PyQt6.QtCore import QSettings
from PyQt6.QtGui import QActionGroup
from PyQt6.QtWidgets import QFileDialog, QMenu

from cpsam_core.errors import SettingsError
from cpsam_core.measure import RECIPES, Recipe, recipe_of
from cpsam_gui.program.i18n import translate

if TYPE_CHECKING:
    from collections.abc import Callable

KEY, STANDARD = "table/recipe", "standard"
TITLES = {
    STANDARD: "Standard: size, shape, position, intensity, neighbours",
    "morphology": "Morphology: circularity, Feret's diameters, convex area",
    "expression": "Expression: sums, rings and background of each channel",
    "spatial": "Spatial: distances to neighbours and regions, outlines",
    "everything": "Everything, including textures and colocalisation (slow)",
}


class RecipeMenu(QMenu):
    """One recipe is chosen at a time; the choice is kept between sessions.

    Parameters
    ----------
    choose
        Called with each recipe that is chosen.
    fail
        Called with what is wrong with a recipe file.
    """

    def __init__(self, choose: Callable[[Recipe], None], fail: Callable[[str], None]) -> None:
        super().__init__()
        self._choose, self._fail = choose, fail
        self._group = QActionGroup(self)
        self.setToolTipsVisible(True)
        for name in RECIPES:
            self._add(name, translate(TITLES[name]))
        self.addSeparator()
        another = self.addAction(translate("Recipe from a file…"))
        if another is not None:
            another.setToolTip(translate("A JSON file as for cpsam measure --recipe"))
            another.triggered.connect(lambda: self.ask_file())

    def restore(self) -> None:
        """Choose what was chosen last; a file that is gone gives way to the standard."""
        name = str(QSettings().value(KEY, STANDARD))
        try:
            self.take(name)
        except SettingsError:
            self.take(STANDARD)

    def take(self, name: str) -> None:
        """Choose a recipe by its name or file.

        Raises
        ------
        SettingsError
            There is none.
        """
        recipe = recipe_of(name)
        actions = {str(action.data()): action for action in self._group.actions()}
        if name not in actions:
            self._add(name, Path(name).name)
            actions = {str(action.data()): action for action in self._group.actions()}
        actions[name].setChecked(True)
        settings = QSettings()
        # Writing goes to the disk at once; restoring what was chosen last changes nothing.
        if settings.value(KEY, STANDARD) != name:
            settings.setValue(KEY, name)
        self._choose(recipe)

    def ask_file(self) -> None:
        """Let the user choose a recipe file."""
        name, _ = QFileDialog.getOpenFileName(
            self, translate("Measurement recipe"), "", translate("Recipes") + " (*.json)"
        )
        if name:
            self._try(name)

    def _add(self, name: str, title: str) -> None:
        action = self.addAction(title)
        if action is None:
            return
        action.setCheckable(True)
        action.setData(name)
        self._group.addAction(action)
        action.triggered.connect(lambda: self._try(name))

    def _try(self, name: str) -> None:
        try:
            self.take(name)
        except SettingsError as error:
            self._fail(str(error))
