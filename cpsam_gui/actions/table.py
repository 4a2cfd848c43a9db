"""What an action is."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeAlias

from cpsam_gui.actions.facts import ALWAYS
from cpsam_gui.program.i18n import translate

if TYPE_CHECKING:
    from collections.abc import Callable

    from cpsam_gui.actions.facts import Condition
    from cpsam_gui.window.window import Window

    Do: TypeAlias = Callable[["Window"], object]


@dataclass(frozen=True, slots=True)
class Action:
    """One thing the user can do. The first shortcut is shown; the others work too."""

    key: str
    text: str
    do: Do
    shortcuts: tuple[str, ...] = ()
    icon: str = ""
    enabled: Condition = ALWAYS
    menu: str = ""
    tool: str = ""
    """Key of the tool that this action takes up; such actions exclude each other."""
    checked: Condition | None = None
    """State of a switch."""
    break_before: bool = False
    in_review: tuple[str, ...] = ()
    """Keys that it has while the review is at work, in place of whatever has them otherwise."""
    repeats: bool = True
    """Whether a key that is held does it again and again."""
    submenu: str = ""
    """Within the menu; empty for the menu itself."""

    @property
    def path(self) -> str:
        """Where it stands, in the user's language: ``View > Masks``."""
        return " > ".join(translate(place) for place in (self.menu, self.submenu) if place)


def in_submenu(submenu: str, *actions: Action) -> tuple[Action, ...]:
    """Return actions that stand together in a submenu of their menu."""
    return tuple(replace(action, submenu=submenu) for action in actions)
