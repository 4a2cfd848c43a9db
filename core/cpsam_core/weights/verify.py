"""Whether the weight files of this computer are what was published or fetched, and whether the pins are right."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from cpsam_core.errors import WeightsError
from cpsam_core.progress import Progress, silent
from cpsam_core.weights import pins
from cpsam_core.weights.folders import PUBLISHED, PUBLISHED_REPOSITORY, hub_folder, published_folders
from cpsam_core.weights.hub import endpoint, offline

__all__ = ["FileCheck", "Verdict", "verify_files", "verify_pins"]


class Verdict(Enum):
    """What a comparison came to."""

    SAME = "same"
    DIFFERS = "differs"
    UNKNOWN = "unknown"
    """There is nothing to compare with."""


@dataclass(frozen=True, slots=True)
class FileCheck:
    """One comparison.

    Attributes
    ----------
    name
        Of the model.
    place
        The file, or the address, that was looked at.
    verdict
        What came of it.
    found, expected
        SHA-256; empty where there is none.
    """

    name: str
    place: str
    verdict: Verdict
    found: str = ""
    expected: str = ""


def verify_files(names: Sequence[str] = (), progress: Progress = silent) -> tuple[FileCheck, ...]:
    """Compare the files of published and fetched models with their checksums.

    Parameters
    ----------
    names
        Of published models, or ids ``owner/repository``; empty for all that are here.
    progress
        Told of the bytes read of each file.

    Raises
    ------
    WeightsError
        A model of that name is not here, or a file cannot be read.
    """
    here = {**_published(), **_fetched()}
    absent = [name for name in names if not any(_is_of(one, name) for one in here)]
    if absent:
        raise WeightsError(
            f"{absent[0]} is not on this computer, or no model that was published or fetched; "
            f"those that are: {', '.join(here) or 'none'}."
        )
    wanted = [one for one in here if not names or any(_is_of(one, name) for name in names)]
    return tuple(_compared(name, here[name], progress) for name in wanted)


def verify_pins() -> tuple[FileCheck, ...]:
    """Compare the pinned checksums with those that Hugging Face states; no weights are fetched.

    Raises
    ------
    WeightsError
        Hugging Face is switched off or cannot be reached, or states no checksum.
    """
    from cpsam_core.weights.transfer import Remote, stated_pin

    if offline():
        raise WeightsError("Hugging Face is switched off (HF_HUB_OFFLINE).")
    found = []
    for name, pin in pins.PINS.items():
        remote = Remote(PUBLISHED_REPOSITORY, name, endpoint(), pins.REVISION)
        try:
            stated = stated_pin(remote)
        except ConnectionError as error:
            raise WeightsError(f"{error}.") from error
        verdict = Verdict.SAME if stated == pin else Verdict.DIFFERS
        found.append(FileCheck(name, remote.endpoint, verdict, stated.sha256, pin.sha256))
    return tuple(found)


def _published() -> dict[str, Path]:
    """Return the published models that are here, by name; of several copies the one that is used."""
    found: dict[str, Path] = {}
    for folder in published_folders():
        for name in PUBLISHED:
            if (folder / name).is_file():
                found.setdefault(name, folder / name)
    return found


def _fetched() -> dict[str, Path]:
    """Return the models fetched from other repositories, by ``owner/repository/file``."""
    folder = hub_folder()
    if not folder.is_dir():
        return {}
    files = [path for path in sorted(folder.rglob("*")) if path.is_file() and not path.name.startswith(".")]
    return {path.relative_to(folder).as_posix().replace("--", "/", 1): path for path in files}


def _is_of(known: str, name: str) -> bool:
    return known == name or ("/" in name and known.startswith(f"{name}/"))


def _compared(name: str, path: Path, progress: Progress) -> FileCheck:
    pin = pins.PINS.get(name)
    expected = pin.sha256 if pin is not None else pins.stored_checksum(path)
    try:
        found = pins.sha256_of(path, progress)
    except OSError as error:
        raise WeightsError(f"{path} cannot be read ({error.strerror or error}).") from error
    if expected is None:
        return FileCheck(name, str(path), Verdict.UNKNOWN, found)
    return FileCheck(name, str(path), Verdict.SAME if found == expected else Verdict.DIFFERS, found, expected)
