"""From a training to the state that is kept of it, and back."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from pathlib import Path

from cpsam_core.errors import TrainingError
from cpsam_core.finetune.learner import Learner
from cpsam_core.finetune.reports import EpochReport
from cpsam_core.finetune.state import TrainingState, read_state
from cpsam_core.finetune.trained import Weights

log = logging.getLogger(__name__)


def state_of(
    learner: Learner,
    reports: Sequence[EpochReport],
    best: Weights,
    origin: Mapping[str, str],
    image_bytes: int | None = None,
) -> TrainingState:
    """Return all that a training needs to go on later.

    Parameters
    ----------
    learner
        With the weights, their average and the optimiser as they are now.
    reports
        Of the epochs so far.
    best
        The weights of the best of them; empty without one.
    origin
        What the training is made of, by name.
    image_bytes
        What its images take on the device.
    """
    settings, trained = learner.settings, learner.trained
    shapes = {"full": (), "last": (settings.blocks,), "adapters": (settings.rank,)}
    return TrainingState(
        config=learner.model.config,
        kind=(settings.mode, *shapes[settings.mode]),
        frozen=trained.frozen_digest,
        trained={name: p.detach() for name, p in trained.parameters.items()},
        average=trained.average,
        optimiser=learner.stepper.state_dict(),
        reports=tuple(reports),
        steps=learner.steps,
        left_out=learner.left_out,
        best_epoch=max((report.epoch for report in reports if report.best), default=None),
        best=best,
        origin=dict(origin),
        image_bytes=image_bytes,
    )


def resume(path: Path, learner: Learner, origin: Mapping[str, str]) -> TrainingState:
    """Put a state that was kept into a learner, and return it for its reports and best weights.

    Raises
    ------
    TrainingError
        It is the state of something else, or of nothing.
    """
    state = read_state(path, like=state_of(learner, (), {}, origin))
    try:
        learner.trained.load(state.trained, state.average)
        moments = learner.stepper.load_state_dict(state.optimiser)
    except (KeyError, TypeError, ValueError, RuntimeError, AttributeError) as error:
        raise TrainingError(
            f"{path.name} is the state of another network; remove it to start anew"
        ) from error
    if not moments:
        log.warning("the optimiser of %s is of another kind and starts anew", path.name)
    learner.steps, learner.left_out = state.steps, state.left_out
    return state
