"""What a run begins with on an image that has no settings of its own. No Qt."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cpsam_core.segment.settings import Settings
from cpsam_gui.runs.options import CHANGEABLE, RunOptions

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

OF_THE_FOLDER = frozenset({"anisotropy"})
"""How far planes lie apart: stacks of another folder were made in another way."""


class StartingOptions:
    """Knows what a person chose, and what was seen on images that had settings of their own.

    What a person chose in this session holds everywhere, but for what is a fact of the microscope (`OF_THE_FOLDER`).
    Anything else is that of the image of the same folder that was seen last, so that the work of yesterday goes on as
    it was; another folder begins with the defaults.
    """

    def __init__(self) -> None:
        self._own = RunOptions()
        self._chosen: set[str] = set()
        self._seen: dict[str, Any] = {}
        self._folder: Path | None = None

    def choose(self, values: Mapping[str, Any], folder: Path | None) -> None:
        """Note what a person chose on an image of a folder, by the names of `RunOptions.changed`."""
        everywhere = {name: value for name, value in values.items() if name not in OF_THE_FOLDER}
        self._own = self._own.changed(**everywhere)
        self._chosen |= set(everywhere)
        self.see({name: value for name, value in values.items() if name in OF_THE_FOLDER}, folder)

    def choose_all(self, options: RunOptions, folder: Path | None) -> None:
        """Note that a person chose everything on an image of a folder, such as the defaults."""
        here = {name: getattr(options.settings, name) for name in OF_THE_FOLDER}
        self._own = options.changed(**{name: getattr(Settings(), name) for name in OF_THE_FOLDER})
        self._chosen |= CHANGEABLE - OF_THE_FOLDER
        self.see(here, folder)

    def take_back(self, values: Mapping[str, Any], others: Mapping[str, Any]) -> None:
        """Note that values are back in the place of others: where those were the person's choice, they are no more."""
        own = self._own.settings
        self._own = self._own.changed(
            **{name: value for name, value in values.items() if getattr(own, name, None) == others.get(name)}
        )

    def see(self, values: Mapping[str, Any], folder: Path | None) -> None:
        """Note the settings of an image of a folder."""
        self._seen = {**(self._seen if folder == self._folder else {}), **values}
        self._folder = folder

    def options(self, folder: Path | None) -> RunOptions:
        """Return what a run begins with in a folder."""
        seen = self._seen if folder == self._folder else {}
        return self._own.changed(**{name: value for name, value in seen.items() if name not in self._chosen})
