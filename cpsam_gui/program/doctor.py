"""The doctor: what was found on this computer, as a text to send along with a report of a problem. No Qt."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cpsam_core.doctor import Finding
    from cpsam_core.progress import Progress

MARKS = {"good": "ok", "note": "note", "problem": "PROBLEM"}


def examine(window: str, progress: Progress) -> tuple[Finding, ...]:
    """Look at this computer; `window` says on what the windows are drawn.

    Raises
    ------
    CpsamError
        A device cannot be asked.
    """
    progress(0, 1, "Looking at this computer")
    from cpsam_core.doctor import Finding, diagnose, gather

    found = diagnose(gather())
    progress(1, 1, "")
    return (*found, Finding("good", "Windows", window))


def as_text(findings: Sequence[Finding]) -> str:
    """Return findings as lines of text."""
    lines = []
    for one in findings:
        lines.append(f"[{MARKS[one.level]}] {one.title}: {one.text}")
        if one.advice:
            lines.append(f"    -> {one.advice}")
    return "\n".join(lines) + "\n"


def verdict(findings: Sequence[Finding]) -> tuple[int, int]:
    """Return how many problems there are, and how many things could be better."""
    levels = [one.level for one in findings]
    return levels.count("problem"), levels.count("note")
