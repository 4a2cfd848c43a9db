"""The model card: what a network was made of, as JSON beside its weights.

A card answers, years later, which images, settings and program made a model, and how good it was.
"""

from __future__ import annotations

import contextlib
import dataclasses
import datetime
import hashlib
import importlib.metadata
import json
import logging
import math
import os
import platform
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, Literal

from cpsam_core.errors import WeightsError
from cpsam_core.system.atomic import write_bytes
from cpsam_core.system.paths import ordinary

__all__ = [
    "Aside",
    "ModelCard",
    "card_path",
    "hash_file",
    "now",
    "program_versions",
    "read_card",
    "write_card",
]

logger = logging.getLogger(__name__)

IN_3D = "ap_0.5_3d"
"""Average precision at IoU 0.5 of bodies in volumes, among the scores of a card."""
WEIGHT_SUFFIXES = (".safetensors", ".pth", ".pt")
# A card with the hashes of 100,000 images has about 10 MB.
MAX_BYTES = 16 * 2**20


@dataclasses.dataclass(frozen=True)
class Aside:
    """What was kept aside of an image: its name, and the rows and columns (top, bottom, left, right); None is all."""

    name: str
    part: tuple[int, int, int, int] | None = None


@dataclasses.dataclass(frozen=True)
class ModelCard:
    """What is known about a model.

    Attributes
    ----------
    name
        Name of the model.
    parent
        Name of the model that training started from, or None for a random start.
    architecture
        The network's configuration, as ``VitConfig.to_dict()`` gives it.
    images
        Training images: SHA-256 of the file (or of the pixels) to its name.
    learnt_before
        Images that its ancestors learnt from, as `images`; those of a model that comes with the program are left out.
    aside
        Images that this model or an ancestor was judged on, and no model of the line may learn from: SHA-256 of the
        file to what was kept aside of it.
    channels
        Names of the channels that it was taught with; empty where the images differ or nobody said.
    settings
        Training settings by name.
    losses, validation_losses
        Mean loss of each epoch.
    scores
        For each data set its measures, for example ``{"nuclei": {"ap_0.5": 0.9}}``.
    classes
        Names of the class maps, background first; empty without classes.
    versions
        Versions of the programs that trained it.
    diameter
        What the model wants where the user sets no diameter: ``"auto"`` to have the cells measured first, a number of
        pixels, or None to see the image as it is.
    licence
        What may be done with the weights.
    notes
        Anything else, in words.
    created
        When, in ISO 8601 with time zone.
    """

    name: str = ""
    parent: str | None = None
    architecture: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    images: Mapping[str, str] = dataclasses.field(default_factory=dict)
    learnt_before: Mapping[str, str] = dataclasses.field(default_factory=dict)
    aside: Mapping[str, Aside] = dataclasses.field(default_factory=dict)
    channels: tuple[str, ...] = ()
    settings: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    losses: tuple[float, ...] = ()
    validation_losses: tuple[float, ...] = ()
    scores: Mapping[str, Mapping[str, float]] = dataclasses.field(default_factory=dict)
    classes: tuple[str, ...] = ()
    versions: Mapping[str, str] = dataclasses.field(default_factory=dict)
    diameter: float | Literal["auto"] | None = None
    licence: str = ""
    notes: str = ""
    created: str = ""

    @property
    def judged_in_3d(self) -> bool:
        """Whether there is a score of a volume among its scores."""
        return any(IN_3D in measures for measures in self.scores.values())

    def to_json(self) -> str:
        """Return the card as indented JSON text; numbers that are not finite become null."""
        return json.dumps(_plain(dataclasses.asdict(self)), indent=2, ensure_ascii=False, allow_nan=False)

    @classmethod
    def from_json(cls, text: str | bytes) -> ModelCard:
        """Read a card, leaving out what this version does not know and filling in what is missing.

        Parameters
        ----------
        text
            JSON text (UTF-8 where bytes).

        Returns
        -------
        ModelCard
            Fields that are missing, or hold another type than they should, have their default.

        Raises
        ------
        WeightsError
            The text is not a JSON object, or is larger than a card can be.
        """
        if len(text) > MAX_BYTES:
            raise WeightsError(f"The model card is too large ({len(text)} bytes); it is not a model card.")
        try:
            content = json.loads(text)
        except (ValueError, RecursionError) as error:
            raise WeightsError(f"The model card is not valid JSON: {error}") from error
        if not isinstance(content, dict):
            raise WeightsError("The model card is not a JSON object.")
        return cls(**_known(content))


