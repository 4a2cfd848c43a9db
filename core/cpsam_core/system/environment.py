"""The environment that the program is started in."""

from __future__ import annotations

import os
import re
import sys
from pathlib import PurePath


def mend_environment() -> None:
    """Set ``HOME`` and ``XDG_*_HOME`` as where they are missing, if they are empty or not absolute.

    Python, Qt and the libraries that look for a user's files would otherwise take the root of the file system or the
    current folder for the home of the user.
    """
    if sys.platform == "win32":
        return
    # By the standard of XDG, paths that are not absolute are to be ignored.
    for name in [name for name in os.environ if re.fullmatch(r"XDG_\w+_HOME", name)]:
        if not _is_absolute(name):
            del os.environ[name]
    if not _is_absolute("HOME"):
        os.environ["HOME"] = _home()


def _is_absolute(name: str) -> bool:
    return PurePath(os.environ.get(name, "")).is_absolute()


def _home() -> str:
    """Return the home that the system knows, or the root for a user that it does not know, as in a container."""
    import pwd

    try:
        return pwd.getpwuid(os.getuid()).pw_dir or os.sep
    except KeyError:
        return os.sep
