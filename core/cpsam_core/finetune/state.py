"""The state of a training in a file: written in one step, read without ever running code from it."""

from __future__ import annotations

import pickle
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from cpsam_core.errors import SettingsError, TrainingError
from cpsam_core.finetune.reports import EpochReport
from cpsam_core.network.config import VitConfig
from cpsam_core.system.atomic import atomic_path

# Characters from which on a value is one, and says nothing to people.
HASH_CHARS = 32

DAMAGED = (
    RuntimeError,
    pickle.UnpicklingError,
    EOFError,
    KeyError,
    TypeError,
    ValueError,
    AttributeError,
    SettingsError,
)


@dataclass(frozen=True)
class TrainingState:
    """Everything that a training needs to go on as if it had not been interrupted.

    `trained` and `average` are weights by name; `frozen` is the digest of the others, `kind` the mode with what
    shapes it. `left_out` counts those of the `steps` that were. `best` holds the weights of the epoch in `best_epoch`,
    empty where there is none. `origin` says what the training is made of; empty where nobody said. `image_bytes` is
    what the images take of which the device makes crops; None where it makes none in any case.
    """

    config: VitConfig
    kind: tuple[str | int, ...]
    frozen: str
    trained: dict[str, Tensor]
    average: dict[str, Tensor]
    optimiser: dict[str, Any]
    reports: tuple[EpochReport, ...]
    steps: int
    left_out: int = 0
    best_epoch: int | None = None
    best: dict[str, Tensor] = field(default_factory=dict)
    origin: dict[str, str] = field(default_factory=dict)
    image_bytes: int | None = None


def write_state(path: Path, state: TrainingState) -> None:
    """Write the state in one step; what was there before stays until the new one is complete.

    Raises
    ------
    OSError, RuntimeError
        If the disk is full or the folder cannot be written; torch reports a full disk as RuntimeError.
    """
    values = {
        "config": state.config.to_dict(),
        "kind": list(state.kind),
        "frozen": state.frozen,
        "trained": state.trained,
        "average": state.average,
        "optimiser": state.optimiser,
        "reports": [asdict(report) for report in state.reports],
        "steps": state.steps,
        "left_out": state.left_out,
        "best_epoch": state.best_epoch,
        "best": state.best,
        "origin": state.origin,
        "image_bytes": state.image_bytes,
    }
    with atomic_path(path) as temporary:
        torch.save(values, temporary)


def read_state(path: Path, like: TrainingState) -> TrainingState:
    """Read a state that fits a training, whose own is `like` (its weights are not looked at).

    Raises
    ------
    TrainingError
        If the file is not the state of a training, or that of another network or mode.
    """
    try:
        values = torch.load(path, map_location="cpu", weights_only=True)
        config = VitConfig.from_dict(values["config"])
        if "trained" not in values:
            values = _from_first_version(values)
        state = TrainingState(
            config=config,
            kind=tuple(values["kind"]),
            frozen=str(values["frozen"]),
            trained=dict(values["trained"]),
            average=dict(values["average"]),
            optimiser=dict(values["optimiser"]),
            reports=tuple(EpochReport(**report) for report in values["reports"]),
            steps=int(values["steps"]),
            left_out=int(values.get("left_out", 0)),
            best_epoch=values["best_epoch"],
            best=dict(values["best"]),
            origin={str(key): str(value) for key, value in dict(values.get("origin", {})).items()},
            image_bytes=None if values.get("image_bytes") is None else int(values["image_bytes"]),
        )
    except DAMAGED as error:
        raise TrainingError(f"{path.name} is not the state of a training; remove it to start anew") from error
    check_origin(path, state.origin, like.origin)
    if state.kind != like.kind:
        raise TrainingError(
            f"{path.name} is the state of a training in mode {' '.join(map(str, state.kind))}, not "
            f"{' '.join(map(str, like.kind))}; remove it to start anew, or choose that mode"
        )
    if replace(config, layer_drop=0) != replace(like.config, layer_drop=0) or state.frozen != like.frozen:
        raise TrainingError(f"{path.name} is the state of another network; remove it to start anew")
    return state


def check_origin(path: Path, stored: Mapping[str, str], wanted: Mapping[str, str]) -> None:
    """Refuse the state of a training that was made of something else.

    Raises
    ------
    TrainingError
        With what differs, and what to do.
    """
    if not stored or not wanted:
        return
    differing = [name for name in wanted if stored.get(name) != wanted[name]]
    if differing:
        shown = "; ".join(
            _difference(name, stored.get(name, "nothing"), wanted[name]) for name in differing[:4]
        )
        raise TrainingError(
            f"{path.name} is the state of another training, which was interrupted ({shown}). Go on with that one as it "
            "was begun, give this one another name, or begin it anew",
            options="--restart",
        )


def _difference(name: str, stored: str, wanted: str) -> str:
    """Return what differs in words; of what is only known by its hash, that it does."""
    longest = max(len(stored), len(wanted))
    return f"another {name}" if longest >= HASH_CHARS else f"{name} was {stored}, now {wanted}"


def _from_first_version(values: dict[str, Any]) -> dict[str, Any]:
    """Read what version 0.1 wrote, which knew full training only and kept the losses alone."""
    losses = [float(loss) for loss in values["losses"]]
    reports = [
        asdict(EpochReport(number, len(losses), loss, None, None, 0.0, 0.0, 0.0, False))
        for number, loss in enumerate(losses, 1)
    ]
    return {
        **values,
        "trained": values["model"],
        "kind": ["full"],
        "frozen": "",
        "reports": reports,
        "best_epoch": None,
        "best": {},
    }
