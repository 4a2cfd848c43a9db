"""Weights from Hugging Face, or from the mirror that ``HF_ENDPOINT`` names."""

from __future__ import annotations

import logging
import os
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from cpsam_core.errors import WeightsError
from cpsam_core.progress import Progress, silent
from cpsam_core.weights import pins
from cpsam_core.weights.folders import (
    EMBEDDED,
    PUBLISHED,
    PUBLISHED_REPOSITORY,
    hub_folder,
    is_web_page,
    published_folders,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

logger = logging.getLogger(__name__)

SITE = "https://huggingface.co"
LOOPBACK = ("127.0.0.1", "localhost", "::1")
"""Hosts that are this computer: what goes to them is seen by nobody on the way."""
PREFERRED = ("model.safetensors", *PUBLISHED)
SUFFIXES = (".safetensors", ".pth", ".pt")
# No telemetry: huggingface_hub, which reads this when first imported, would else ask for more than files.
os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
TRUE = {"1", "ON", "YES", "TRUE"}


def fetch(name: str, progress: Progress = silent) -> Path:
    """Return a published weight file, downloading it where it is not on this computer.

    An interrupted download goes on where it stopped, also in another session. The file gets its name only
    after its checksum was found right: for published weights the SHA-256 that stands in :mod:`cpsam_core.weights.pins`,
    for others what Hugging Face states. A copy in the cache of huggingface_hub is used where there is one.

    Parameters
    ----------
    name
        ``cpsam_v2``, ``cpsam``, or an id ``owner/repository`` or ``owner/repository/file``.
    progress
        Told of bytes done and in all; may raise Cancelled, after which the download can be continued.

    Returns
    -------
    Path
        The weight file.

    Raises
    ------
    WeightsError
        Offline and absent, unknown to Hugging Face, damaged on the way, or the disk is full.
    """
    pin, revision = None, None
    if name in PUBLISHED:
        repository, file, pin, revision = PUBLISHED_REPOSITORY, name, pins.PINS[name], pins.REVISION
        places = [folder / name for folder in published_folders()]
    else:
        owner, project, *rest = name.split("/")
        repository, folder = f"{owner}/{project}", hub_folder() / f"{owner}--{project}"
        file = "/".join(rest) or _only_file(folder) or _choose(repository, folder)
        _refuse_upwards(file)
        places = [folder / file]
    for place in places:
        if place.is_file() and not is_web_page(place):
            _warn_of_other(place, pin)
            return place
    if cached := _cached(repository, file):
        return cached
    if offline():
        raise absent(repository, file, places, "Hugging Face is switched off (HF_HUB_OFFLINE)")
    from cpsam_core.weights.transfer import Remote, download

    logger.info("Fetching %s from %s into %s", file, repository, places[0].parent)
    try:
        return download(Remote(repository, file, endpoint(), revision, pin), places[0], progress)
    except ConnectionError as error:
        raise absent(repository, file, places, str(error)) from error


def _warn_of_other(path: Path, pin: pins.Pin | None) -> None:
    """Say where a file that somebody else put there cannot be the published one; it is used all the same."""
    if pin is not None and path.stat().st_size != pin.size:
        logger.warning(
            "%s is not the published file of that name (%d bytes instead of %d); see cpsam models verify",
            path,
            path.stat().st_size,
            pin.size,
        )


def offline() -> bool:
    """Tell whether the environment forbids Hugging Face."""
    return any(
        os.environ.get(name, "").upper() in TRUE for name in ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE")
    )


def endpoint() -> str:
    """Return the address of Hugging Face, or of the mirror that is set.

    Raises
    ------
    WeightsError
        The mirror is asked without encryption, so that anybody on the way could change the weights and their checksum.
    """
    address = (os.environ.get("HF_ENDPOINT") or SITE).rstrip("/")
    parts = urlsplit(address)
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in LOOPBACK):
        raise WeightsError(
            f"HF_ENDPOINT is {address}, and weights are fetched over https only: give an address with https."
        )
    return address


def absent(repository: str, file: str, places: Sequence[Path], reason: str) -> WeightsError:
    """Return the one message for weights that are neither here nor to be had."""
    searched = ", ".join(str(place.parent) for place in places)
    return WeightsError(
        f"The weights {file} are not on this computer and cannot be fetched: {reason}. Searched: {searched} "
        f"and the cache of Hugging Face. Go online once, or put the file {file} of {endpoint()}/{repository} "
        f"into {places[0].parent}, or use the embedded model {EMBEDDED}, which needs no download."
    )


def _cached(repository: str, file: str) -> Path | None:
    """Look into the cache that huggingface_hub shares between programs."""
    from huggingface_hub import try_to_load_from_cache
    from huggingface_hub.errors import HFValidationError

    try:
        found = try_to_load_from_cache(repository, file)
    except HFValidationError as error:
        raise WeightsError(f"{repository!r} is not an id of Hugging Face.") from error
    return Path(found) if isinstance(found, str) else None


def _only_file(folder: Path) -> str | None:
    """Return the weight file that was fetched before from a repository named without a file."""
    if not folder.is_dir():
        return None
    files = [
        path
        for path in folder.rglob("*")
        if path.is_file() and _is_weights(path.relative_to(folder).as_posix())
    ]
    return files[0].relative_to(folder).as_posix() if len(files) == 1 else None


def _choose(repository: str, folder: Path) -> str:
    """Ask Hugging Face which files a repository has and choose the weights among them."""
    if offline():
        raise absent(
            repository, "weights", [folder / "weights"], "Hugging Face is switched off (HF_HUB_OFFLINE)"
        )
    from cpsam_core.weights.transfer import list_files

    try:
        files = list_files(repository, endpoint())
    except ConnectionError as error:
        raise absent(repository, "weights", [folder / "weights"], str(error)) from error
    for preferred in PREFERRED:
        if preferred in files:
            return preferred
    candidates = [file for file in files if _is_weights(file) and PurePosixPath(file).suffix]
    if len(candidates) != 1:
        listed = ", ".join(candidates or files)[:300]
        raise WeightsError(f"Say which file of {repository} to use, as {repository}/FILE. It has: {listed}.")
    return candidates[0]


def _is_weights(file: str) -> bool:
    path = PurePosixPath(file)
    return not path.name.startswith(".") and (path.suffix.lower() in SUFFIXES or path.name in PREFERRED)


def _refuse_upwards(file: str) -> None:
    """Refuse names that would be written outside the folder of fetched models."""
    if "\\" in file or ":" in file or any(part in ("", ".", "..") for part in file.split("/")):
        raise WeightsError(f"{file!r} is not the name of a file in a repository.")
