"""What is known of the object under the pointer, shown where the pointer rests."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from cpsam_gui.program.channel_names import channel_words
from cpsam_gui.program.i18n import translate, translate_said
from cpsam_gui.program.numbers import filled
from cpsam_gui.session.object_words import marks_of
from cpsam_gui.tasks.measuring_alone import measure_alone

if TYPE_CHECKING:
    from cpsam_gui.session.gestures import Gestures
    from cpsam_gui.session.measuring import MeasurementController
    from cpsam_gui.session.open_image import OpenImage
    from cpsam_gui.session.pieces import Pieces
    from cpsam_gui.session.rejected import RejectedCandidates

MEASURES = (
    ("equivalent_diameter", "diameter {:.1f} px"),
    ("equivalent_diameter_um", "diameter {:.2f} µm"),
    ("solidity", "solidity {:.2f}"),
)
"""Columns of the table that the card tells."""
CHANNELS = 4
"""Of so many channels it tells the mean brightness."""


@dataclass(frozen=True, slots=True)
class HoverCard:
    """Tells of the object at a pixel; gets the parts of a session that know something of it."""

    open_image: OpenImage
    gestures: Gestures
    rejected: RejectedCandidates
    pieces: Pieces
    measuring: MeasurementController

    def text(self, row: int, column: int) -> str:
        """Return the lines of the card for a pixel of the plane shown; empty where there is nothing to tell."""
        view, document = self.open_image.view, self.open_image.document
        if self.open_image.image is None or not view.masks.visible or self.gestures.tool.busy:
            return ""
        number = document.label_at(view.plane, row, column)
        if not number or number not in document.objects:
            candidate = self.rejected.at(view.plane, row, column)
            if candidate is None:
                return ""
            return translate("Rejected: {}\nA click with the arrow keeps it.").format(
                translate_said(candidate.reason)
            )
        return "\n".join(self._lines(number))

    def _lines(self, number: int) -> list[str]:
        document, image = self.open_image.document, self.open_image.image
        known = document.objects[number]
        names = {one.number: one.name for one in document.facts.classes}
        bodies = document.shape[0] > 1
        pixels, voxels = translate("{:,} px"), translate("{:,} voxels")
        lines = [translate("Object {}").format(number), filled(voxels if bodies else pixels, known.area)]
        pixel = image.pixel_size if image is not None else None
        if pixel and not bodies:
            lines[-1] += filled(translate("   {:,.1f} µm²"), known.area * pixel**2)
        if known.class_id:
            lines.append(names.get(known.class_id) or translate("class {}").format(known.class_id))
        if known.probability is not None:
            lines.append(filled(translate("probability {:.2f}"), known.probability))
        if known.flow_error is not None:
            lines.append(filled(translate("flow error {:.2f}"), known.flow_error))
        pieces = self.pieces.now.get(number, 1)
        if pieces > 1:
            lines.append(translate("{} pieces").format(pieces))
        touched = translate("touched by hand") if known.touched else ""
        lines.append(", ".join(marks_of(known)) or touched)
        return [line for line in (*lines, *self._measures(number)) if line]

    def _measures(self, number: int) -> list[str]:
        """Return size, shape and brightness: from the table where there is one, else of this object alone."""
        from cpsam_core.measure.objects import channel_columns

        document, image, now = self.open_image.document, self.open_image.image, self.measuring.now
        place = now.place(number) if now is not None and self.measuring.fresh else None
        measured: dict[str, float] = {}
        if now is not None and place is not None:
            measured = {name: column[place] for name, column in now.columns.items()}
        elif image is not None:
            measured = measure_alone(document, image, number)
        lines = [filled(translate(text), measured[name]) for name, text in MEASURES if name in measured]
        names = image.channel_names if image is not None else ()
        for name, column in list(zip(names, channel_columns(names), strict=True))[:CHANNELS]:
            if f"mean_{column}" in measured:
                words = filled(translate("mean brightness {:,.1f}"), measured[f"mean_{column}"])
                lines.append(words if len(names) == 1 else f"{channel_words(name)}: {words}")
        return lines
