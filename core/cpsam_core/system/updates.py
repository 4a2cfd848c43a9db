"""Whether there is a newer version: asked of the package index, and only when a person said so."""

from __future__ import annotations

import json
import re
import urllib.error
import urllib.request

from cpsam_core.errors import CpsamError

INDEX = "https://pypi.org/pypi/cpsam-gui/json"
LARGEST_ANSWER_BYTES = 1 << 24
TIMEOUT_S = 10


def newest_version(url: str = INDEX) -> str:
    """Ask for the newest version that is published; nothing but the request is sent.

    Raises
    ------
    CpsamError
        There is no connection, or the answer makes no sense.
    """
    # The address is the constant above, never something that a file says.
    request = urllib.request.Request(url, headers={"User-Agent": "cpsam-gui", "Accept": "application/json"})
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT_S) as answer:
            told = json.loads(answer.read(LARGEST_ANSWER_BYTES))
        version = str(told["info"]["version"])
    except (urllib.error.URLError, TimeoutError, ConnectionError) as error:
        raise CpsamError(
            "The package index cannot be reached. Try again with a network connection."
        ) from error
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise CpsamError("The package index gave an answer that makes no sense. Try again later.") from error
    if not re.fullmatch(r"[\w.+!-]{1,64}", version):
        raise CpsamError("The package index gave an answer that makes no sense. Try again later.")
    return version


def is_newer(published: str, own: str) -> bool:
    """Whether a published version is newer than one's own; a version in development comes before its release."""
    return _rank(published) > _rank(own)


def _rank(version: str) -> tuple[tuple[int, ...], bool]:
    found = re.match(r"\d+(?:\.\d+)*", version)
    numbers = [int(part) for part in found[0].split(".")] if found else [0]
    while numbers and numbers[-1] == 0:
        numbers.pop()
    rest = version[found.end() :] if found else version
    return tuple(numbers), not re.match(r"\.?(dev|a|b|rc)", rest)
