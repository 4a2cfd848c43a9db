"""Shortcuts of the user's own choice: kept between sessions, given to the actions, checked for clashes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import QSettings
from PyQt6.QtGui import QKeySequence

from cpsam_gui.program.i18n import written_keys
from cpsam_gui.program.settings_values import stored_list

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from PyQt6.QtGui import QAction

    from cpsam_gui.actions.table import Action

GROUP = "shortcuts"
Bindings = dict[str, tuple[str, ...]]
"""Shortcuts by the key of their action, in the portable form of Qt; the first one is shown."""


def default_bindings(actions: Sequence[Action]) -> Bindings:
    """Return the shortcuts that the program comes with."""
    return {action.key: tuple(map(portable, action.shortcuts)) for action in actions}


def portable(shortcut: str) -> str:
    """Return a shortcut in the form that is the same on every system; empty where it is none."""
    return QKeySequence(shortcut).toString(QKeySequence.SequenceFormat.PortableText)


def load_bindings(actions: Sequence[Action]) -> Bindings:
    """Return the shortcuts in force: those of the user, and the program's where nothing was chosen."""
    settings, bindings = QSettings(), default_bindings(actions)
    for key in bindings:
        if settings.contains(f"{GROUP}/{key}"):
            bindings[key] = tuple(filter(None, map(portable, stored_list(f"{GROUP}/{key}"))))
    return bindings


def save_bindings(actions: Sequence[Action], bindings: Mapping[str, tuple[str, ...]]) -> None:
    """Keep what differs from the program's own shortcuts."""
    settings = QSettings()
    for key, default in default_bindings(actions).items():
        if bindings[key] == default:
            settings.remove(f"{GROUP}/{key}")
        else:
            settings.setValue(f"{GROUP}/{key}", list(bindings[key]))


def clashes(bindings: Mapping[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    """Return each shortcut that several actions have, with the keys of those actions."""
    users: dict[str, list[str]] = {}
    for key, shortcuts in bindings.items():
        for shortcut in set(shortcuts):
            users.setdefault(shortcut, []).append(key)
    return {shortcut: tuple(keys) for shortcut, keys in users.items() if len(keys) > 1}


def review_bindings(actions: Sequence[Action], bindings: Mapping[str, tuple[str, ...]]) -> Bindings:
    """Return the shortcuts while the review is at work: its few keys go before whatever has them otherwise."""
    own = {action.key: tuple(map(portable, action.in_review)) for action in actions if action.in_review}
    taken = {shortcut for shortcuts in own.values() for shortcut in shortcuts}
    return {
        key: (*own.get(key, ()), *(one for one in shortcuts if one not in taken))
        for key, shortcuts in bindings.items()
    }


def apply_bindings(made: Mapping[str, QAction], bindings: Mapping[str, tuple[str, ...]]) -> None:
    """Give the actions their shortcuts, where they are others, and say them in the tooltips."""
    for key, shortcuts in bindings.items():
        action = made[key]
        wanted = [QKeySequence(shortcut) for shortcut in shortcuts]
        if action.toolTip() and action.shortcuts() == wanted:
            continue
        action.setShortcuts(wanted)
        tip = action.text().removesuffix("…")
        action.setToolTip(f"{tip}  ({written_keys(shortcuts[0])})" if shortcuts else tip)
