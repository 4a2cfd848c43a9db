"""Tables in files, read by other libraries' own readers, and summaries of images and folders."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from cpsam_core.errors import ImageError
from cpsam_core.measure import (
    ObjectFacts,
    ObjectMeasurements,
    can_write_parquet,
    export_columns,
    measure,
    stacked,
    summarise,
    table_of,
    write_table,
)

pandas = pytest.importorskip("pandas")


def squares(*sides: int) -> NDArray[np.uint8]:
    labels = np.zeros((12, 12 * len(sides)), np.uint8)
    for place, side in enumerate(sides):
        labels[1 : 1 + side, 12 * place + 1 : 12 * place + 1 + side] = place + 1
    return labels


@pytest.fixture
def table() -> ObjectMeasurements:
    labels = squares(4, 6, 8)
    image = np.arange(labels.size, dtype=np.uint16).reshape(1, *labels.shape, 1)
    facts = ObjectFacts(
        [1, 2, 3],
        classes=["größe, rund", "b", "b"],
        flow_errors=[0.1, np.nan, 0.3],
        origins=["hand", "model", "model"],
        locked=[True, False, False],
    )
    return measure(labels, image, channels=["DAPI"], pixel_size=0.5, facts=facts)


@pytest.mark.parametrize("suffix", [".csv", ".parquet"])
def test_pandas_reads_what_was_measured(suffix: str, table: ObjectMeasurements, tmp_path: Path) -> None:
    path = tmp_path / f"table{suffix}"
    columns = export_columns(table)
    write_table(path, columns)
    read = (pandas.read_csv if suffix == ".csv" else pandas.read_parquet)(path)
    assert list(read.columns) == list(columns)
    assert read["class"].tolist() == ["größe, rund", "b", "b"]
    assert read["area"].tolist() == [16, 36, 64]
    assert read["area_um2"].tolist() == [4, 9, 16]
    assert read["flow_error"].isna().tolist() == [False, True, False]
    assert read["locked"].tolist() == [True, False, False]
    assert (read["box_y_min"].tolist(), read["box_y_max"].tolist()) == ([1, 1, 1], [4, 6, 8])
    for name in ("perimeter", "solidity", "mean_DAPI", "std_DAPI"):
        np.testing.assert_allclose(read[name], table[name], rtol=1e-7)


def test_parquet_keeps_types(table: ObjectMeasurements, tmp_path: Path) -> None:
    write_table(tmp_path / "t.parquet", table.columns)
    read = pandas.read_parquet(tmp_path / "t.parquet")
    assert read["id"].dtype == np.uint32 and read["area"].dtype == np.int64
    assert read["flow_error"].dtype == np.float32 and read["locked"].dtype == bool


def test_without_pyarrow_the_way_out_is_named(
    table: ObjectMeasurements, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert can_write_parquet()
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(ImageError, match=r"cpsam-gui\[tables\]"):
        write_table(tmp_path / "t.parquet", table.columns)
    assert list(tmp_path.iterdir()) == []


def test_other_endings_and_missing_folders_are_refused(table: ObjectMeasurements, tmp_path: Path) -> None:
    with pytest.raises(ImageError, match="none of them"):
        write_table(tmp_path / "t.xlsx", table.columns)
    for suffix in ("csv", "parquet"):
        with pytest.raises(ImageError, match="folder"):
            write_table(tmp_path / "nowhere" / f"t.{suffix}", table.columns)


def test_an_image_in_one_row(table: ObjectMeasurements) -> None:
    row = summarise(table, "a.tif")
    assert (row["image"], row["objects"]) == ("a.tif", 3)
    assert row["covered"] == pytest.approx((16 + 36 + 64) / (12 * 36))
    assert row["objects_per_mm2"] == pytest.approx(3 / (12 * 36 * 0.25) * 1e6)
    assert row["area_mean"] == pytest.approx(116 / 3)
    assert row["area_median"] == 36
    assert row["flow_error_mean"] == pytest.approx(0.2)
    assert row["locked_part"] == pytest.approx(1 / 3)
    assert (row["class_b"], row["origin_model"], row["origin_hand"]) == (2, 2, 1)
    assert not any(name.startswith(("id", "centroid")) for name in row)


def test_an_image_without_objects() -> None:
    row = summarise(measure(np.zeros((4, 4), np.uint8)))
    assert row["objects"] == row["covered"] == 0
    assert np.isnan(row["area_mean"])


def test_volumes_are_counted_by_volume() -> None:
    labels = np.repeat(squares(4)[np.newaxis], 3, axis=0)
    row = summarise(measure(labels, pixel_size=1.0, z_step=2.0))
    assert row["covered"] == pytest.approx(48 / labels.size)
    assert row["objects_per_mm3"] == pytest.approx(1 / (labels.size * 2) * 1e9)


def test_a_folder_in_one_table(table: ObjectMeasurements) -> None:
    other = measure(squares(3))
    rows = table_of([summarise(table, "a"), summarise(other, "b")])
    assert rows["image"].tolist() == ["a", "b"]
    assert rows["objects"].tolist() == [3, 1] and rows["objects"].dtype == np.int64
    assert rows["class_b"].tolist() == [2, 0]
    assert np.isnan(rows["mean_DAPI_mean"][1])


def test_objects_of_a_folder_one_below_the_other(table: ObjectMeasurements) -> None:
    other = measure(squares(3), facts=ObjectFacts([1], classes=[5]))
    everything: dict[str, Any] = stacked([("a", table.columns), ("b", other.columns)])
    assert everything["image"].tolist() == ["a", "a", "a", "b"]
    assert everything["area"].tolist() == [16, 36, 64, 9]
    assert everything["class"].tolist() == ["größe, rund", "b", "b", "5"]
    assert np.isnan(everything["mean_DAPI"][3]) and everything["origin"][3] == ""
    assert stacked([])["image"].shape == (0,)
