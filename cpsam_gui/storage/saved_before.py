"""What the project on the disk holds already, so that saving packs only what changed since. No Qt."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from cpsam_gui.storage.project import fields_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cpsam_core.images.project_files import Reuse
    from cpsam_gui.state.box import Box
    from cpsam_gui.state.objects import ObjectRecord

# Pixel rows that count as changed together.
BAND_ROWS = 64


class ChangedRows:
    """Which rows of which planes have other labels than the file; at first all of them have."""

    def __init__(self) -> None:
        self._all = True
        self._bands: set[tuple[int, int]] = set()

    def add(self, box: Box) -> None:
        """Note that labels inside a box changed."""
        bands = range(box.y0 // BAND_ROWS, (box.y1 - 1) // BAND_ROWS + 1)
        self._bands.update((plane, band) for plane in range(box.z0, box.z1) for band in bands)

    def take(self) -> ChangedRows:
        """Return what changed so far, and begin anew: it is being written."""
        taken = ChangedRows()
        taken._all, taken._bands = self._all, self._bands
        self._all, self._bands = False, set()
        return taken

    def put_back(self, taken: ChangedRows) -> None:
        """Undo :meth:`take`, because nothing was written."""
        self._all = self._all or taken._all
        self._bands |= taken._bands

    def unchanged(self, plane: int, top: int, bottom: int) -> bool:
        """Whether the rows from `top` to before `bottom` of a plane are those of the file."""
        bands = range(top // BAND_ROWS, (bottom - 1) // BAND_ROWS + 1)
        return not self._all and not any((plane, band) in self._bands for band in bands)


@dataclass(slots=True)
class RowTexts:
    """Rows of the table of objects as JSON; a row that did not change is not made anew."""

    _known: dict[int, tuple[ObjectRecord, str]] = field(default_factory=dict)

    def of(self, records: Mapping[int, ObjectRecord]) -> dict[int, str]:
        """Return the row of each object, by id."""
        known, now = self._known, {}
        for number, record in records.items():
            before = known.get(number)
            # Rows are never changed, but replaced.
            now[number] = before if before is not None and before[0] is record else (record, _text(record))
        self._known = now
        return {number: text for number, (_, text) in now.items()}


@dataclass(frozen=True, slots=True)
class SavedBefore:
    """What is known of the project on the disk when it is written again.

    Attributes
    ----------
    changed
        Rows with other labels.
    texts
        Rows of the table that were written before.
    """

    changed: ChangedRows
    texts: RowTexts

    def reuse(self, records: Mapping[int, ObjectRecord], *, trusted: bool) -> Reuse:
        """Return what need not be packed again; masks only where the file is `trusted` to be the one last written."""
        from cpsam_core.images.project_files import Reuse

        return Reuse(self.changed.unchanged if trusted else None, self.texts.of(records))


def _text(record: ObjectRecord) -> str:
    fields: dict[str, Any] = fields_of(record)
    return json.dumps(fields)
