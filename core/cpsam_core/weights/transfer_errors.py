"""What goes wrong in a transfer, told apart and said in words."""

from __future__ import annotations

import errno
from pathlib import Path

from huggingface_hub.errors import GatedRepoError, HfHubHTTPError

from cpsam_core.errors import WeightsError

FULL = {errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC)}
DISK_ERRORS = FULL | {errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOTDIR, errno.EEXIST}
# The hub library has used different HTTP packages over time; their errors are the bases of its own.
NETWORK_ERRORS: tuple[type[Exception], ...] = tuple(
    base for base in HfHubHTTPError.__mro__ if issubclass(base, Exception) and base is not Exception
)


def translated(error: Exception, file: str, target: Path) -> Exception:
    """Return the error in words for people; trouble with the disk is told from trouble with the network."""
    number = getattr(error, "errno", None)
    if number in FULL:
        return WeightsError(f"The disk is full: {file} does not fit into {target.parent}.")
    if number in DISK_ERRORS:
        reason = getattr(error, "strerror", None) or first_line(error)
        return WeightsError(
            f"{target} cannot be written ({reason}): choose another folder with CELLPOSE_LOCAL_MODELS_PATH."
        )
    return ConnectionError(
        f"the transfer broke off ({first_line(error)}); what arrived is kept, the next try goes on"
    )


def not_found(repository: str, endpoint: str, error: Exception) -> str:
    """Return why a repository is not found: it is not there, is private, or asks for an agreement."""
    if isinstance(error, GatedRepoError):
        return (
            f"{repository} asks for an agreement: accept it on {endpoint}/{repository}, then `hf auth login`."
        )
    return f"{endpoint} has no public repository {repository} (a private one needs `hf auth login`)."


def first_line(error: BaseException) -> str:
    """Return the first line of what an error says, cut to a length that can be read."""
    lines = str(error).strip().splitlines()
    return (lines[0] if lines else type(error).__name__)[:160]
