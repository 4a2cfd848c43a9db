"""What is asked before a training begins, where it might learn what nobody meant."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cpsam_gui.program.i18n import translate, translate_said
from cpsam_gui.session.questions import Answer, Question

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cpsam_core.retrain import Candidate

CELLS, CLASSES, CANCEL = "cells", "classes", "cancel"
EACH, KEEP = "each", "keep"
NAMED = 3
"""Images that a question names."""


def about_classes(text: str) -> Question:
    """Ask whether classes are meant, which only some objects have."""
    return Question(
        translate("Should the model learn classes?"),
        f"{translate_said(text)}. {translate('A class key may have been pressed by accident.')}",
        (
            Answer(CELLS, translate("Cells only")),
            Answer(CLASSES, translate("Learn the classes")),
            Answer(CANCEL, translate("Cancel")),
        ),
    )


def about_parts(candidates: Sequence[Candidate]) -> Question:
    """Ask whether the parts of masks that number no objects are objects."""
    names = ", ".join(one.name for one in candidates[:NAMED]) + (" …" if len(candidates) > NAMED else "")
    words = translate("The masks do not number the objects. A model would learn them as one single object.")
    return Question(
        translate("{}: make each part an object?").format(translate_said(candidates[0].parts)),
        f"{names}\n{words}",
        (
            Answer(EACH, translate("Make each part an object")),
            Answer(KEEP, translate("Leave them as they are")),
            Answer(CANCEL, translate("Cancel")),
        ),
    )
