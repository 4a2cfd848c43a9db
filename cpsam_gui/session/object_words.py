"""What is known of an object in the user's words: the same in the list, on the canvas and in the status bar."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cpsam_gui.program.i18n import translate
from cpsam_gui.state.objects import Origin

if TYPE_CHECKING:
    from cpsam_gui.state.objects import ObjectRecord


def marks_of(row: ObjectRecord) -> list[str]:
    """Return what a person marked on an object; one that is accepted is locked by that, which is not said twice.

    One that a person chose as the model drew it is touched, too, though nothing else tells: see `chosen_only`.
    """
    words = []
    if row.verified:
        words.append(translate("accepted"))
    if row.held:
        words.append(translate("locked"))
    if row.uncertain:
        words.append(translate("uncertain"))
    if chosen_only(row):
        words.append(translate("touched by hand"))
    return words


def chosen_only(row: ObjectRecord) -> bool:
    """Whether a person touched an object and neither its origin nor a mark says so."""
    return row.touched and row.origin is Origin.MODEL and not (row.locked or row.verified or row.uncertain)


def origin_of(row: ObjectRecord) -> str:
    """Return where an object comes from."""
    return origin_words()[row.origin]


def origin_words() -> dict[Origin, str]:
    """Return how each origin is called."""
    return {
        Origin.MODEL: translate("model"),
        Origin.HAND: translate("by hand"),
        Origin.EDITED: translate("corrected"),
    }
