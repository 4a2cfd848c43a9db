"""What the user prefers, whatever image is open. No Qt; :mod:`~cpsam_gui.program.settings_store` keeps it."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Any

from psygnal import Signal

if TYPE_CHECKING:
    from collections.abc import Mapping

MEBIBYTE = 1 << 20


@dataclass(frozen=True, slots=True)
class Preferences:
    """Choices of the user; every one has a value that suits most.

    Attributes
    ----------
    theme
        ``"dark"`` or ``"light"``.
    language
        Two letters; empty for that of the system.
    autosave
        Whether the project is saved by itself.
    autosave_seconds
        Rest after the last change before that, seconds.
    keep_flows
        Whether projects hold what the network saw, so that thresholds can be changed after reopening.
    flows_mebibytes
        Disk that the projects of a folder may take before folder runs drop the oldest flows, MiB.
    look_ahead
        Whether the next images of a folder are segmented in the background while one is corrected.
    history_mebibytes
        Memory of the history at most, MiB.
    model
        The model in use: the one chosen last, with which a new window begins; empty for that of the program.
    device
        With which a new window begins; empty for that of the program.
    brush_diameter
        Of a new window, image pixels.
    """

    theme: str = "dark"
    language: str = ""
    autosave: bool = True
    autosave_seconds: float = 5.0
    keep_flows: bool = True
    flows_mebibytes: int = 4096
    look_ahead: bool = True
    history_mebibytes: int = 1024
    model: str = ""
    device: str = ""
    brush_diameter: float = 12.0

    def changed(self, **values: Any) -> Preferences:
        """Return a copy with other values."""
        return replace(self, **values)

    @property
    def history_bytes(self) -> int:
        """Memory of the history at most, bytes."""
        return self.history_mebibytes * MEBIBYTE


CHOICES: Mapping[str, tuple[str, ...]] = {"theme": ("dark", "light")}
RANGES: Mapping[str, tuple[float, float]] = {
    "autosave_seconds": (1.0, 600.0),
    "flows_mebibytes": (0, 1048576),
    "history_mebibytes": (16, 65536),
    "brush_diameter": (1.0, 400.0),
}


def checked(stored: Mapping[str, Any]) -> Preferences:
    """Return preferences from what was stored as text or values; what makes no sense is left at its default."""
    values: dict[str, Any] = {}
    for one in fields(Preferences):
        if one.name in stored:
            value = _typed(stored[one.name], one.default)
            if one.name in CHOICES and value not in CHOICES[one.name]:
                continue
            low, high = RANGES.get(one.name, (None, None))
            if value is not None and (low is None or high is None or low <= value <= high):
                values[one.name] = value
    return Preferences(**values)


def _typed(value: Any, default: Any) -> Any:
    """Return a value of the type of `default`; None where it has no meaning as such."""
    if isinstance(default, bool):
        return {"true": True, "1": True, "false": False, "0": False}.get(str(value).lower())
    try:
        return type(default)(value)
    except (TypeError, ValueError):
        return None


class CurrentPreferences:
    """The preferences in force; whoever depends on them listens to `changed`."""

    changed = Signal(Preferences)

    def __init__(self, preferences: Preferences | None = None) -> None:
        self._now = preferences or Preferences()

    @property
    def now(self) -> Preferences:
        """The preferences in force."""
        return self._now

    @now.setter
    def now(self, preferences: Preferences) -> None:
        if preferences != self._now:
            self._now = preferences
            self.changed.emit(preferences)
