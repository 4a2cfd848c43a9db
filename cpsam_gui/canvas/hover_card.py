"""What is known of the object under the pointer, shown where the pointer rests."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from cpsam_gui.program.i18n import translate, translate_said
from cpsam_gui.program.numbers import filled
from cpsam_gui.session.object_words import marks_of

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
"""Columns of the table that the card tells where the objects are measured."""


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
        now = self.measuring.now
        place = now.place(number) if now is not None and self.measuring.fresh else None
        if now is not None and place is not None:
            lines += [
                filled(translate(text), now.columns[name][place])
                for name, text in MEASURES
                if name in now.columns
            ]
        return [line for line in lines if line]
