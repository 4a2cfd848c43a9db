"""What is asked before a training begins, where it might learn what nobody meant, and where the window ends one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cpsam_gui.program.i18n import translate, translate_said
from cpsam_gui.session.questions import Answer, Question

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cpsam_core.finetune import EpochReport
    from cpsam_core.retrain import Candidate
    from cpsam_core.retrain.requests import TrainRequest

CELLS, CLASSES, CANCEL = "cells", "classes", "cancel"
EACH, KEEP = "each", "keep"
CLOSE, STAY = "close", "stay"
GO_ON, DROP = "go on", "drop"
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


def about_closing(reports: Sequence[EpochReport], *, checking: bool, has_checkpoint: bool) -> Question:
    """Ask whether the window is closed on a training at work, and say what becomes of that."""
    if checking:
        return Question(
            translate("A new model is being compared"),
            translate(
                "Close and interrupt the comparison? The new model is trained and kept, and not judged yet: Train > "
                "Continue an interrupted training compares it later."
            ),
            (Answer(CLOSE, translate("Close")), Answer(STAY, translate("Go on comparing"))),
        )
    if has_checkpoint:
        words = translate(
            "Close and interrupt the training? Its last checkpoint is kept: Train > Continue an interrupted training "
            "resumes from there."
        )
        if reports:
            last = reports[-1]
            done = translate("{done} of {epochs} epochs are done.")
            words = f"{done.format(done=last.epoch, epochs=last.epochs)} {words}"
    else:
        words = translate(
            "Close and interrupt the training? Its first epoch is not over, so nothing of it is kept: it would begin "
            "anew."
        )
    return Question(
        translate("A model is being trained"),
        words,
        (Answer(CLOSE, translate("Close")), Answer(STAY, translate("Go on training"))),
    )


def interrupted_words(request: TrainRequest) -> str:
    """Return what there is to be gone on with, as a sentence."""
    if request.is_trained:
        return translate("{name} is trained and not compared with the model before yet.").format(
            name=request.options.name
        )
    return translate("The training of {name} was interrupted.").format(name=request.options.name)


def about_going_on(request: TrainRequest) -> Question:
    """Ask what becomes of a training that was interrupted."""
    later = Answer("later", translate("Later"))
    if request.is_trained:
        return Question(
            interrupted_words(request),
            translate("Compare them now? Without a comparison the new model stays as it is, not judged."),
            (
                Answer(GO_ON, translate("Compare")),
                Answer(DROP, translate("Skip the verdict")),
                later,
            ),
        )
    more = (
        translate("Resume where it stopped?")
        if request.has_begun
        else translate("Its first epoch was not over. Begin it again?")
    )
    return Question(
        interrupted_words(request),
        more,
        (Answer(GO_ON, translate("Continue")), Answer(DROP, translate("Discard")), later),
    )
