"""Models that were trained and wait for their verdict: what it needs is written down until it is made.

The request of a training stays beside its model as long, so that an end of the program in between, or a verdict that
was skipped, loses nothing but time.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Sequence
from dataclasses import asdict, replace
from typing import Any

from cpsam_core.checkpoints import load_model
from cpsam_core.checkpoints.cards import ModelCard, read_card, write_card
from cpsam_core.finetune.reports import EpochReport, TrainResult
from cpsam_core.network.vit import FlowVit
from cpsam_core.retrain.candidates import Candidate
from cpsam_core.retrain.options import TrainOptions, plan_of
from cpsam_core.retrain.outcome import SKIPPED
from cpsam_core.retrain.plan import RetrainingPlan
from cpsam_core.retrain.requests import TrainRequest, read_request, request_path, state_path
from cpsam_core.retrain.run import RetrainingResult
from cpsam_core.system.atomic import write_bytes
from cpsam_core.weights.claims import claimed
from cpsam_core.weights.library import own_file

__all__ = ["discard", "forget", "note_ending", "put_off", "skip", "taken_up", "waiting"]

log = logging.getLogger(__name__)


def waiting(name: str) -> TrainRequest | None:
    """Return the request of a model that was never judged, skipped verdicts among them; None of all others."""
    request = read_request(request_path(name)) if name else None
    return request if request is not None and request.is_trained else None


def note_ending(plan: RetrainingPlan, trained: RetrainingResult) -> None:
    """Write down how a training went and what judges its model: images may be corrected before that is done."""
    result = trained.result
    ending = {
        "text": plan.text,
        "classes": list(plan.classes),
        "aside": [[str(pair.image), pair.ending, pair.only] for pair in plan.aside],
        "volumes": [str(pair.image) for pair in plan.volumes],
        "reports": [asdict(report) for report in result.reports],
        **{name: getattr(result, name) for name in ("stopped", "reason", "best_epoch", "share", "remark")},
    }
    _change(plan.name, ending=ending)


def put_off(name: str) -> None:
    """Offer the verdict no more by itself; whoever asks for it later can still have it."""
    _change(name, skipped=True)


def skip(name: str) -> None:
    """Put the verdict off because the user does not want to wait for it, and say so on the card of the model."""
    put_off(name)
    path = own_file(name)
    card = None if path is None else read_card(path)
    if path is not None and card is not None and SKIPPED not in card.notes:
        write_card(path, replace(card, notes=" ".join(part for part in (card.notes, SKIPPED) if part)))


def discard(request: TrainRequest) -> None:
    """Give up an interrupted training; where its model is there, only the verdict on that.

    Raises
    ------
    TrainingError
        Somebody else took it up.
    """
    name = request.options.name
    with claimed(state_path(name)):
        if request.is_trained:
            skip(name)
        else:
            forget(name)


def forget(name: str) -> None:
    """Keep nothing of a training any more but its model, where there is one."""
    request_path(name).unlink(missing_ok=True)
    state_path(name).unlink(missing_ok=True)


def taken_up(
    candidates: Sequence[Candidate], options: TrainOptions
) -> tuple[RetrainingPlan, RetrainingResult] | None:
    """Return plan and model of a training of which only the verdict is left to be made; None of any other.

    Errors are those of `plan_retraining`, and WeightsError where the model cannot be read.
    """
    request = waiting(options.name)
    images = {one.pair.image for one in candidates}
    path = own_file(options.name)
    if request is None or path is None or request.options.start != options.start:
        return None
    if set(request.images) != images:
        return None
    # The name is taken: by the model itself.
    plan = replace(plan_of(candidates, replace(options, name="")), name=options.name, warnings=())
    model, card = load_model(path)
    trained = RetrainingResult(path, card or ModelCard(name=options.name), _result(model, request))
    return _judged_as_planned(plan, candidates, request), trained


def _judged_as_planned(
    plan: RetrainingPlan, candidates: Sequence[Candidate], request: TrainRequest
) -> RetrainingPlan:
    """Return a plan whose model is judged on what was kept aside when it was trained, and on nothing else."""
    ending = request.ending
    if not ending:
        return plan
    known = {(str(one.pair.image), one.pair.ending): one.pair for one in candidates}
    by_image = {image: pair for (image, _), pair in known.items()}
    aside = tuple(
        replace(known[image, part], only=tuple(only) if only else None)
        for image, part, only in ending["aside"]
        if (image, part) in known
    )
    volumes = tuple(
        replace(by_image[image], section=None) for image in ending["volumes"] if image in by_image
    )
    return replace(
        plan, aside=aside, volumes=volumes, text=str(ending["text"]), classes=tuple(ending["classes"])
    )


def _result(model: FlowVit, request: TrainRequest) -> TrainResult:
    """Return what the training told at its end; nothing where it could not write that down any more."""
    ending = request.ending
    if not ending:
        return TrainResult(model, ())
    reports = tuple(EpochReport(**report) for report in ending["reports"])
    losses = tuple(report.training_loss for report in reports)
    told = {name: ending[name] for name in ("stopped", "reason", "best_epoch", "share", "remark")}
    return TrainResult(model, losses, reports, **told)


def _change(name: str, **values: Any) -> None:
    """Write something into the request of a training; a full disk costs no more than that."""
    path = request_path(name)
    try:
        content = json.loads(path.read_bytes())
        write_bytes(path, json.dumps({**content, **values}, indent=1).encode())
    except (OSError, ValueError) as error:
        log.warning("%s cannot be written: %s", path, error)
