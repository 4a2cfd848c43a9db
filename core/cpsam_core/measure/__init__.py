"""Measure objects: size, shape, place, brightness and neighbours of each, in one table."""

from __future__ import annotations

from cpsam_core.measure.catalogue import CATALOGUE, Measure, entry_of
from cpsam_core.measure.expressions import Expression, choose, parse
from cpsam_core.measure.files import can_write_parquet, export_columns, write_table
from cpsam_core.measure.measuring import measure
from cpsam_core.measure.objects import ObjectFacts, ObjectMeasurements, channel_columns
from cpsam_core.measure.recipes import GROUPS, RECIPES, Recipe, recipe_of
from cpsam_core.measure.summary import stacked, summarise, table_of
from cpsam_core.measure.updating import remeasure

__all__ = [
    "CATALOGUE",
    "GROUPS",
    "RECIPES",
    "Expression",
    "Measure",
    "ObjectFacts",
    "ObjectMeasurements",
    "Recipe",
    "can_write_parquet",
    "channel_columns",
    "choose",
    "entry_of",
    "export_columns",
    "measure",
    "parse",
    "recipe_of",
    "remeasure",
    "stacked",
    "summarise",
    "table_of",
    "write_table",
]
