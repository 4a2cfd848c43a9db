"""Dialogs that come by themselves, or once a file was read: their reader may be clicking and typing elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cpsam_gui.style.second_click import guard_second_clicks
from cpsam_gui.style.stray_keys import guard_stray_keys

if TYPE_CHECKING:
    from PyQt6.QtWidgets import QDialog


def guard_unasked(dialog: QDialog) -> None:
    """Keep from a dialog, once it has its buttons, what was meant for the window that it came in front of."""
    guard_second_clicks(dialog)
    guard_stray_keys(dialog)
