"""Measure objects: size, shape, place, brightness and neighbours of each, in one table."""

from __future__ import annotations

from .expressions import Expression, choose, parse
from .files import can_write_parquet, export_columns, write_table
from .measuring import measure
from .objects import Facts, ObjectMeasurements, channel_columns
from .summary import stacked, summarise, table_of
from .updating import remeasure

__all__ = [
    "Expression",
    "Facts",
    "ObjectMeasurements",
    "can_write_parquet",
    "channel_columns",
    "choose",
    "export_columns",
    "measure",
    "parse",
    "remeasure",
    "stacked",
    "summarise",
    "table_of",
    "write_table",
]
