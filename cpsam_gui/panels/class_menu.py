"""Classes by name and number, as a menu for the selected objects."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from cpsam_gui.program.i18n import translate

if TYPE_CHECKING:
    from collections.abc import Callable

    from PyQt6.QtWidgets import QMenu

    from cpsam_gui.session.open_image import OpenImage

MOST = 9
"""Classes that have a key."""


def fill_classes(menu: QMenu, open_image: OpenImage, give: Callable[[int], object]) -> None:
    """Offer every class that has a key, by the number that is typed for it; `give` gets the number."""
    names = {one.number: one.name for one in open_image.document.facts.classes}
    for number in range(MOST + 1):
        words = (
            f"&{number}   {_plain(names.get(number, ''))}".rstrip() if number else translate("&0   No class")
        )
        action = menu.addAction(words)
        if action is not None:
            action.triggered.connect(partial(_give, give, number))


def _give(give: Callable[[int], object], number: int, _checked: bool = False) -> None:
    give(number)


def _plain(name: str) -> str:
    return name.replace("&", "&&")
