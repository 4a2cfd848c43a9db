"""The models of this computer: list them, add, remove and rename one's own."""

from __future__ import annotations

import dataclasses
import logging
import os
import shutil
import unicodedata
from pathlib import Path
from typing import Literal

from cpsam_core.checkpoints.cards import WEIGHT_SUFFIXES, ModelCard, card_path, read_card, write_card
from cpsam_core.errors import SettingsError, WeightsError
from cpsam_core.system.atomic import atomic_path
from cpsam_core.system.paths import expanded
from cpsam_core.weights.beside import STATE, request_path
from cpsam_core.weights.claims import check_idle
from cpsam_core.weights.folders import EMBEDDED, PUBLISHED, embedded_file, own_folder, published_folders

logger = logging.getLogger(__name__)

# By one system or another; a model folder may be shared between them.
FORBIDDEN = set('/\\<>:"|?*')
DEVICES = {"CON", "PRN", "AUX", "NUL", *(f"{port}{n}" for port in ("COM", "LPT") for n in "123456789¹²³")}
# Cards, and the states of trainings that were interrupted.
BESIDE_MODELS = (".json", STATE)
# Leaves room for suffixes within the 255 of most file systems.
MAX_NAME_BYTES = 200


@dataclasses.dataclass(frozen=True)
class ModelInfo:
    """One model in a list.

    Attributes
    ----------
    name
        What to call it in settings and on the command line.
    path
        Its file; for a published model that is not here yet, where it will be.
    kind
        ``embedded`` in the program, ``published`` by Cellpose, or the user's ``own``.
    size
        Bytes of the file, None where it is not here.
    card
        What is known about it, if anything.
    present
        Whether the file is here.
    """

    name: str
    path: Path
    kind: Literal["embedded", "published", "own"]
    size: int | None
    card: ModelCard | None
    present: bool

    @property
    def can_be_judged(self) -> bool:
        """Whether what its verdict needs was kept, because that was never made."""
        return self.kind == "own" and self.present and request_path(self.name).is_file()

    @property
    def is_unjudged(self) -> bool:
        """Whether it was trained from another model and never compared, as where that was ended with the program."""
        return (
            self.kind == "own" and self.card is not None and bool(self.card.parent) and not self.card.scores
        )


def list_models() -> tuple[ModelInfo, ...]:
    """Return the embedded model, the published ones and the user's own, in this order."""
    models = [_info(EMBEDDED, embedded_file(), "embedded")]
    for name in PUBLISHED:
        places = [folder / name for folder in published_folders()]
        models.append(_info(name, next((path for path in places if path.is_file()), places[0]), "published"))
    models += [_info(name, path, "own") for name, path in own_files().items()]
    return tuple(models)


def own_files() -> dict[str, Path]:
    """Return the user's own models, name to file, sorted by name."""
    try:
        entries = sorted(own_folder().iterdir())
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except OSError as error:
        logger.warning("The folder of models %s cannot be read: %s", own_folder(), error.strerror)
        return {}
    files = [
        entry
        for entry in entries
        if not entry.name.startswith(".") and entry.suffix.lower() not in BESIDE_MODELS
    ]
    return {_name_of(file): file for file in files if file.is_file()}


def own_file(name: str) -> Path | None:
    """Return the file of one of the user's own models, or None; the file's suffix may be given or not."""
    name = unicodedata.normalize("NFC", name)
    files = own_files()
    if name in files:
        return files[name]
    return next((file for file in files.values() if unicodedata.normalize("NFC", file.name) == name), None)


def add_model(path: str | os.PathLike[str], name: str | None = None) -> ModelInfo:
    """Copy a model and its card into the folder of the user's own models.

    Parameters
    ----------
    path
        A weight file that can segment; it is checked first.
    name
        Its name; by default that of the file.

    Raises
    ------
    WeightsError
        The file is no usable model, or cannot be copied.
    SettingsError
        The name is taken or not possible.
    """
    source = expanded(path)
    name = check_name(_name_of(source) if name is None else name)
    _refuse_taken(name)
    from cpsam_core.checkpoints import load_model

    _, card = load_model(source)
    suffix = source.suffix.lower() if source.suffix.lower() in WEIGHT_SUFFIXES else ""
    target = own_folder() / f"{name}{suffix}"
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with atomic_path(target) as temporary:
            shutil.copyfile(source, temporary)
        write_card(target, dataclasses.replace(card or ModelCard(), name=name))
    except OSError as error:
        raise WeightsError(f"The model cannot be copied to {target}: {error.strerror or error}.") from error
    return _info(name, target, "own")


