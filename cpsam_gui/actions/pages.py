"""The pages made from the actions: command palette, shortcuts, and the help with its page of keys.

Each is loaded when it is first asked for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import QObject, Qt

from cpsam_gui.actions.shortcuts import apply_bindings, load_bindings, review_bindings, save_bindings
from cpsam_gui.program.i18n import written_keys

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from PyQt6.QtGui import QAction

    from cpsam_gui.actions.command_palette import CommandPalette
    from cpsam_gui.actions.shortcuts import Bindings
    from cpsam_gui.actions.shortcuts_page import ShortcutsPage
    from cpsam_gui.actions.table import Action
    from cpsam_gui.dialogs.help import HelpBrowser, KeyRows
    from cpsam_gui.window.window import Window


class ActionPages(QObject):
    """Opens these pages for one window, and keeps the shortcuts in force."""

    def __init__(self, window: Window, actions: Sequence[Action], made: Mapping[str, QAction]) -> None:
        super().__init__(window)
        self._window, self._actions, self._made = window, actions, made
        self.bindings = load_bindings(actions)
        self._of_review = [action for action in actions if action.in_review]
        self._in_force: tuple[Bindings, list[Action]] | None = None
        self._reviewing, self._gestures = window.session.reviewing, window.session.gestures
        for signal in (self._reviewing.changed, window.session.missed.changed, self._gestures.tool_changed):
            signal.connect(self._use_bindings)
        self._use_bindings()

    @classmethod
    def of(cls, window: Window) -> ActionPages:
        """Return the pages of a window.

        Raises
        ------
        LookupError
            No actions were installed on it.
        """
        found = window.findChild(cls)
        if found is None:
            raise LookupError("no actions were installed on this window")
        return found

    def command_palette(self) -> CommandPalette:
        """Show all actions by a few letters."""
        from cpsam_gui.actions.command_palette import CommandPalette

        palette = CommandPalette(self._window, self._actions, self._made)
        palette.open()
        return palette

    def shortcuts(self) -> ShortcutsPage:
        """Show all shortcuts, and let them be changed."""
        from cpsam_gui.actions.shortcuts_page import ShortcutsPage

        page = ShortcutsPage(self._window, self._actions, self.bindings)
        page.chosen.connect(self.bind)
        page.open()
        return page

    def help(self, page: str = "start") -> HelpBrowser:
        """Show the pages of help."""
        from cpsam_gui.dialogs.help import HelpBrowser

        browser = HelpBrowser(self._window, key_rows(self._actions, self.bindings), page)
        browser.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        browser.show()
        return browser

    def bind(self, bindings: Bindings) -> None:
        """Use other shortcuts from now on, in later sessions too."""
        self.bindings = bindings
        save_bindings(self._actions, bindings)
        self._use_bindings()

    def _use_bindings(self) -> None:
        """Give the actions the keys in force: while the review is in view and nothing is drawn, those of the review.

        An action of the review that has nothing to be about leaves its key to what has it otherwise.
        """
        judging = self._reviewing.in_view and self._gestures.tool.for_judging
        session = self._window.session
        at_work = [one for one in self._of_review if one.enabled(session)] if judging else []
        if (self.bindings, at_work) != self._in_force:
            self._in_force = self.bindings, at_work
            apply_bindings(self._made, review_bindings(at_work, self.bindings))


def key_rows(actions: Sequence[Action], bindings: Mapping[str, Sequence[str]]) -> KeyRows:
    """Return the keys and the text of every action, by its place in the menus, for the help."""
    rows: dict[str, list[tuple[str, str]]] = {}
    for action in actions:
        keys = ", ".join(map(written_keys, bindings[action.key]))
        rows.setdefault(action.path, []).append((keys, action.text.removesuffix("…")))
    return rows
