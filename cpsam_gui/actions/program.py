"""About the program."""

from __future__ import annotations

from cpsam_gui.actions.pages import ActionPages
from cpsam_gui.actions.table import Action

ACTIONS: tuple[Action, ...] = (
    Action(
        "help",
        "Getting started",
        lambda w: ActionPages.of(w).help(),
        ("F1",),
        "help_circle_outline",
        menu="Help",
    ),
    Action(
        "help_keys",
        "Tools and keys",
        lambda w: ActionPages.of(w).help("keys"),
        ("Shift+F1",),
        "",
        menu="Help",
    ),
    Action("tour", "Tour", lambda w: w.pages.tour(), (), "map_marker_path", menu="Help"),
    Action(
        "palette",
        "Command palette…",
        lambda w: ActionPages.of(w).command_palette(),
        ("Ctrl+Shift+P",),
        "console_line",
        menu="Help",
    ),
    Action(
        "shortcuts",
        "Shortcuts…",
        lambda w: ActionPages.of(w).shortcuts(),
        ("Ctrl+K",),
        "keyboard_outline",
        menu="Help",
    ),
    Action(
        "doctor", "Doctor…", lambda w: w.pages.doctor(), (), "stethoscope", menu="Help", break_before=True
    ),
    Action("updates", "Check for updates…", lambda w: w.pages.updates(), (), "", menu="Help"),
    Action("reports", "Open the crash report folder", lambda w: w.pages.reports(), (), "", menu="Help"),
    Action("about", "About cpsam-gui", lambda w: w.pages.about(), (), "information_outline", menu="Help"),
)
