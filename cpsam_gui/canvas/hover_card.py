"""What is known of the object under the pointer, shown where the pointer rests."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cpsam_gui.program.i18n import translate, translate_said

if TYPE_CHECKING:
    from cpsam_gui.session import Session

MEASURES = (
    ("equivalent_diameter", "diameter {:.1f} px"),
    ("equivalent_diameter_um", "diameter {:.2f} µm"),
    ("solidity", "solidity {:.2f}"),
)
"""Columns of the table that the card tells where the objects are measured."""


def card_text(session: Session, row: int, column: int) -> str:
    """Return the lines of the card for a pixel of the plane shown; empty where there is nothing to tell."""
    view, document = session.view, session.document
    if session.image is None or not view.masks.visible or session.gestures.tool.busy:
        return ""
    number = document.label_at(view.plane, row, column)
    if not number or number not in document.objects:
        candidate = session.rejected.at(view.plane, row, column)
        if candidate is None:
            return ""
        return translate("Rejected: {}\nA click with the arrow keeps it.").format(
            translate_said(candidate.reason)
        )
    return "\n".join(_lines(session, number))


def _lines(session: Session, number: int) -> list[str]:
    known = session.document.objects[number]
    names = {one.number: one.name for one in session.document.facts.classes}
    lines = [translate("Object {}").format(number), translate("{:,} px").format(known.area)]
    pixel = session.image.pixel_size if session.image is not None else None
    if pixel and session.document.shape[0] == 1:
        lines[-1] += translate("   {:,.1f} µm²").format(known.area * pixel**2)
    if known.class_id:
        lines.append(names.get(known.class_id) or translate("class {}").format(known.class_id))
    if known.probability is not None:
        lines.append(translate("probability {:.2f}").format(known.probability))
    if known.flow_error is not None:
        lines.append(translate("flow error {:.2f}").format(known.flow_error))
    pieces = session.pieces.now.get(number, 1)
    if pieces > 1:
        lines.append(translate("{} pieces").format(pieces))
    marks = (("accepted", known.verified), ("locked", known.locked), ("uncertain", known.uncertain))
    said = [translate(word) for word, on in marks if on]
    lines.append(", ".join(said) if said else translate("touched by hand") if known.touched else "")
    now = session.measuring.now
    place = now.place(number) if now is not None and session.measuring.fresh else None
    if now is not None and place is not None:
        lines += [
            translate(text).format(now.columns[name][place]) for name, text in MEASURES if name in now.columns
        ]
    return [line for line in lines if line]
