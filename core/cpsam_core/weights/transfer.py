"""One file over HTTP with huggingface_hub: resumed, checked, and only then given its name."""

from __future__ import annotations

import contextlib
import glob
import hashlib
import io
import logging
import os
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from huggingface_hub import HfApi, get_hf_file_metadata, get_token, hf_hub_url
from huggingface_hub.errors import (
    EntryNotFoundError,
    HFValidationError,
    RepositoryNotFoundError,
)
from huggingface_hub.file_download import HfFileMetadata, http_get
from huggingface_hub.utils import (  # type: ignore[attr-defined]
    WeakFileLock,
    are_progress_bars_disabled,
    disable_progress_bars,
    enable_progress_bars,
)

from cpsam_core.errors import WeightsError
from cpsam_core.progress import Progress, silent
from cpsam_core.system.atomic import write_bytes
from cpsam_core.system.sizes import size_in_words
from cpsam_core.weights.folders import is_web_page
from cpsam_core.weights.pins import BLOCK_BYTES, Pin, checksum_path, sha256_of
from cpsam_core.weights.transfer_errors import DISK_ERRORS, NETWORK_ERRORS, first_line, not_found, translated

logger = logging.getLogger(__name__)

TOKEN_HOST = "huggingface.co"
SHA256 = re.compile(r"[0-9a-f]{64}")
CHECKSUM = re.compile(r"[0-9a-f]{64}|[0-9a-f]{40}")
# Connections in one transfer, each good for 10 MB or more.
TRIES = 20
AGENT = {"user-agent": "cpsam-gui"}


@dataclass(frozen=True, slots=True)
class Remote:
    """A file of a repository: where it is, and what it must be where that is known.

    Attributes
    ----------
    repository, file
        ``owner/name`` and the file's path in it.
    endpoint
        Address of Hugging Face or of a mirror.
    revision
        Commit or branch; None for the newest.
    pin
        The only bytes that are taken; None where the checksum that the endpoint states has to do.
    """

    repository: str
    file: str
    endpoint: str
    revision: str | None = None
    pin: Pin | None = None


def download(remote: Remote, target: Path, progress: Progress) -> Path:
    """Fetch one file of a repository to `target`.

    Parameters
    ----------
    remote
        The file.
    target
        Final path. Missing folders are made; what arrived so far lies beside it under a hidden name.
    progress
        Told of the bytes on the disk after each block of 10 MB.

    Returns
    -------
    Path
        `target`, complete and with the right checksum.

    Raises
    ------
    ConnectionError
        Hugging Face cannot be reached, or the connection broke and could not be taken up again.
    WeightsError
        There is no such file, it is not public, it is another than the pinned one, it arrived damaged, or it cannot be
        written.
    """
    metadata = _metadata(remote)
    _refuse_other(metadata, remote)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        lock = target.parent / f".{target.name}.lock"
        with WeakFileLock(lock):
            # Else another program was faster.
            if not target.is_file() or is_web_page(target):
                _fetch_checked(metadata, target, remote, progress)
            # Under the lock: whoever waits for it, or makes a new one, finds the file.
            _remove_traces(target, lock)
        return target
    except NETWORK_ERRORS as error:
        raise translated(error, remote.file, target) from error


def stated_pin(remote: Remote) -> Pin:
    """Return size and SHA-256 of a file as the endpoint states them; errors as :func:`download`."""
    metadata = _metadata(remote)
    stated = (metadata.etag or "").lower()
    if metadata.size is None or not SHA256.fullmatch(stated):
        raise WeightsError(f"{remote.endpoint} states no SHA-256 of {remote.file}.")
    return Pin(metadata.size, stated)


def list_files(repository: str, endpoint: str) -> list[str]:
    """Return the paths of all files in a repository; errors as :func:`download`."""
    try:
        hub = HfApi(endpoint=endpoint, token=_token_for(endpoint), headers=AGENT)
        found = hub.model_info(repository, timeout=10)
        return sorted(sibling.rfilename for sibling in found.siblings or [])
    except HFValidationError as error:
        raise WeightsError(f"{repository!r} is not an id of Hugging Face.") from error
    except RepositoryNotFoundError as error:
        raise WeightsError(not_found(repository, endpoint, error)) from error
    except NETWORK_ERRORS as error:
        raise ConnectionError(f"{endpoint} cannot be reached ({first_line(error)})") from error


def _metadata(remote: Remote) -> HfFileMetadata:
    """Ask for size and checksum of a file."""
    repository, file, endpoint = remote.repository, remote.file, remote.endpoint
    try:
        url = hf_hub_url(repository, file, revision=remote.revision, endpoint=endpoint)
        return get_hf_file_metadata(url, token=_token_for(url), headers=AGENT)
    except HFValidationError as error:
        raise WeightsError(f"{repository!r} is not an id of Hugging Face.") from error
    except EntryNotFoundError as error:
        raise WeightsError(f"The repository {repository} at {endpoint} has no file {file}.") from error
    except RepositoryNotFoundError as error:
        raise WeightsError(not_found(repository, endpoint, error)) from error
    except NETWORK_ERRORS as error:
        raise ConnectionError(f"{endpoint} cannot be reached ({first_line(error)})") from error


def _refuse_other(metadata: HfFileMetadata, remote: Remote) -> None:
    """Refuse a file that is not the pinned one by what the endpoint says of it, before a gigabyte is fetched."""
    stated = (metadata.etag or "").lower()
    if remote.pin is None or not CHECKSUM.fullmatch(stated):
        return
    if stated != remote.pin.sha256 or metadata.size not in (None, remote.pin.size):
        raise WeightsError(
            f"{remote.endpoint} has another file under the name {remote.file} (SHA-256 {stated[:12]}…) than the one "
            f"that was published ({remote.pin.sha256[:12]}…): it is not fetched. Ask who runs that server, or unset "
            "HF_ENDPOINT."
        )


