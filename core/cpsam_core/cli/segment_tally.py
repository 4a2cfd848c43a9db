"""What became of the images of `cpsam segment`, said line by line and summed up."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

from cpsam_core.cli.common import FAILED, OK, say, tell

if TYPE_CHECKING:
    from cpsam_core.cli.batch import ImageOutcome


class SegmentTally:
    """Counts what became of the images, says it line by line, and sums it up."""

    def __init__(self, images: int, with_diameter: bool) -> None:
        self.done = 0
        self._images = images
        self._with_diameter = with_diameter
        self._objects = 0
        self._failed: list[str] = []
        self._start = time.perf_counter()

    def add(self, outcome: ImageOutcome) -> None:
        """Take in what became of an image."""
        if outcome.failure:
            self.fail(outcome.target.image, outcome.failure, outcome.target.key.text)
            return
        self.done += 1
        self._objects += outcome.objects
        size = f" of about {outcome.diameter:.0f} pixels" if self._with_diameter else ""
        first = next(iter(outcome.target.files.values()))
        say(f"{outcome.target.image.name}: {counted(outcome.objects, 'object')}{size} -> {first}")
        for note in outcome.notes:
            tell(f"{outcome.target.image.name}: {note}")

    @property
    def failures(self) -> int:
        """How many failed so far."""
        return len(self._failed)

    def expect(self, images: int) -> None:
        """Take in how many scenes and time points there are in all files together."""
        self._images = images

    def fail(self, image: Path | None, reason: str, part: str = "") -> None:
        """Take in a failure; `reason` may name the file itself, `part` names scene and time point."""
        named = image is None or str(image) in reason
        whole = reason if named else f"{image}: {reason}"
        self._failed.append(f"{part}: {whole}" if part else whole)
        tell(f"error: {self._failed[-1]}")

    def end(self) -> int:
        """Sum up where there were several images; return the exit code."""
        if self.done > 1:
            seconds = time.perf_counter() - self._start
            tell(f"{counted(self._objects, 'object')} in {self.done} images, {seconds:.1f} s")
        if self._failed and self._images > 1:
            tell(
                "\n  ".join(
                    [f"error: {len(self._failed)} of {counted(self._images, 'image')} failed:", *self._failed]
                )
            )
        return FAILED if self._failed else OK


def counted(number: int, noun: str) -> str:
    """Return a number with its noun, in the plural but for one."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
