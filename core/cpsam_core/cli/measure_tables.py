"""The files that `cpsam measure` writes: tables of objects, and one of images."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

from cpsam_core.cli.inputs import Input
from cpsam_core.cli.outputs import plan
from cpsam_core.images.tables import align_columns
from cpsam_core.measure import ObjectMeasurements, export_columns, stacked, summarise, table_of, write_table
from cpsam_core.system.paths import make_folder


class Tables(Protocol):
    """Where measurements go; `rows` has one entry for each image."""

    rows: list[dict[str, Any]]

    def add(self, number: int, name: str, table: ObjectMeasurements) -> None:
        """Take in the objects of an image, which is number `number` of the run.

        Raises
        ------
        ImageError
            Writing failed.
        """

    def finish(self) -> list[Path]:
        """Write what is left to write; return the files that hold all images.

        Raises
        ------
        ImageError
            Writing failed.
        """


def tables_for(out: Path, form: str, images: Sequence[Input]) -> Tables:
    """Return where the measurements of images go: one file where `out` names one, else files of the folder `out`.

    Raises
    ------
    ImageError
        The folder cannot be made.
    """
    return _Folder(out, form, images) if out.is_dir() or not out.suffix else _OneTable(out)


class _OneTable:
    """One table of the objects of all images, and one of the images beside it."""

    def __init__(self, path: Path) -> None:
        self.rows: list[dict[str, Any]] = []
        self._path = path
        self._parts: list[tuple[str, dict[str, Any]]] = []
        make_folder(path.parent)

    def add(self, number: int, name: str, table: ObjectMeasurements) -> None:
        self._parts.append((name, export_columns(table)))
        self.rows.append(summarise(table, name))

    def finish(self) -> list[Path]:
        images = self._path.with_stem(f"{self._path.stem}_images")
        write_table(self._path, stacked(self._parts))
        write_table(images, table_of(self.rows))
        return [self._path, images]


class _Folder:
    """A table of the objects of each image, written at once, and one of all images."""

    def __init__(self, folder: Path, form: str, images: Sequence[Input]) -> None:
        self.rows: list[dict[str, Any]] = []
        self._written: list[Path] = []
        self._summary = folder / f"images.{form}"
        targets = plan(images, folder, ["csv"])
        self._files = [target.files["csv"].with_suffix(f".{form}") for target in targets]
        make_folder(folder)

    def add(self, number: int, name: str, table: ObjectMeasurements) -> None:
        path = self._files[number]
        make_folder(path.parent)
        write_table(path, export_columns(table))
        self._written.append(path)
        self.rows.append(summarise(table, name))

    def finish(self) -> list[Path]:
        if self._summary.suffix == ".csv":
            align_columns(self._written)
        write_table(self._summary, table_of(self.rows))
        return [self._summary]
