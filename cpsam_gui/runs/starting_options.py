"""What a run begins with on an image that has no settings of its own. No Qt."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cpsam_gui.runs.options import CHANGEABLE, RunOptions

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


class StartingOptions:
    """Knows what a person chose, and what was seen on images that had settings of their own.

    What a person chose in this session holds everywhere. Anything else is that of the image of the same folder that was
    seen last, so that the work of yesterday goes on as it was; another folder begins with the defaults.
    """

    def __init__(self) -> None:
        self._own = RunOptions()
        self._chosen: set[str] = set()
        self._seen: dict[str, Any] = {}
        self._folder: Path | None = None

    def choose(self, values: Mapping[str, Any]) -> None:
        """Note what a person chose, by the names of `RunOptions.changed`."""
        self._own = self._own.changed(**values)
        self._chosen |= set(values)

    def choose_all(self, options: RunOptions) -> None:
        """Note that a person chose everything, such as the defaults."""
        self._own = options
        self._chosen |= CHANGEABLE

    def take_back(self, values: Mapping[str, Any], others: Mapping[str, Any]) -> None:
        """Note that values are back in the place of others: where those were the person's choice, they are no more."""
        own = self._own.settings
        self._own = self._own.changed(
            **{name: value for name, value in values.items() if getattr(own, name, None) == others.get(name)}
        )

    def see(self, values: Mapping[str, Any], folder: Path | None) -> None:
        """Note the settings of an image that was opened."""
        self._seen = {**(self._seen if folder == self._folder else {}), **values}
        self._folder = folder

    def options(self, folder: Path | None) -> RunOptions:
        """Return what a run begins with in a folder."""
        seen = self._seen if folder == self._folder else {}
        return self._own.changed(**{name: value for name, value in seen.items() if name not in self._chosen})
