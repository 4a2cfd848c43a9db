"""Measure objects: size, shape, place, brightness and neighbours of each, in one table."""

from __future__ import annotations

from .measuring import measure, remeasure
from .objects import Facts, ObjectMeasurements, channel_columns

__all__ = ["Facts", "ObjectMeasurements", "channel_columns", "measure", "remeasure"]