def remove_model(name: str) -> None:
    """Delete one of the user's own models, its card, and what its verdict would need.

    Raises
    ------
    WeightsError
        There is no such model, it is not the user's own, or its file cannot be deleted.
    TrainingError
        It is being trained or judged.
    """
    path = _own(name)
    check_idle(_name_of(path))
    try:
        path.unlink()
        card_path(path).unlink(missing_ok=True)
        request_path(_name_of(path)).unlink(missing_ok=True)
    except OSError as error:
        raise WeightsError(f"The model {path} cannot be deleted: {error.strerror or error}.") from error


def rename_model(name: str, new_name: str) -> ModelInfo:
    """Give one of the user's own models another name.

    Raises
    ------
    WeightsError
        There is no such model, or its file cannot be renamed.
    SettingsError
        The new name is taken or not possible.
    TrainingError
        It is being trained or judged, or a model of the new name is.
    """
    path = _own(name)
    check_idle(_name_of(path))
    new_name = check_name(new_name)
    if _folded(new_name) != _folded(_name_of(path)):
        _refuse_taken(new_name)
    suffix = path.suffix if path.suffix.lower() in WEIGHT_SUFFIXES else ""
    target = path.with_name(new_name + suffix)
    card = read_card(path)
    try:
        old_card = card_path(path)
        path.rename(target)
        if old_card.is_file():
            old_card.rename(card_path(target))
        request = request_path(_name_of(path))
        if request.is_file():
            # Its verdict is still to be made.
            request.rename(request_path(new_name))
        if card is not None:
            write_card(target, dataclasses.replace(card, name=new_name))
    except OSError as error:
        raise WeightsError(f"The model {path} cannot be renamed: {error.strerror or error}.") from error
    return _info(new_name, target, "own")


def check_name(name: str) -> str:
    """Return `name` as a model may be called, in one Unicode form; letters of any script are welcome.

    Raises
    ------
    SettingsError
        The name is empty, too long, belongs to a model of the program, or cannot be a file name on every
        system.
    """
    name = unicodedata.normalize("NFC", name).strip()
    if not name:
        raise SettingsError("A model needs a name.")
    bad = sorted({char for char in name if char in FORBIDDEN or unicodedata.category(char) in ("Cc", "Cs")})
    if bad:
        raise SettingsError(f"A model's name cannot hold {' '.join(map(repr, bad))}: {name!r}.")
    if name.startswith(".") or name.endswith("."):
        raise SettingsError(f"A model's name cannot start or end with a dot: {name!r}.")
    if name.split(".")[0].rstrip().upper() in DEVICES:
        raise SettingsError(f"{name!r} is the name of a device on Windows: choose another.")
    if name.lower().endswith((*WEIGHT_SUFFIXES, ".json")):
        raise SettingsError(f"Give the name without the ending of a file: {name!r}.")
    if len(name.encode()) > MAX_NAME_BYTES:
        raise SettingsError(f"A model's name can have {MAX_NAME_BYTES} bytes at most: {name[:40]!r}...")
    if _folded(name) in {_folded(builtin) for builtin in (EMBEDDED, *PUBLISHED)}:
        raise SettingsError(f"{name!r} is a model of the program: choose another name.")
    return name


def _own(name: str) -> Path:
    if name == EMBEDDED or name in PUBLISHED:
        raise WeightsError(f"{name} is not one of your own models: it can be neither removed nor renamed.")
    path = own_file(name)
    if path is None:
        raise WeightsError(f"You have no model named {name!r} in {own_folder()}.")
    return path


def _refuse_taken(name: str) -> None:
    if _folded(name) in {_folded(other) for other in own_files()}:
        raise SettingsError(f"You already have a model named {name!r}: remove or rename it first.")
    # The model of a training is not there before its end.
    check_idle(name)


def _folded(name: str) -> str:
    """Return what two names share that one file on Windows or macOS would hold."""
    return unicodedata.normalize("NFC", name).casefold()


def _name_of(path: Path) -> str:
    stem = path.stem if path.suffix.lower() in WEIGHT_SUFFIXES else path.name
    return unicodedata.normalize("NFC", stem)


def _info(name: str, path: Path, kind: Literal["embedded", "published", "own"]) -> ModelInfo:
    try:
        size = path.stat().st_size
    except OSError:
        return ModelInfo(name, path, kind, None, None, present=False)
    return ModelInfo(name, path, kind, size, read_card(path), present=True)
