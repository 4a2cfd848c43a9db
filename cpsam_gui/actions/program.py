"""About the program."""

from __future__ import annotations

from .table import Action

ACTIONS: tuple[Action, ...] = (
    Action("about", "About cpsam-gui", lambda w: w.about(), (), "information_outline", menu="Help"),
)  # fmt: skip
