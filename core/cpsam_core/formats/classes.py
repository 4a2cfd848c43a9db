"""Classes of objects: from names in files to numbers and back, and their colours."""

from __future__ import annotations

from typing import Any

import numpy as np

from cpsam_core.formats.json_files import as_list, as_text, as_whole
from cpsam_core.formats.objects import Colour, ObjectSet
from cpsam_core.images import object_colours

__all__ = ["ClassTable", "colour_of"]


def colour_of(objects: ObjectSet, number: int) -> Colour:
    """Return the colour of a class: that which it was given, else a lively one by its number."""
    given = objects.class_colours.get(number)
    if given is not None:
        return given
    red, green, blue = object_colours(np.array([number]))[0].tolist()
    return red, green, blue


class ClassTable:
    """Numbers the classes of a file in the order in which they are met, unless it states their numbers.

    Parameters
    ----------
    stated
        ``{"1": "tumour"}`` as this program writes it, anything else for none.
    """

    def __init__(self, stated: Any = None) -> None:
        self.names: dict[int, str] = {}
        self.colours: dict[int, Colour] = {}
        self._numbers: dict[str, int] = {}
        for key, name in stated.items() if isinstance(stated, dict) else ():
            if str(key).isdecimal() and int(key[:9]) > 0 and as_text(name):
                self._numbers[as_text(name)] = int(key[:9])
                self.names[int(key[:9])] = as_text(name)

    def number(self, classification: Any) -> int:
        """Return the number of a class as QuPath writes it, 0 for none."""
        if isinstance(classification, str):
            classification = {"name": classification}
        if not isinstance(classification, dict):
            return 0
        parts = [as_text(part) for part in as_list(classification.get("names"))]
        name = as_text(classification.get("name")) or ": ".join(part for part in parts if part)
        if not name:
            return 0
        if name not in self._numbers:
            self._numbers[name] = max(self.names, default=0) + 1
            self.names[self._numbers[name]] = name
        number = self._numbers[name]
        colour = _colour(classification)
        if colour is not None:
            self.colours[number] = colour
        return number


def _colour(classification: dict[str, Any]) -> Colour | None:
    """Return the colour in the form of QuPath since 0.4 (a list) or of earlier ones (one number)."""
    values = [as_whole(value) for value in as_list(classification.get("color"))]
    packed = as_whole(classification.get("colorRGB"))
    if not values and packed is not None:
        values = [packed >> 16 & 255, packed >> 8 & 255, packed & 255]
    known = [value for value in values if value is not None and 0 <= value <= 255]
    return (known[0], known[1], known[2]) if len(known) == len(values) == 3 else None
