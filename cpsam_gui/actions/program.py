"""About the program."""

from __future__ import annotations

from .table import Action

ACTIONS: tuple[Action, ...] = (
    Action("palette", "Command palette…", lambda w: w.pages.command_palette(), ("Ctrl+Shift+P",), "console_line",
           menu="Help"),
    Action("shortcuts", "Shortcuts…", lambda w: w.pages.shortcuts(), ("Ctrl+K",), "keyboard_outline", menu="Help"),
    Action("doctor", "Doctor…", lambda w: w.pages.doctor(), (), "stethoscope", menu="Help", break_before=True),
    Action("about", "About cpsam-gui", lambda w: w.about(), (), "information_outline", menu="Help"),
)  # fmt: skip
