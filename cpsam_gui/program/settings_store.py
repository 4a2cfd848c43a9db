"""Preferences and the state of the window between two sessions: the only reader and writer of them in QSettings."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING

from PyQt6.QtCore import QSettings

from cpsam_gui.program.preferences import Preferences, checked
from cpsam_gui.program.settings_values import stored_bytes, stored_text

if TYPE_CHECKING:
    from PyQt6.QtWidgets import QMainWindow

GROUP = "preferences"
UNSET = "\0"
"""What no setting holds."""
RESTORED = "restored"
"""Property of a window that stands as the last one did."""
LAYOUT = 2
"""Version of the arrangement of docks and bars: that of another version is not restored."""


def load_preferences() -> Preferences:
    """Return the preferences of the last session; what makes no sense is at its default."""
    texts = {one.name: stored_text(f"{GROUP}/{one.name}", UNSET) for one in fields(Preferences)}
    return checked({name: text for name, text in texts.items() if text != UNSET})


def save_preferences(preferences: Preferences, before: Preferences) -> None:
    """Keep for the next session what is another preference than `before`.

    What another window changed meanwhile stays. Defaults are not written, so that later ones can be better.
    """
    settings, default = QSettings(), Preferences()
    for one in fields(Preferences):
        value = getattr(preferences, one.name)
        if value == getattr(before, one.name):
            continue
        if value == getattr(default, one.name):
            settings.remove(f"{GROUP}/{one.name}")
        else:
            settings.setValue(f"{GROUP}/{one.name}", value)


def save_window(window: QMainWindow) -> None:
    """Keep place, size and arrangement of a window."""
    settings = QSettings()
    settings.setValue("window/geometry", window.saveGeometry())
    settings.setValue("window/state", window.saveState(LAYOUT))


def restore_window(window: QMainWindow) -> None:
    """Put a window where the last one was."""
    geometry, state = stored_bytes("window/geometry"), stored_bytes("window/state")
    if geometry is not None and state is not None:
        window.restoreGeometry(geometry)
        window.setProperty(RESTORED, window.restoreState(state, LAYOUT))
