"""Numbers as people type them: with the separators of the window's language, as the table shows them, or with a point.

What may be meant in two ways is asked about and never guessed: in a German window 1.000 is a thousand to whoever reads
the table, and one to whoever is used to the point.
"""

from __future__ import annotations

import re

from PyQt6.QtCore import QLocale

from cpsam_core.errors import SettingsError
from cpsam_gui.program.i18n import translate

NUMBER = re.compile(r"(?<![\w.,])\d+(?:[.,]\d+)*(?:e[+-]?\d+)?(?![\w]|[.,]\d)", re.IGNORECASE)
PART_OF_LIST = re.compile(r"(?<![\w.])\d+(?:\.\d+)*(?:e[+-]?\d+)?(?![\w]|\.\d)", re.IGNORECASE)
"""A number in a list such as ``in (1, 2)``, where the comma stands between the entries."""
PLAIN = re.compile(r"\d+(?:\.\d*)?(?:e[+-]?\d+)?", re.IGNORECASE)
STRING = re.compile(r"\"[^\"]*\"|'[^']*'")
IN = re.compile(r"\bin\s*$", re.IGNORECASE)
GROUP_DIGITS = 3


class TwoReadingsError(SettingsError):
    """A number can be read in two ways; the words are in the user's language."""


def to_english(text: str) -> str:
    """Return a number that was typed into a field as Python reads it: the point and the comma both begin its decimals.

    A field shows at once how it reads a number, and shows no groups.
    """
    return text.replace(",", ".")


def in_english(expression: str) -> str:
    """Return an expression of the filter with its numbers as Python writes them.

    Raises
    ------
    TwoReadingsError
    """
    parts: list[str] = []
    inside: list[bool] = []
    start = 0
    marks = re.compile(rf"{STRING.pattern}|[()\[\]]")
    for mark in marks.finditer(expression):
        parts.append(_part(expression[start : mark.start()], any(inside)))
        if mark[0] in "([":
            inside.append(IN.search(expression[: mark.start()]) is not None)
        elif mark[0] in ")]" and inside:
            inside.pop()
        parts.append(mark[0])
        start = mark.end()
    return "".join([*parts, _part(expression[start:], any(inside))])


def _part(text: str, in_list: bool) -> str:
    return (PART_OF_LIST if in_list else NUMBER).sub(lambda found: _number(found[0]), text)


def _number(typed: str) -> str:
    own, plain = _in_language(typed), typed if PLAIN.fullmatch(typed) else None
    if own is None or plain is None:
        # What is no number in either way is for the expression to refuse.
        return own or typed
    if float(own) == float(plain):
        return plain
    raise TwoReadingsError(
        translate("{} can be read in two ways: write {} or {}.").format(
            typed, own, plain.replace(".", QLocale().decimalPoint())
        )
    )


def _in_language(typed: str) -> str | None:
    """Return a number that is written as the window's language does, as Python writes it; None for any other text."""
    group, point = map(re.escape, (QLocale().groupSeparator(), QLocale().decimalPoint()))
    whole = rf"(?:\d+|[1-9]\d{{0,2}}(?:{group}\d{{{GROUP_DIGITS}}})+)"
    if re.fullmatch(rf"{whole}(?:{point}\d*)?(?:e[+-]?\d+)?", typed, re.IGNORECASE) is None:
        return None
    return typed.replace(QLocale().groupSeparator(), "").replace(QLocale().decimalPoint(), ".")
