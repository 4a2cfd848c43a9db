"""Icons of buttons that show an action: where one is checked, the accent stands behind its icon, unlike in a menu."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.sip import isdeleted

from cpsam_gui.style import theme

if TYPE_CHECKING:
    from PyQt6.QtGui import QAction, QIcon
    from PyQt6.QtWidgets import QToolButton

ICON_NAME = "icon_name"
"""Property of an action: name of its icon in the icon font."""


def follow_icon(button: QToolButton, action: QAction) -> None:
    """Give a tool button the icon of its action, from now on, in colours for the ground of the button."""
    made: dict[theme.Scheme, QIcon] = {}

    def put() -> None:
        name, scheme = action.property(ICON_NAME), theme.current()
        if name and not isdeleted(button):
            if scheme not in made:
                made[scheme] = theme.icon(name)
            button.setIcon(made[scheme])

    # With every change of its action Qt gives a button the icon of the action, before this is told. The connection
    # holds on to the function: an object of its own beside the button would go with the wrapper of the button.
    action.changed.connect(put)
    put()