def _fetch_checked(metadata: HfFileMetadata, target: Path, remote: Remote, progress: Progress) -> Path:
    """Fetch what is missing, check the whole, and start over once when the resumed part was bad."""
    endpoint = remote.endpoint
    if not CHECKSUM.fullmatch((metadata.etag or "").lower()):
        raise WeightsError(
            f"{endpoint} gives no checksum for {target.name}, as a proxy or a login page does; it is not fetched."
        )
    # The checksum is part of the name, so that parts of two versions never get mixed.
    version = re.sub(r"\W", "", metadata.etag or "")[:16]
    partial = target.with_name(f".{target.name}.{version}.part")
    resumed = _size(partial) > 0
    _fetch_missing(metadata, partial, target.name, endpoint, progress)
    if not _is_intact(partial, metadata.etag) and resumed:
        logger.warning("The part of %s that was here did not fit: fetching it anew", target.name)
        partial.unlink()
        _fetch_missing(metadata, partial, target.name, endpoint, progress)
    if not _is_intact(partial, metadata.etag):
        partial.unlink()
        raise WeightsError(
            f"The weights {target.name} arrived damaged (wrong checksum) and were removed: try again later."
        )
    # A pinned file was compared with its pin before: that is its checksum.
    if remote.pin is None:
        write_bytes(checksum_path(target), sha256_of(partial).encode())
    partial.replace(target)
    return target


def _remove_traces(target: Path, lock: Path) -> None:
    """Remove the lock of a download that is complete, and parts of other versions that were never completed."""
    with contextlib.suppress(OSError):
        for part in target.parent.glob(f".{glob.escape(target.name)}.*.part"):
            part.unlink()
        # On Windows it stays: a file that is open cannot be removed there.
        lock.unlink()


def _fetch_missing(
    metadata: HfFileMetadata, partial: Path, name: str, endpoint: str, progress: Progress
) -> None:
    """Append to `partial` what it lacks; go on after broken connections as long as each try brings more."""
    if metadata.size is not None and _size(partial) > metadata.size:
        partial.unlink()
    missing = (metadata.size or 0) - _size(partial)
    free = shutil.disk_usage(partial.parent).free
    if missing > free:
        raise WeightsError(
            f"The weights {name} need {size_in_words(missing)} more, but {partial.parent} has only "
            f"{size_in_words(free)}."
        )
    for _ in range(TRIES):
        before = _size(partial)
        try:
            _append(metadata, partial, name, endpoint, progress)
            return
        except NETWORK_ERRORS as error:
            if getattr(error, "errno", None) in DISK_ERRORS or _size(partial) <= before:
                raise
            logger.warning(
                "The connection broke, going on at %d bytes (%s)", _size(partial), first_line(error)
            )
    raise ConnectionError(f"it broke {TRIES} times")


def _append(metadata: HfFileMetadata, partial: Path, name: str, endpoint: str, progress: Progress) -> None:
    """Ask once for the bytes after those that are here."""
    with _one_bar(progress), _ReportingFile(partial, metadata.size, name, progress) as file:
        http_get(
            metadata.location,
            file,
            resume_size=_size(partial),
            headers=_headers(metadata.location),
            expected_size=metadata.size,
            displayed_filename=name,
        )
        os.fsync(file.fileno())


@contextlib.contextmanager
def _one_bar(progress: Progress) -> Iterator[None]:
    """Switch off the bar that huggingface_hub draws in the terminal while somebody else shows progress."""
    if progress is silent or are_progress_bars_disabled():
        yield
        return
    disable_progress_bars()
    try:
        yield
    finally:
        enable_progress_bars()


def _size(path: Path) -> int:
    return path.stat().st_size if path.is_file() else 0


def _headers(location: str) -> dict[str, str]:
    """Return the request's headers."""
    headers = {**AGENT, "accept-encoding": "identity"}
    token = _token_for(location)
    if token:
        headers["authorization"] = f"Bearer {token}"
    return headers


def _token_for(address: str) -> str | bool:
    """Return the user's token where it may go, False elsewhere: to Hugging Face itself, and over https only.

    A mirror, and the stores that Hugging Face sends one on to, have no business with it.
    """
    parts = urlsplit(address)
    if parts.scheme == "https" and parts.hostname == TOKEN_HOST:
        return get_token() or False
    return False


class _ReportingFile(io.FileIO):
    """A file opened to append that tells how many bytes it holds, and so can be cancelled."""

    def __init__(self, path: Path, total: int | None, note: str, progress: Progress) -> None:
        super().__init__(path, "ab")
        self._total = total or 0
        self._note = note
        self._progress = progress

    def write(self, data: Any) -> int:
        """Write all of `data`, which the system may take in several pieces, and report."""
        view = memoryview(data)
        written = 0
        while written < len(view):
            written += super().write(view[written:]) or 0
        done = self.tell()
        self._progress(done, max(self._total, done), self._note)
        return written


def _is_intact(path: Path, etag: str | None) -> bool:
    """Compare with the checksum: SHA-256 of large files, git's SHA-1 of small ones; others are no checksum."""
    etag = (etag or "").lower()
    if SHA256.fullmatch(etag):
        return sha256_of(path) == etag
    if not CHECKSUM.fullmatch(etag):
        return False
    digest = hashlib.sha1(b"blob %d\0" % path.stat().st_size, usedforsecurity=False)
    with path.open("rb") as file:
        while block := file.read(BLOCK_BYTES):
            digest.update(block)
    return digest.hexdigest() == etag
