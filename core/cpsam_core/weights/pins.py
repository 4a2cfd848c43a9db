"""The published weights by their SHA-256: what is fetched under their names is these bytes and no others.

The numbers are those that several independent public projects record for the same files of the same revision. They were
copied, not computed here: ``cpsam models verify --hub`` compares them with what Hugging Face itself states, and
``cpsam models verify`` with the files of this computer. A newer revision is fetched once its numbers stand here.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from cpsam_core.progress import Progress, silent

__all__ = ["PINS", "REVISION", "Pin", "checksum_path", "sha256_of", "stored_checksum"]

REVISION = "7c61431b5fbb078f3296754bd15d9f51b320f837"
"""Commit of the repository of the published weights that is fetched from."""

BLOCK_BYTES = 1 << 22


@dataclass(frozen=True, slots=True)
class Pin:
    """What a file must be: its size in bytes and its SHA-256 in small hexadecimal digits."""

    size: int
    sha256: str


PINS: Mapping[str, Pin] = MappingProxyType(
    {
        "cpsam_v2": Pin(1_233_586_851, "0f1cc3f7ecdd8a037a57c6c48d9d8921391be4cbce3fa9f13c3e3a2e1253c667"),
        "cpsam": Pin(1_233_587_898, "e1440429eb384f95afe32bcba6510f90d518eaedc917ede549bed6804004abe2"),
        "cpdino": Pin(1_213_987_717, "fad0dda262554922da1c5ab0e0004b00c1b14b8a48bea6781b89222567577573"),
        "cpdino-vitb": Pin(343_599_997, "3ed4c06a3963ab13ff377d4e2957174aaaf637434eb031ae9931fcbfaf9a217f"),
    }
)
"""By the name of the published model."""


def sha256_of(path: Path, progress: Progress = silent) -> str:
    """Return the SHA-256 of a file; `progress` is told of the bytes read.

    Raises
    ------
    OSError
        The file cannot be read.
    """
    digest, done, total = hashlib.sha256(), 0, path.stat().st_size
    with path.open("rb") as file:
        while block := file.read(BLOCK_BYTES):
            digest.update(block)
            done += len(block)
            progress(done, max(total, done), path.name)
    return digest.hexdigest()


def checksum_path(path: Path) -> Path:
    """Return where the checksum of a model is kept that nobody pinned, as it was when it was fetched."""
    return path.with_name(f".{path.name}.sha256")


def stored_checksum(path: Path) -> str | None:
    """Return the SHA-256 that a model had when it was fetched; None where none was kept."""
    try:
        text = checksum_path(path).read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError):
        return None
    return text if len(text) == 64 else None
