"""What makes a field of the settings an option of the command line and of the panel."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any, Literal

Group = Literal["what", "watch", "numbers"]


@dataclass(frozen=True)
class Option:
    """How a field of the settings appears on the command line and in the panel.

    Attributes
    ----------
    label
        Its name in the panel; empty for what is on the command line only.
    help
        What it is, in a sentence without a full stop.
    group
        "what" is trained, "watch"ing the training, or "numbers".
    low, high
        Range; None is open.
    decimals
        Decimals that the panel shows.
    choices
        Values with their words, where it is a choice.
    absent
        What the panel shows for None.
    off
        Word for the lowest value in the panel.
    """

    label: str
    help: str
    group: Group
    low: float | None = None
    high: float | None = None
    decimals: int = 2
    choices: tuple[tuple[str, str], ...] = ()
    absent: float = 0.0
    off: str = ""


def option(
    label: str,
    help: str,  # noqa: A002 - what argparse calls it
    group: Group,
    low: float | None = None,
    high: float | None = None,
    **more: Any,
) -> dict[str, Option]:
    """Return the metadata of a field of the settings, from which the command line and the panel are built."""
    return {"option": Option(label, help, group, low, high, **more)}


def options_of(settings: type[Any]) -> dict[str, tuple[Option, type]]:
    """Return every option of a dataclass of settings by its name, in order, with its type: int, float or str."""
    found: dict[str, tuple[Option, type]] = {}
    for one in fields(settings):
        declared = one.metadata.get("option")
        if declared is not None:
            whole = "int" in str(one.type).split(" | ")
            found[one.name] = declared, str if declared.choices else int if whole else float
    return found
