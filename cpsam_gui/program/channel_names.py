"""Names of channels as the window says them: those of a file as they are, others in the user's language."""

from __future__ import annotations

import re

from cpsam_gui.program.i18n import translate

NUMBERED = re.compile(r"channel (\d+)")
"""What the engine calls a channel that has no name."""


def channel_words(name: str) -> str:
    """Return the name of a channel for a person to read."""
    numbered = NUMBERED.fullmatch(name)
    if numbered:
        return translate("channel {}").format(numbered[1])
    # A colour picture's own three.
    own = {"red": translate("red"), "green": translate("green"), "blue": translate("blue")}
    return own.get(name, name)
