"""Which document of an image file is meant: a scene, a time point, a layer of masks."""

from __future__ import annotations

import re
from dataclasses import dataclass

__all__ = ["WHOLE", "DocumentKey"]

_ENDING = re.compile(r"(?:_s(?P<scene>\d{2,}))?(?:_t(?P<time>\d{3,}))?(?:_layer-(?P<layer>[\w-]+))?")
_UNSAFE = re.compile(r"[^\w-]+")


@dataclass(frozen=True, slots=True)
class DocumentKey:
    """What tells the documents of one image file apart; with the path of the file it names a document.

    Attributes
    ----------
    scene
        Number of the scene (series, position), from 0; None where the file has one only.
    time
        Number of the time point, from 0; None where the file has one only, or is taken as a whole.
    layer
        Name of a layer of masks; empty for the main one.
    """

    scene: int | None = None
    time: int | None = None
    layer: str = ""

    def __post_init__(self) -> None:
        for number in (self.scene, self.time):
            if number is not None and number < 0:
                raise ValueError(f"scenes and time points are counted from 0, not {number}")

    @property
    def ending(self) -> str:
        """What names of results get between the name of the image and their own ending: ``_s01_t003``."""
        scene = "" if self.scene is None else f"_s{self.scene:02d}"
        time = "" if self.time is None else f"_t{self.time:03d}"
        layer = f"_layer-{_UNSAFE.sub('-', self.layer)}" if self.layer else ""
        return scene + time + layer

    @property
    def text(self) -> str:
        """Scene and time point in words, as messages name them; empty where there are none."""
        parts = [
            f"{name} {number}"
            for name, number in (("scene", self.scene), ("time point", self.time))
            if number is not None
        ]
        return ", ".join(parts)

    @property
    def folder(self) -> str:
        """Folder of the document inside a project file, with a slash at its end; empty for the main document."""
        return f"{self.ending[1:]}/" if self.ending else ""

    def __lt__(self, other: DocumentKey) -> bool:
        """Order by scene, time point and layer; what has none comes first."""
        return self._order < other._order

    @property
    def _order(self) -> tuple[int, int, str]:
        scene, time = (-1 if number is None else number for number in (self.scene, self.time))
        return scene, time, self.layer

    @classmethod
    def from_ending(cls, text: str) -> DocumentKey | None:
        """Return the key that :attr:`ending` writes as `text`; None for any other text."""
        found = _ENDING.fullmatch(text)
        if found is None:
            return None
        scene, time = found["scene"], found["time"]
        return cls(
            None if scene is None else int(scene), None if time is None else int(time), found["layer"] or ""
        )


WHOLE = DocumentKey()
"""The main document of a file: all of an image without scenes and time points."""
