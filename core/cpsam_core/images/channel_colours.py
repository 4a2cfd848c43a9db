"""The colours that channels are shown in: those of the file, else what biologists expect of a name, else a palette."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import TypeAlias

    from cpsam_core.images.image import Image

    Colour: TypeAlias = tuple[int, int, int]

__all__ = ["colour_of_name", "colours_of_file", "from_hexadecimal", "from_ome", "shown_colours"]

ALEXA = r"(?:alexa[ ._-]*(?:fluor)?[ ._-]*|(?<![a-z])af[ ._-]*)"
COLOURS_OF_NAMES: tuple[tuple[Colour, str], ...] = (
    ((255, 90, 255), rf"cy[ ._-]*5|irfp|far[ ._-]*red|draq[ ._-]*5|sir(?![a-z])|{ALEXA}6(?:33|47|60|80)"),
    ((90, 130, 255), rf"dapi|hoechst|bfp|cerulean|{ALEXA}(?:350|405)"),
    ((80, 230, 230), r"cfp"),
    ((255, 220, 80), r"yfp|venus|citrine"),
    ((80, 255, 80), rf"gfp|fitc|cy[ ._-]*2(?![0-9])|calcein|neongreen|{ALEXA}488"),
    (
        (255, 80, 80),
        rf"rfp|tritc|cy[ ._-]*3|m?cherry|tomato|scarlet|dsred|texas[ ._-]*red|rhodamine"
        rf"|{ALEXA}5(?:46|55|61|68|94)",
    ),
    (
        (255, 255, 255),
        r"bright[ ._-]*field|(?<![a-z])(?:bf|dic|ph[1-3]?|tl)(?![a-z0-9])|phase|transmi|nomarski",
    ),
)
"""Colour and pattern of names, the first that fits; infrared proteins stand before those that they are named after."""

WHITE: Colour = (255, 255, 255)
PRIMARY: tuple[Colour, ...] = ((255, 0, 0), (0, 255, 0), (0, 0, 255))

ALIKE = 130
"""Two colours whose red, green and blue differ by no more are hard to tell apart where they overlap."""


def colour_of_name(name: str) -> Colour | None:
    """Return the colour that is expected of what a channel is named after; None where the name says nothing."""
    for colour, pattern in COLOURS_OF_NAMES:
        if re.search(pattern, name.casefold()):
            return colour
    return None


def shown_colours(image: Image, palette: Sequence[Colour]) -> tuple[Colour, ...]:
    """Return a colour for each channel: its own for one of a colour picture, white for one that is alone.

    Parameters
    ----------
    image
        With the colours of its file, where that says any, and names.
    palette
        For channels of which neither says anything: by their place, unless another channel has that colour or one
        like it. Where all are taken, colours come again.
    """
    count = image.pixels.shape[-1]
    if image.is_rgb:
        return PRIMARY
    if count == 1:
        return (WHITE,)
    said = image.channel_colours if len(image.channel_colours) == count else (None,) * count
    taken: list[Colour] = [colour for colour in said if colour is not None]
    known = list(said)
    for place, name in enumerate(image.channel_names):
        colour = colour_of_name(name) if known[place] is None else None
        # Of two dyes of one colour the second takes another.
        if colour is not None and not _is_like(colour, taken):
            known[place] = colour
            taken.append(colour)
    if not taken:
        return tuple(palette[place % len(palette)] for place in range(count))
    shown = []
    for place, colour in enumerate(known):
        if colour is None:
            own = palette[place % len(palette)]
            colour = next((one for one in (own, *palette) if not _is_like(one, taken)), own)
            taken.append(colour)
        shown.append(colour)
    return tuple(shown)


def _is_like(colour: Colour, others: Sequence[Colour]) -> bool:
    return any(
        max(abs(one - other) for one, other in zip(colour, taken, strict=True)) <= ALIKE for taken in others
    )


def colours_of_file(colours: Sequence[Colour | None]) -> tuple[Colour | None, ...]:
    """Return the colours that a file gives its channels; () where it gives none, or one and the same to all.

    Programs that know no colours write white for each, and black would not be seen.
    """
    seen = tuple(colour if colour is not None and any(colour) else None for colour in colours)
    given = [colour for colour in seen if colour is not None]
    all_alike = len(given) > 1 and len(set(given)) == 1
    return seen if given and not all_alike else ()


def from_ome(text: str | None) -> Colour | None:
    """Return the colour that OME-XML writes as a signed number of red, green, blue and opacity; None for none."""
    if text is None or not re.fullmatch(r"\s*-?\d{1,10}\s*", text):
        return None
    value = int(text) & 0xFFFFFFFF
    return value >> 24, value >> 16 & 255, value >> 8 & 255


def from_hexadecimal(text: object) -> Colour | None:
    """Return the colour that OME-Zarr writes as ``RRGGBB``; None where it is none."""
    if not isinstance(text, str) or not re.fullmatch(r"#?[0-9A-Fa-f]{6}(?:[0-9A-Fa-f]{2})?", text):
        return None
    red, green, blue = bytes.fromhex(text.removeprefix("#")[:6])
    return red, green, blue
