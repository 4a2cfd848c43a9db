"""Measuring the objects of all images of a folder. No Qt."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from cpsam_gui.storage.parts_done import parts_done

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from cpsam_core.data.pairs import Pair
    from cpsam_core.measure import Recipe
    from cpsam_core.progress import Progress


@dataclass(frozen=True, slots=True)
class FolderTables:
    """What measuring a folder wrote, and the images that could not be measured."""

    objects: Path
    images: Path
    measured: int
    count: int
    failed: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
    """Images of which some time points or scenes have no masks."""


def measure_folder(
    folder: Path, target: Path, where: str, recipe: Recipe, progress: Progress
) -> FolderTables:
    """Measure all images of a folder that have masks: one table of objects, one with a row for each image.

    Parameters
    ----------
    folder
        Searched below, too.
    target
        Table of the objects (.csv or .parquet); that of the images gets ``_images`` behind its name.
    where
        Expression that chooses objects; empty for all.
    recipe
        What to measure beside what every table has.
    """
    from cpsam_core.data.pairs import find_pairs
    from cpsam_core.errors import CpsamError
    from cpsam_core.measure import export_columns, parse, stacked, summarise, table_of, write_table
    from cpsam_core.measure.folder import FileOptions, measure_pair

    chosen = parse(where) if where.strip() else None
    tables, rows, failed = [], [], []
    pairs = find_pairs(folder, uncorrected=True)
    for number, pair in enumerate(pairs):
        name = (pair.image.parent.relative_to(folder) / pair.name).as_posix()
        progress(number, len(pairs), name)
        try:
            table = measure_pair(pair, FileOptions(recipe=recipe))
            if chosen is not None:
                table = table.select(chosen.evaluate(table.columns))
        except CpsamError as error:
            failed.append(f"{name}: {error}")
            continue
        tables.append((name, export_columns(table)))
        rows.append(summarise(table, name))
    images = target.with_name(f"{target.stem}_images{target.suffix}")
    write_table(target, stacked(tables))
    write_table(images, table_of(rows))
    progress(len(pairs), len(pairs), "")
    count, left_out = sum(row["objects"] for row in rows), _left_out(folder, pairs)
    return FolderTables(target, images, len(rows), count, tuple(failed), left_out)


def _left_out(folder: Path, pairs: Sequence[Pair]) -> tuple[str, ...]:
    """Name the images of which some time points or scenes have no masks."""
    found = parts_done(dict.fromkeys(pair.image for pair in pairs))
    return tuple(
        f"{path.relative_to(folder).as_posix()}: {parts.left_out}"
        for path, parts in found.items()
        if parts.left_out
    )
