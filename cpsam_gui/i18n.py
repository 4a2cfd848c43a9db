"""Words for the user, in the user's language. The only place that asks Qt for translations."""

from __future__ import annotations

from PyQt6.QtCore import QCoreApplication


def translate(text: str, context: str = "cpsam-gui") -> str:
    """Return the words in the user's language; the English words where there is no translation."""
    return QCoreApplication.translate(context, text)
