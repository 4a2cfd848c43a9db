"""Trainings that were interrupted: what they were asked to do is written down, so that they can go on.

``NAME.request.json`` lies beside ``NAME.partial``, the state, in the folder of the user's own models, and beside the
model until that is judged, see `unjudged`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from cpsam_core.data.image_input import ImageInput
from cpsam_core.data.pairs import pair_of
from cpsam_core.errors import CpsamError, TrainingError, WeightsError
from cpsam_core.labels.pieces import Pieces
from cpsam_core.progress import Progress, silent
from cpsam_core.retrain.candidates import Candidate, Uses, describe_all, use_of
from cpsam_core.retrain.options import TrainOptions, settings_of
from cpsam_core.retrain.plan import check_untaken
from cpsam_core.system.atomic import write_bytes
from cpsam_core.system.file_identity import identity_of
from cpsam_core.system.paths import make_folder
from cpsam_core.weights import own_folder, remove_model
from cpsam_core.weights.beside import REQUEST, STATE, request_path, state_path
from cpsam_core.weights.claims import check_idle, claimed, is_busy
from cpsam_core.weights.library import own_file

__all__ = [
    "REQUEST",
    "LeftState",
    "TrainRequest",
    "candidates_of",
    "check_free",
    "interrupted",
    "left_states",
    "read_request",
    "remove_state",
    "request_path",
    "state_path",
    "throw_away",
    "write_request",
]

USES = ("auto", "train", "aside", "exclude")
PIECES = ("auto", "yes", "no")


@dataclass(frozen=True, slots=True)
class TrainRequest:
    """What an interrupted training was asked to do: options, and how each image, or plane of one, is used and seen.

    `ending` is what `unjudged.note_ending` wrote once it was over; `skipped` says that nobody waits for the verdict.
    """

    path: Path
    options: TrainOptions
    images: tuple[Path, ...]
    uses: Uses
    seen: tuple[ImageInput, ...] = ()
    pieces: Pieces = "auto"
    ending: Mapping[str, Any] = field(default_factory=dict)
    skipped: bool = False

    @property
    def is_trained(self) -> bool:
        """Whether its model is there and only the verdict is left to be made."""
        return own_file(self.options.name) is not None

    @property
    def has_begun(self) -> bool:
        """Whether an epoch or more of it was kept."""
        return self.is_trained or state_path(self.options.name).is_file()


def write_request(path: Path, candidates: Iterable[Candidate], options: TrainOptions) -> None:
    """Write down what a training is to do."""
    # The planes of a volume are found again from its files.
    all_parts = tuple(candidates)
    known = tuple({one.pair.image: one for one in all_parts}.values())
    content = {
        "start": options.start,
        "changes": dict(options.changes),
        "scale": options.scale,
        "classes": options.classes,
        "device": options.device,
        "precision": options.precision,
        "thorough": options.thorough,
        "minutes": options.minutes,
        "images": [str(one.pair.image) for one in known],
        "uses": [[str(one.pair.image), one.pair.ending, one.use] for one in all_parts if one.use != "auto"],
        "seen": [one.pair.seen.to_dict() for one in known],
        "pieces": next((one.pair.pieces for one in known), "auto"),
    }
    make_folder(path.parent, TrainingError)
    write_bytes(path, json.dumps(content, indent=1).encode())


def read_request(path: Path) -> TrainRequest | None:
    """Read what `write_request` wrote; None where it is no such file."""
    try:
        stored = json.loads(path.read_bytes())
        images = tuple(Path(str(image)) for image in stored["images"])
        uses = {(Path(str(image)), str(ending)): use for image, ending, use in stored["uses"]}
        seen = tuple(ImageInput.from_dict(one) for one in stored.get("seen", []))
        pieces = stored.get("pieces", "auto")
        known = all(use in USES for use in uses.values()) and pieces in PIECES
        if not known or len(seen) not in (0, len(images)):
            return None
        scale, minutes = stored["scale"], stored.get("minutes")
        options = TrainOptions(
            str(stored["start"]),
            # What goes on or is dropped lies beside it, under that name; the model may have got another one since.
            path.name.removesuffix(REQUEST),
            dict(stored["changes"]),
            (float(scale[0]), float(scale[1])) if scale else None,
            stored["classes"],
            stored["device"],
            stored["precision"],
            bool(stored.get("thorough")),
            None if minutes is None else float(minutes),
        )
        # Refuses what makes no sense.
        settings_of(options)
        ending, skipped = dict(stored.get("ending", {})), bool(stored.get("skipped"))
    except (OSError, ValueError, TypeError, KeyError, IndexError, AttributeError, CpsamError):
        return None
    return TrainRequest(path, options, images, uses, seen, pieces, ending, skipped)


def interrupted() -> tuple[TrainRequest, ...]:
    """Return the trainings that were not finished, the newest first; a model whose verdict was skipped is.

    One at which a program is at work, in another window, say, is not interrupted.
    """
    folder = own_folder()
    if not folder.is_dir():
        return ()
    files = sorted(folder.glob(f"*{REQUEST}"), key=lambda path: identity_of(path).changed, reverse=True)
    known = (read_request(path) for path in files)
    return tuple(
        one
        for one in known
        if one is not None and not (one.skipped and one.is_trained) and not is_busy(one.options.name)
    )


@dataclass(frozen=True, slots=True)
class LeftState:
    """The state of a training that nothing says how to go on with."""

    name: str
    size: int
    """Bytes."""


def left_states() -> tuple[LeftState, ...]:
    """Return the states of trainings among the own models that no request belongs to, and nobody is at work on."""
    found = []
    for path in sorted(own_folder().glob(f"*{STATE}")):
        name, identity = path.name.removesuffix(STATE), identity_of(path)
        if identity.exists and read_request(request_path(name)) is None and not is_busy(name):
            found.append(LeftState(name, identity.size))
    return tuple(found)


def remove_state(name: str) -> None:
    """Delete the state of a training, and a request that cannot be read.

    Raises
    ------
    TrainingError
        Somebody is at work on it.
    WeightsError
        It cannot be deleted.
    """
    with claimed(state_path(name)):
        try:
            state_path(name).unlink(missing_ok=True)
            request_path(name).unlink(missing_ok=True)
        except OSError as error:
            raise WeightsError(
                f"What a training left cannot be deleted ({state_path(name)}): {error.strerror or error}."
            ) from error


def candidates_of(request: TrainRequest, progress: Progress = silent) -> tuple[Candidate, ...]:
    """Look again at the images of an interrupted training.

    Raises
    ------
    ImageError
        An image or its masks are gone.
    """
    found: list[Candidate] = []
    seen = request.seen or (None,) * len(request.images)
    for number, (image, how) in enumerate(zip(request.images, seen, strict=True)):
        progress(number, len(request.images), image.name)
        pair = replace(pair_of(image, large=True), pieces=request.pieces)
        parts = describe_all(pair if how is None else replace(pair, seen=how))
        found += [replace(one, use=use_of(request.uses, one.pair)) for one in parts]
    return tuple(found)


def check_free(name: str) -> None:
    """Refuse a name under which a training was interrupted, or that a model has, for a new one.

    Raises
    ------
    TrainingError, SettingsError
        With what can be done.
    """
    if name:
        # First: a model that is judged elsewhere has its name already.
        check_idle(name)
    check_untaken(name)
    if name and state_path(name).is_file():
        raise TrainingError(
            f"A training named {name} was interrupted. Choose another name, or continue the interrupted training or "
            "give it up.",
            options="--resume",
        )


def throw_away(name: str) -> None:
    """Remove what a training left: its request, its state, and its model where it had come so far.

    Raises
    ------
    TrainingError
        It was taken up by somebody else, whose it is now.
    """
    with claimed(state_path(name)):
        request_path(name).unlink(missing_ok=True)
        state_path(name).unlink(missing_ok=True)
        if own_file(name) is not None:
            remove_model(name)
