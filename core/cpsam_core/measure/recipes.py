"""Which measures a table has, under a name: recipes of this program, and those that people write themselves."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

from cpsam_core.errors import SettingsError

__all__ = ["GROUPS", "RECIPES", "Recipe", "recipe_of"]

GROUPS = ("outline", "background", "texture", "distances", "colocalisation")
"""Groups of measures beside those that every table has, in the order of their columns."""


@dataclass(frozen=True)
class Recipe:
    """What to measure beside size, shape, place, brightness and neighbours, which every table has.

    Parameters
    ----------
    groups : tuple of str
        Of `GROUPS`.
    ring_gap, ring_width : float
        Pixels between an object and the ring around it, and width of the ring.
    levels : int
        Levels of grey that textures are computed with.
    step : int
        Distance in pixels of the pairs that make a texture.
    part : float
        Part of an object's brightest pixel from which a channel counts as present, for colocalisation.

    Raises
    ------
    SettingsError
        A value makes no sense.
    """

    groups: tuple[str, ...] = ()
    ring_gap: float = 1.0
    ring_width: float = 5.0
    levels: int = 32
    step: int = 1
    part: float = 0.15

    def __post_init__(self) -> None:
        unknown = [name for name in self.groups if name not in GROUPS]
        if unknown:
            raise SettingsError(
                f"There are no measures {', '.join(unknown)}; there are {', '.join((*RECIPES, *GROUPS))}."
            )
        object.__setattr__(self, "groups", tuple(name for name in GROUPS if name in self.groups))
        if not (0 <= self.ring_gap <= 100 and 0 < self.ring_width <= 100):
            raise SettingsError("ring_gap is from 0 to 100 pixels, ring_width above 0 and up to 100.")
        if not (2 <= self.levels <= 256 and 1 <= self.step <= 100 and 0 <= self.part < 1):
            raise SettingsError(
                "levels are 2 to 256, step is 1 to 100 pixels, and part is from 0 to below 1."
            )


RECIPES: dict[str, tuple[str, ...]] = {
    "standard": (),
    "morphology": ("outline",),
    "expression": ("background",),
    "spatial": ("outline", "distances"),
    "everything": GROUPS,
}
"""Groups of each recipe of this program."""


def recipe_of(names: str | Sequence[str]) -> Recipe:
    """Return the recipe that names ask for.

    Parameters
    ----------
    names
        Recipes and groups, with commas in one text or as a list; or the path of a JSON file with the fields of
        `Recipe`.

    Raises
    ------
    SettingsError
        A name or a file is not known.
    """
    if isinstance(names, str) and names.lower().endswith(".json"):
        return _from_file(Path(names))
    parts = names.split(",") if isinstance(names, str) else names
    wanted = [part.strip() for part in parts if part.strip()]
    return Recipe(tuple(group for name in wanted for group in RECIPES.get(name, (name,))))


def _from_file(path: Path) -> Recipe:
    try:
        values: Any = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise SettingsError(f"The recipe {path} cannot be read: {error.strerror or error}.") from error
    except (ValueError, RecursionError) as error:
        raise SettingsError(f"The recipe {path} is not JSON: {error}.") from error
    known = {field.name for field in fields(Recipe)}
    if not isinstance(values, dict) or not set(values) <= known:
        raise SettingsError(
            f"A recipe is a JSON object with some of {', '.join(sorted(known))}; {path} is not."
        )
    numbers = {name: value for name, value in values.items() if name != "groups"}
    if any(isinstance(value, bool) or not isinstance(value, int | float) for value in numbers.values()):
        raise SettingsError(f"The values of the recipe {path} are numbers, but for the groups.")
    for name in ("levels", "step"):
        if name in numbers:
            numbers[name] = int(numbers[name])
    groups = values.get("groups", [])
    if not isinstance(groups, list) or not all(isinstance(name, str) for name in groups):
        raise SettingsError(f"The groups of the recipe {path} are a list of names.")
    return replace(recipe_of(groups), **numbers)
