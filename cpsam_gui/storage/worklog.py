"""What was done on an image, when, and by whom: a list that is kept with the project. No Qt."""

from __future__ import annotations

import json
import time
from collections import Counter
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any

from cpsam_gui.state.steps import StepKind, StepSource

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from cpsam_gui.state.steps import Step

KEY = "log"
"""Under which it stands in the project file."""
# Entries; the oldest go.
MOST_ENTRIES = 5000
# Characters of a name.
NAME_CHARS = 200
OLD_KINDS = {
    ("Segment region",): StepKind.SEGMENT_REGION,
    ("Segment",): StepKind.SEGMENT,
    ("Change thresholds",): StepKind.THRESHOLDS,
    ("Find cell",): StepKind.FIND,
    ("Saved masks",): StepKind.LOAD,
    ("Import",): StepKind.IMPORT,
    ("Recover",): StepKind.RECOVER,
    ("Accept", "Mark", "Unmark", "Lock", "Unlock", "Name"): StepKind.MARK,
}
"""How names began in logs that did not hold the kind of a step."""


@dataclass(frozen=True, slots=True)
class LogEntry:
    """One thing that was done.

    Attributes
    ----------
    when
        In UTC, as ISO 8601 to the millisecond; older logs know seconds.
    what
        Name of the step of the history, in the language of the window.
    kind
        What the step is.
    way
        ``done``, ``undone`` or ``redone``.
    objects
        How many objects it changed; 0 where it exchanged all.
    """

    when: str
    what: str
    kind: StepKind = StepKind.EDIT
    way: str = "done"
    objects: int = 0

    @property
    def by(self) -> StepSource:
        """Who or what did it."""
        return self.kind.source


def entry_of(step: Step, way: str, when: float) -> LogEntry:
    """Return what a step of the history that was made at `when`, seconds since 1970, means for the log."""
    return LogEntry(_written(when), step.name[:NAME_CHARS], step.kind, way, len(step.records))


def _written(when: float) -> str:
    # Exactly enough that no two strokes of a hand are the same entry.
    return datetime.fromtimestamp(when, timezone.utc).isoformat(timespec="milliseconds")


def noted(foreign: Mapping[str, Any], what: str, kind: StepKind) -> dict[str, Any]:
    """Return what is kept in a project beside the masks, with one thing more in its log that was done now."""
    entries = [*read(foreign.get(KEY)), LogEntry(_written(time.time()), what[:NAME_CHARS], kind)]
    return {**foreign, KEY: stored(entries[-MOST_ENTRIES:])}


def stored(entries: Iterable[LogEntry]) -> list[dict[str, Any]]:
    """Return entries as plain JSON values."""
    return [{**asdict(entry), "kind": entry.kind.value, "by": entry.by.value} for entry in entries]


def read(value: Any) -> list[LogEntry]:
    """Return the entries in what a project file holds; whatever makes no sense there is left out."""
    if not isinstance(value, list):
        return []
    return [
        entry for row in value[-MOST_ENTRIES:] if isinstance(row, dict) and (entry := _entry(row)) is not None
    ]


def _entry(row: Mapping[str, Any]) -> LogEntry | None:
    texts = [
        row.get(name, default)
        for name, default in (("when", None), ("what", None), ("kind", ""), ("way", "done"))
    ]
    objects = row.get("objects", 0)
    if not all(isinstance(text, str) for text in texts) or not isinstance(objects, int):
        return None
    when, what, kind, way = (text[:NAME_CHARS] for text in texts)
    return LogEntry(when, what, _kind_of(kind, what), way, objects)


def _kind_of(kind: str, what: str) -> StepKind:
    """Return the kind as it is stored; in an older log, as the name tells."""
    with suppress(ValueError):
        return StepKind(kind)
    return next((known for words, known in OLD_KINDS.items() if what.startswith(words)), StepKind.EDIT)


def corrections(entries: Iterable[LogEntry]) -> Mapping[str, int]:
    """Return how often each kind of correction by hand was made and not taken back."""
    counts: Counter[str] = Counter()
    for entry in entries:
        if entry.kind is StepKind.EDIT:
            counts[_without_numbers(entry.what)] += -1 if entry.way == "undone" else 1
    return {name: count for name, count in counts.items() if count > 0}


def _without_numbers(name: str) -> str:
    """Return a name without its numbers: deleting 3 objects and 5 are the same kind."""
    return " ".join(word for word in name.split() if not word[0].isdigit()).removesuffix(" objects")


def write_log(path: Path, image: str, entries: Iterable[LogEntry]) -> None:
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
        The disk is full, writing is not permitted, or it is an image or work on one.
    """
    from cpsam_core.images.files import saving
    from cpsam_core.images.replaceable import check_replaceable
    from cpsam_core.system.file_content import Content

    check_replaceable(path, Content.VIEW)
    with saving(path) as temporary:
        temporary.write_text(text.rstrip() + "\n", encoding="utf-8")
