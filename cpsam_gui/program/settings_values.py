"""Values of the settings file, which anybody may edit and a crash may damage: what cannot be read is dropped."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, TypeVar

from PyQt6.QtCore import QByteArray, QSettings, QTimer

__all__ = ["keep_soon", "stored", "stored_bytes", "stored_flag", "stored_list", "stored_text"]

log = logging.getLogger(__name__)

Value = TypeVar("Value")

UNREADABLE = (TypeError, ValueError, RuntimeError, SystemError, LookupError, OverflowError, AttributeError)
"""What Qt's binding raises for values of kinds that it cannot turn into objects, and what checks of them raise."""


def keep_soon(values: Mapping[str, object]) -> None:
    """Keep values once what goes on now has been answered: Qt waits until they are on the disk, which is felt."""
    QTimer.singleShot(0, partial(_keep, dict(values)))


def _keep(values: Mapping[str, object]) -> None:
    settings = QSettings()
    for key, value in values.items():
        settings.setValue(key, value)


def stored(key: str, check: Callable[[Any], Value], default: Value) -> Value:
    """Return a value once `check` has made sense of it; drop one that makes none, with a line in the log.

    Parameters
    ----------
    key
        Where it stands.
    check
        Returns it in its type, or raises ValueError or TypeError.
    default
        What there is without it.
    """
    settings = QSettings()
    if not settings.contains(key):
        return default
    try:
        return check(settings.value(key))
    except UNREADABLE as error:
        log.warning("the setting %s cannot be read and is dropped (%s)", key, error)
        settings.remove(key)
        return default


def stored_text(key: str, default: str = "") -> str:
    """Return a text."""
    return stored(key, _text, default)


def stored_flag(key: str, default: bool) -> bool:
    """Return whether something is on."""
    return stored(key, _flag, default)


def stored_list(key: str) -> list[str]:
    """Return a list of texts; one alone is kept without a list around it."""
    return stored(key, _texts, [])


def stored_bytes(key: str) -> QByteArray | None:
    """Return what Qt packed, a state of a window for example."""
    return stored(key, _bytes, None)


def _text(value: Any) -> str:
    if not isinstance(value, (str, int, float)):
        raise TypeError(f"{type(value).__name__} is no text")
    return str(value)


def _flag(value: Any) -> bool:
    known = {"true": True, "1": True, "false": False, "0": False}.get(str(value).lower())
    if known is None:
        raise ValueError(f"{str(value)[:40]!r} is neither true nor false")
    return known


def _texts(value: Any) -> list[str]:
    if value is None or value == "":
        return []
    if isinstance(value, str):
        return [value]
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise TypeError("it is no list of texts")
    return value


def _bytes(value: Any) -> QByteArray:
    if not isinstance(value, QByteArray):
        raise TypeError(f"{type(value).__name__} is no packed state")
    return value
