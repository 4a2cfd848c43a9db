"""The table as Qt actions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtGui import QAction, QActionGroup, QKeySequence

from cpsam_gui.actions import bodies, edit, file, program, review, segment, tools, train, view
from cpsam_gui.program.i18n import translate_said, written_keys
from cpsam_gui.style import theme
from cpsam_gui.style.button_icon import ICON_NAME

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from cpsam_gui.actions.table import Action
    from cpsam_gui.window.window import Window

ACTIONS: tuple[Action, ...] = (
    *file.ACTIONS,
    *edit.ACTIONS,
    *bodies.ACTIONS,
    *tools.ACTIONS,
    *segment.ACTIONS,
    *review.ACTIONS,
    *train.ACTIONS,
    *view.ACTIONS,
    *program.ACTIONS,
)

TOOLBAR = ("open", "save", *tools.TOOLBAR, None, "undo", "redo")
MENUS = ("File", "Edit", "Objects", "Tools", "Segment", "Review", "Train", "View", "Help")


def make(window: Window, actions: Sequence[Action]) -> dict[str, QAction]:
    """Build the Qt actions of a window."""
    made: dict[str, QAction] = {}
    tools = QActionGroup(window)
    for action in actions:
        made[action.key] = one = QAction(translate_said(action.text), window)
        one.setObjectName(action.key)
        one.setShortcuts([QKeySequence(shortcut) for shortcut in action.shortcuts])
        if action.tool:
            one.setCheckable(True)
            tools.addAction(one)
        elif action.checked is not None:
            one.setCheckable(True)
        # A key that is held takes a tool up for a while.
        one.setAutoRepeat(action.repeats and not action.tool)
        tip = f"{translate_said(action.text).removesuffix('…')}"
        one.setToolTip(f"{tip}  ({written_keys(action.shortcuts[0])})" if action.shortcuts else tip)
    decorate(made, actions)
    return made


def decorate(made: Mapping[str, QAction], actions: Sequence[Action]) -> None:
    """Give the actions icons in the colours of the theme."""
    for action in actions:
        if action.icon:
            made[action.key].setProperty(ICON_NAME, action.icon)
            # For menus, where what is checked has no accent behind it.
            made[action.key].setIcon(theme.icon(action.icon, on=theme.current().text))
