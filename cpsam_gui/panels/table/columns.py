"""Which columns of the table the user chose to see, kept between two sessions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import QSettings

from cpsam_gui.program.settings_values import stored_list

if TYPE_CHECKING:
    from collections.abc import Mapping

SHOWN, HIDDEN = "table/shown", "table/hidden"


def remembered_columns() -> dict[str, bool]:
    """Return which columns of the table the user chose to see or not to see."""
    chosen: dict[str, bool] = {}
    for key, shown in ((SHOWN, True), (HIDDEN, False)):
        chosen |= dict.fromkeys(stored_list(key), shown)
    return chosen


def remember_columns(chosen: Mapping[str, bool]) -> None:
    """Keep which columns the user chose to see or not to see."""
    settings = QSettings()
    for key, shown in ((SHOWN, True), (HIDDEN, False)):
        settings.setValue(key, [name for name, on in chosen.items() if on is shown])
