"""No menu is higher than a low screen has room for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtWidgets import QMenu

if TYPE_CHECKING:
    from cpsam_gui.window.window import Window

ROOM_PX = 768 - 36 - 24
"""A low screen without the title bar of the window and the menu bar."""


def test_every_menu_fits_a_low_screen_in_one_column(segmented: Window) -> None:
    bar = segmented.menuBar()
    assert bar is not None
    menus = [menu for menu in bar.findChildren(QMenu) if menu.actions()]
    # Submenus too.
    assert len(menus) > 9
    heights = {
        menu.title(): sum(menu.actionGeometry(one).height() for one in menu.actions()) for menu in menus
    }
    assert {title: height for title, height in heights.items() if height > ROOM_PX - 40} == {}


def test_what_a_menu_holds_is_in_the_menu_it_names(segmented: Window) -> None:
    bar = segmented.menuBar()
    assert bar is not None
    where = {
        action.objectName(): menu.title()
        for menu in bar.findChildren(QMenu)
        for action in menu.actions()
        if action.objectName()
    }
    assert where["ids"] == "Masks"
    assert where["green"] == "Channels"
    assert where["pan_left"] == "Move the view"
    assert where["show_flows"] == "Image, flows, probability"
    assert where["masks"] == "&View"
