"""Puts the actions onto a finished window: menus, tool bar, tool options, and the pages made from the actions.

The window names no action; the actions follow the facts of its session.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PyQt6.QtCore import QObject, QSize, Qt
from PyQt6.QtWidgets import QMenu, QToolBar, QToolButton

from cpsam_gui.actions.image_menu import ImageMenu
from cpsam_gui.actions.make import ACTIONS, MENUS, TOOLBAR, decorate, make
from cpsam_gui.actions.pages import ActionPages
from cpsam_gui.actions.states import ActionStates
from cpsam_gui.jobs.torch_libraries import load_torch_beside_the_window
from cpsam_gui.program.i18n import translate
from cpsam_gui.program.settings_store import restore_window
from cpsam_gui.style import theme
from cpsam_gui.style.button_icon import follow_icon
from cpsam_gui.style.own_keys import OwnKeys
from cpsam_gui.style.second_click import guard_second_clicks
from cpsam_gui.style.wheel import guard_wheels
from cpsam_gui.window.recent_menu import RecentMenu
from cpsam_gui.window.tool_options import ToolOptionsBar
from cpsam_gui.window.window import Window

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from PyQt6.QtGui import QAction

    from cpsam_gui.actions.table import Action
    from cpsam_gui.session import Session


def make_window(session: Session | None = None, model: str | None = None) -> Window:
    """Return a window with everything on it, placed where the last one was."""
    load_torch_beside_the_window()
    window = Window(session, model)
    install(window)
    restore_window(window)
    return window


def install(
    window: Window, actions: Sequence[Action] = ACTIONS, toolbar: Sequence[str | None] = TOOLBAR
) -> WindowActions:
    """Put menus, tool bar and tool options onto a window."""
    return WindowActions(window, actions, toolbar)


def actions_of(window: Window) -> Mapping[str, QAction]:
    """Return the actions of a window by their keys."""
    return WindowActions.of(window).by_key


class WindowActions(QObject):
    """The actions of one window, and the widgets that offer them."""

    def __init__(self, window: Window, actions: Sequence[Action], toolbar: Sequence[str | None]) -> None:
        super().__init__(window)
        self._window, self._actions, self._toolbar = window, actions, toolbar
        self.by_key = make(window, actions)
        self._keep_on_canvas("finish")
        self.tool_options = ToolOptionsBar(
            window.session.open_image, window.session.gestures, window.session.edits, self.by_key
        )
        window.add_above(self.tool_options)
        self._add_menus()
        self._add_toolbar()
        self.pages = ActionPages(window, actions, self.by_key)
        self.image_menu = ImageMenu(window, self.by_key)
        self.states = ActionStates(self, window.session, actions, self.by_key)
        for action in actions:
            self.by_key[action.key].triggered.connect(partial(self._do, action))
        theme.changed.connect(self._recolour)
        guard_wheels(window)
        guard_second_clicks(window)
        OwnKeys(window, window.canvas, (window, *window.docks.values()))

    @classmethod
    def of(cls, window: Window) -> WindowActions:
        """Return what was installed on a window.

        Raises
        ------
        LookupError
            Nothing was.
        """
        found = window.findChild(cls)
        if found is None:
            raise LookupError("no actions were installed on this window")
        return found

    def _do(self, action: Action, _checked: bool = False) -> None:
        action.do(self._window)
        # Qt has switched it already, whatever came of it.
        self.states.show(action)

    def _keep_on_canvas(self, *keys: str) -> None:
        """Let the shortcuts of actions work on the canvas alone: Enter in a filter ends no gesture."""
        for key in keys:
            self.by_key[key].setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            self._window.canvas.addAction(self.by_key[key])

    def _recolour(self) -> None:
        decorate(self.by_key, self._actions)

    def _add_menus(self) -> None:
        bar = self._window.menuBar()
        if bar is None:
            return
        menus = {name: bar.addMenu(f"&{translate(name)}") for name in MENUS}
        inner: dict[tuple[str, str], QMenu | None] = {}
        for action in self._actions:
            menu, place = menus[action.menu], (action.menu, action.submenu)
            if menu is not None and action.submenu and place not in inner:
                if action.break_before:
                    menu.addSeparator()
                inner[place] = menu.addMenu(translate(action.submenu))
            menu = inner.get(place, menu)
            if menu is None:
                continue
            if action.break_before:
                menu.addSeparator()
            menu.addAction(self.by_key[action.key])
            if action.key == "open_folder":
                recent = RecentMenu(menu)
                recent.chosen.connect(self._window.open)
                menu.addMenu(recent)
        view = menus["View"]
        if view is not None:
            self._add_panels(view)

    def _add_panels(self, view: QMenu) -> None:
        """Add a switch for each panel."""
        panels = view.addMenu(translate("Panels"))
        if panels is not None:
            for dock in self._window.docks.values():
                panels.addAction(dock.toggleViewAction())

    def _add_toolbar(self) -> None:
        bar = QToolBar(translate("Tools"))
        bar.setObjectName("toolbar")
        bar.setMovable(False)
        bar.setIconSize(QSize(theme.ICON))
        for key in self._toolbar:
            if key is None:
                bar.addSeparator()
            else:
                bar.addAction(self.by_key[key])
                button = bar.widgetForAction(self.by_key[key])
                if isinstance(button, QToolButton):
                    follow_icon(button, self.by_key[key])
        self._window.addToolBar(Qt.ToolBarArea.LeftToolBarArea, bar)
