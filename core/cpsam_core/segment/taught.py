"""A model remembers the channels that it was taught with, and says so when it is run on others."""

from __future__ import annotations

from collections.abc import Sequence

from cpsam_core.data.image_input import seen_channels
from cpsam_core.images import Image

__all__ = ["channel_remark"]

BY_PLACE = (
    ("channel 1",),
    ("channel 1", "channel 2"),
    ("channel 1", "channel 2", "channel 3"),
    ("red", "green", "blue"),
)
"""Names that say no more than that the first channels are seen: gray, colour, or a few without names."""


def channel_remark(
    taught: tuple[str, ...], image: Image, chosen: Sequence[int | str] | None, most: int
) -> str:
    """Return what to say where a run shows a model other channels than it was taught with; empty where it need not.

    Parameters
    ----------
    taught
        Channels on the model's card, by name; empty where it says none.
    image
        The image.
    chosen
        Channels of the run, None for the first ones.
    most
        Channels that the network takes.

    Raises
    ------
    SettingsError
        The image has no such channel.
    """
    seen = seen_channels(image, None if chosen is None else tuple(chosen), most)
    if not taught or seen == taught or (seen in BY_PLACE and taught in BY_PLACE):
        return ""
    return (
        f"the model was taught with {_listed(taught)} and now sees {_listed(seen)}: choose the same channels, or look "
        "at the result with care"
    )


def _listed(names: tuple[str, ...]) -> str:
    return ", ".join(names[:4]) + (" and others" if len(names) > 4 else "")
