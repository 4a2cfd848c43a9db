"""What was done on an image, when, and by whom: a list that is kept with the project. No Qt."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import asdict, dataclass
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from cpsam_gui.state.steps import Step

KEY = "log"
"""Under which it stands in the project file."""
LONGEST = 5000  # entries; the oldest go
WORDS = 200  # characters of a name
MODEL, HAND, FILE = "model", "hand", "file"
BY_MODEL = ("Segment", "Change thresholds", "Find cell")
BY_FILE = ("Import", "Saved masks", "Recover")
NO_CORRECTION = ("Accept", "Mark", "Lock", "Unlock", "Name")
"""Steps by hand that change no object, by how they begin."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that was done.

    Attributes
    ----------
    when
        In UTC, as ISO 8601 to the second.
    what
        Name of the step of the history.
    by
        ``model``, ``hand`` or ``file``.
    way
        ``done``, ``undone`` or ``redone``.
    objects
        How many objects it changed; 0 where it exchanged all.
    """

    when: str
    what: str
    by: str = HAND
    way: str = "done"
    objects: int = 0


def entry_of(step: Step, way: str) -> Entry:
    """Return what a step of the history means for the log, now."""
    now = datetime.now(timezone.utc).isoformat(timespec="seconds")
    return Entry(now, step.name[:WORDS], _who(step.name), way, len(step.records))


def _who(name: str) -> str:
    if name.startswith(BY_MODEL):
        return MODEL
    return FILE if name.startswith(BY_FILE) else HAND


def noted(foreign: Mapping[str, Any], what: str, by: str) -> dict[str, Any]:
    """Return what is kept in a project beside the masks, with one thing more in its log that was done now."""
    now = datetime.now(timezone.utc).isoformat(timespec="seconds")
    entries = [*read(foreign.get(KEY)), Entry(now, what[:WORDS], by)]
    return {**foreign, KEY: stored(entries[-LONGEST:])}


def stored(entries: Iterable[Entry]) -> list[dict[str, Any]]:
    """Return entries as plain JSON values."""
    return [asdict(entry) for entry in entries]


def read(value: Any) -> list[Entry]:
    """Return the entries in what a project file holds; whatever makes no sense there is left out."""
    if not isinstance(value, list):
        return []
    return [entry for row in value[-LONGEST:] if isinstance(row, dict) and (entry := _entry(row)) is not None]


def _entry(row: Mapping[str, Any]) -> Entry | None:
    texts = [
        row.get(name, default)
        for name, default in (("when", None), ("what", None), ("by", HAND), ("way", "done"))
    ]
    objects = row.get("objects", 0)
    if not all(isinstance(text, str) for text in texts) or not isinstance(objects, int):
        return None
    when, what, by, way = (text[:WORDS] for text in texts)
    return Entry(when, what, by, way, objects)


def corrections(entries: Iterable[Entry]) -> Mapping[str, int]:
    """Return how often each kind of correction by hand was made and not taken back."""
    counts: Counter[str] = Counter()
    for entry in entries:
        if entry.by == HAND and not entry.what.startswith(NO_CORRECTION):
            counts[_kind(entry.what)] += -1 if entry.way == "undone" else 1
    return {name: count for name, count in counts.items() if count > 0}


def _kind(name: str) -> str:
    """Return a name without its numbers: deleting 3 objects and 5 are the same kind."""
    return " ".join(word for word in name.split() if not word[0].isdigit()).removesuffix(" objects")


def write_log(path: Path, image: str, entries: Iterable[Entry]) -> None:
    """Write the log of an image as JSON, in one step.

    Raises
    ------
    ImageError
        The disk is full or writing is not permitted.
    """
    write_words(path, json.dumps({"image": image, "actions": stored(entries)}, indent=1, ensure_ascii=False))


def write_words(path: Path, text: str) -> None:
    """Write a text to a file, in one step.

    Raises
    ------
    ImageError
        The disk is full or writing is not permitted.
    """
    from cpsam_core.images.files import saving

    with saving(path) as temporary:
        temporary.write_text(text.rstrip() + "\n", encoding="utf-8")