def _known(content: dict[str, Any]) -> dict[str, Any]:
    """Pick the fields of a card out of `content`, each only where it has the right type."""
    known: dict[str, Any] = {}
    for field in ("name", "parent", "licence", "notes", "created"):
        if isinstance(content.get(field), str):
            known[field] = content[field]
    wanted = content.get("diameter")
    if wanted == "auto" or (isinstance(wanted, int | float) and not isinstance(wanted, bool) and wanted >= 1):
        known["diameter"] = wanted
    for field in ("architecture", "settings"):
        if isinstance(content.get(field), dict):
            known[field] = content[field]
    for field in ("images", "learnt_before", "versions"):
        if isinstance(content.get(field), dict):
            known[field] = {key: value for key, value in content[field].items() if isinstance(value, str)}
    for field in ("losses", "validation_losses"):
        if isinstance(content.get(field), list):
            known[field] = tuple(_number(value) for value in content[field])
    for field in ("classes", "channels"):
        if isinstance(content.get(field), list):
            known[field] = tuple(str(value) for value in content[field])
    if isinstance(content.get("aside"), dict):
        known["aside"] = {key: aside for key, value in content["aside"].items() if (aside := _aside(value))}
    if isinstance(content.get("scores"), dict):
        known["scores"] = {
            name: {measure: _number(value) for measure, value in measures.items()}
            for name, measures in content["scores"].items()
            if isinstance(measures, dict)
        }
    return known


def _aside(value: object) -> Aside | None:
    """Return what a card says of an image kept aside; a part that makes no sense counts as the whole image."""
    if not isinstance(value, dict):
        return None
    part = value.get("part")
    box = (
        tuple(part)
        if isinstance(part, list) and len(part) == 4 and all(type(side) is int and side >= 0 for side in part)
        else None
    )
    return Aside(str(value.get("name", "")), box)


def _number(value: object) -> float:
    """Return a number; whatever is not one (null, text) is not a number."""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        with contextlib.suppress(OverflowError):
            return float(value)
    return math.nan


def _plain(value: Any) -> Any:
    """Turn paths, numpy numbers, tuples and the like into what JSON has."""
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [_plain(item) for item in value]
    # numpy scalars and arrays.
    if hasattr(value, "tolist"):
        return _plain(value.tolist())
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if value is None or isinstance(value, (bool, int, str)):
        return value
    return str(value)


def card_path(weights: str | os.PathLike[str]) -> Path:
    """Return where the card of a weight file lies: the same name, ending in ``.json``.

    Only suffixes of weight files are replaced, so that ``cells.v1`` and ``cells.v2`` have a card each.
    """
    path = Path(weights)
    stem = path.stem if path.suffix.lower() in WEIGHT_SUFFIXES else path.name
    return path.with_name(stem + ".json")


def read_card(weights: str | os.PathLike[str]) -> ModelCard | None:
    """Read the card beside a weight file.

    Returns
    -------
    ModelCard or None
        None where there is no card, or one that cannot be read: a damaged card never stops a good
        network from being used, it is only reported in the log.
    """
    path = card_path(weights)
    try:
        with ordinary(path).open("rb") as file:
            return ModelCard.from_json(file.read(MAX_BYTES + 1))
    except FileNotFoundError:
        return None
    except (OSError, WeightsError) as error:
        logger.warning("The model card %s is left out: %s", path, error)
        return None


def write_card(weights: str | os.PathLike[str], card: ModelCard) -> Path:
    """Write `card` beside a weight file in one step and return its path; OSError where that fails."""
    path = card_path(weights)
    write_bytes(path, card.to_json().encode())
    return path


def hash_file(path: str | os.PathLike[str], told: Callable[[int], object] = lambda _: None) -> str:
    """Return the SHA-256 of a file as 64 hexadecimal digits; OSError where it cannot be read.

    That of a folder, as an image in OME-Zarr is one, is made of the names and digests of the files in it. `told` is
    called with the bytes of every piece that was read; it may raise to stop.
    """
    digest = hashlib.sha256()
    if os.path.isdir(path):  # noqa: PTH112 - of what may be a string
        for one in sorted(Path(path).rglob("*")):
            if not one.is_dir():
                digest.update(f"{one.relative_to(path).as_posix()} {hash_file(one, told)}\n".encode())
        return digest.hexdigest()
    with ordinary(path).open("rb") as file:
        while chunk := file.read(2**22):
            digest.update(chunk)
            told(len(chunk))
    return digest.hexdigest()


def now() -> str:
    """Return the present time in ISO 8601 with the local time zone, to the second."""
    return datetime.datetime.now().astimezone().isoformat(timespec="seconds")


def program_versions(packages: Iterable[str] = ("cpsam-gui", "torch", "numpy", "scipy")) -> dict[str, str]:
    """Return the versions of Python and of the installed `packages`, without importing them."""
    versions = {"python": platform.python_version()}
    for package in packages:
        try:
            versions[package] = importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            logger.debug("%s is not installed as a package", package)
    return versions
