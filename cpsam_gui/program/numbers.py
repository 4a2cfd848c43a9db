"""Numbers as the language of the window writes them. The one place that knows its separators.

Python writes numbers as English does: ``1,354.5``. A reader of German takes the same signs the other way around, and
would read 1,354 voxels as one and a bit. So whatever the window shows goes through :func:`written`, :func:`filled` or,
for sentences that were put together where Qt is not known, :func:`in_language`. Files and the command line keep the
point. What is typed is for `typed_numbers`.

The separators are those of Qt's default locale, which is set with the language (:func:`set_language`), so that fields
for numbers show the same.
"""

from __future__ import annotations

import re
from numbers import Real
from string import Formatter
from typing import Any

from PyQt6.QtCore import QLocale

FREE = re.compile(
    r"(?<![\w.,/\\])(?:\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+\.\d+)(?:e[+-]?\d+)?(?![.,]?\w)(?!\s?\w+\.[a-z]\w{1,9}\b)",
    re.IGNORECASE,
)
"""A number with separators that stands for itself: no part of a name such as ``a1.5.tif`` or ``cells 1.5 um.tif``, nor
a version ``4.2.1``."""
VERSION = re.compile(
    r"(?:\b(?:versions?|python|(?:py)?torch|cuda|cudnn|driver|cellpose|cpsam-gui|(?:py)?qt|(?:ome-)?zarr|ngff|"
    r"numpy|opencv|kernel|linux|ubuntu|windows|macos|glibc|qupath|fiji|imagej|napari|cellprofiler)[\s(]+|\bv)"
    r"(?:\d+(?:\.\d+)+(?:,\s|\s(?:or|and|to)\s|-))*$",
    re.IGNORECASE,
)
"""What stands before a version of two parts, which looks like a decimal: ``Python 3.11``, ``version (4.2)``."""
MOST_DIGITS = 10_000
"""From here on a number of four digits would have an exponent."""
FILE = re.compile(r"[/\\]|\.[A-Za-z]\w{1,9}$")
"""What tells the name of a file from words."""


def set_language(code: str) -> None:
    """Let numbers be written as a language does, whatever the settings of the system are."""
    QLocale.setDefault(QLocale(code))


def written(value: float, form: str = ",") -> str:
    """Return a number in the user's language.

    Parameters
    ----------
    value
        The number.
    form
        How Python would write it: ``,`` for groups of thousands, ``.2f``, ``+.2f``, ``,.4g``, ``.0%``.
    """
    return with_separators(format(value, form))


def written_measure(value: float) -> str:
    """Return a measured value with four digits, and with all before the decimals where there are more: no exponent."""
    return written(value, ",.0f" if abs(value) >= MOST_DIGITS else ",.4g")


def filled(template: str, /, *values: object, **named: object) -> str:
    """Return a template with its places filled as ``str.format`` does, with numbers in the user's language."""
    return _FILLER.format(template, *values, **named)


def counted(count: int, one: str, many: str, /, *values: object) -> str:
    """Return words for a number of things: `one` where it is 1, else `many` filled with it; then come other values."""
    return filled(one if count == 1 else many, count, *values)


def in_language(text: str, before: str = "") -> str:
    """Return English words with the numbers in them in the user's language.

    Names of files and versions stay as they are. `before` is what stands before the words, which may name a version.
    """
    if FILE.search(text):
        return text

    def write(found: re.Match[str]) -> str:
        return found[0] if is_version(before + text[: found.start()]) else with_separators(found[0])

    return FREE.sub(write, text)


def is_version(before: str) -> bool:
    """Whether a number that follows these words is a version."""
    return VERSION.search(before) is not None


def with_separators(number: str) -> str:
    """Return a number that Python wrote with the separators of the user's language."""
    locale = QLocale()
    return number.translate({ord(","): locale.groupSeparator(), ord("."): locale.decimalPoint()})


class _Filler(Formatter):
    def format_field(self, value: Any, format_spec: str) -> Any:
        said = super().format_field(value, format_spec)
        return with_separators(said) if isinstance(value, Real) else said


_FILLER = _Filler()
