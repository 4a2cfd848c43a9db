"""`_seg.npy` of Cellpose: every layout is read, and what is written comes back."""

import pathlib

import numpy as np
import pytest

from cpsam_core.errors import ImageError
from cpsam_core.images import SegFile, flow_picture, read_labels, read_seg, write_seg
from tests.core.images.seg_files import FLOWS, LOGITS, MASKS, RNG, save, window_layout


def command_line_layout():
    """Return what its command line writes."""
    return {
        "outlines": MASKS,
        "masks": MASKS,
        "chan_choose": [0, 0],
        "ismanual": np.zeros(2, bool),
        "filename": "cells.tif",
        "flows": [
            np.zeros((1, 20, 30, 3), np.uint8),
            np.zeros((1, 20, 30), np.uint8),
            np.zeros((1, 20, 30, 3), np.uint8),
            [],
            np.concatenate([FLOWS, LOGITS[np.newaxis]]),
        ],
        "diameter": np.nan,
    }


def test_the_window_layout(tmp_path):
    seg = read_seg(save(tmp_path / "a_seg.npy", window_layout()))
    assert seg.masks.dtype == np.uint32 and np.array_equal(seg.masks, MASKS)
    assert seg.flows.dtype == np.float32 and np.array_equal(seg.flows, FLOWS)
    assert np.array_equal(seg.logits, LOGITS)
    assert seg.ismanual.tolist() == [False, True]
    assert seg.colours.tolist() == [[9, 9, 9]] * 2
    assert (seg.flow_threshold, seg.cellprob_threshold, seg.diameter) == (0.6, -1.5, 30.0)
    assert (seg.filename, seg.model_path) == ("/data/cells.tif", "cpsam")
    assert seg.normalize_params == {"percentile": [1.0, 99.0], "invert": False}
    assert seg.manual_changes[0][1] == "added mask"
    assert seg.ids.tolist() == [1, 2]


def test_the_command_line_layout(tmp_path):
    seg = read_seg(save(tmp_path / "a_seg.npy", command_line_layout()))
    assert np.array_equal(seg.masks, MASKS)
    assert np.array_equal(seg.flows, FLOWS) and np.array_equal(seg.logits, LOGITS)
    assert seg.diameter is None and seg.flow_threshold is None and seg.model_path is None


@pytest.mark.parametrize("protocol", [0, 1, 2, 3, 4, 5])
def test_every_protocol_of_numpy_1_and_2(tmp_path, protocol):
    names = [[], [(b"cnumpy._core.multiarray\n", b"cnumpy.core.multiarray\n")]]
    for replace in names[: 2 if protocol < 4 else 1]:
        for layout in (window_layout(), command_line_layout()):
            seg = read_seg(save(tmp_path / "a_seg.npy", layout, protocol, replace))
            assert np.array_equal(seg.masks, MASKS) and np.array_equal(seg.flows, FLOWS)


def test_older_and_odder_files(tmp_path):
    data = window_layout() | {
        "masks": MASKS.astype(np.int32)[np.newaxis] - 1,
        "outlines": [np.array([[1, 2], [3, 4]]), np.zeros((0, 2))],
        "filename": pathlib.PurePosixPath("/data/cells.tif"),
        "flows": [[], [], [], [], [[]]],
        "img": np.ones((20, 30), np.float64),
        "ismanual": np.zeros(7, bool),
        "model_path": 0,
        "ragged": np.array([np.zeros(2), np.zeros(3)], dtype=object),
        "text": np.array(["a", "bc"]),
        "column": np.asfortranarray(np.arange(6, dtype=">i4").reshape(2, 3)),
    }
    seg = read_seg(save(tmp_path / "a_seg.npy", data))
    assert np.array_equal(seg.masks, MASKS)
    assert seg.outlines[0].tolist() == [[1, 2], [3, 4]] and len(seg.outlines) == 2
    assert seg.flows is None and seg.logits is None and seg.ismanual is None
    assert seg.image.shape == (20, 30)
    assert seg.filename == "/data/cells.tif"


def test_flows_of_another_size_are_left_out(tmp_path):
    data = window_layout()
    data["flows"][3] = LOGITS[np.newaxis, 1:]
    assert read_seg(save(tmp_path / "a_seg.npy", data)).flows is None


def test_what_is_written_comes_back(tmp_path):
    masks = np.where(MASKS == 2, np.uint32(900), MASKS)
    seg = SegFile(
        masks,
        FLOWS,
        LOGITS,
        ismanual=np.array([True, False]),
        classes=np.array([3, 1]),
        filename="größe.tif",
        model_path="cpsam-lite",
        diameter=17.5,
        flow_threshold=0.4,
        cellprob_threshold=-1.0,
        normalize_params={"invert": True},
        manual_changes=(["today", "added mask"],),
    )
    write_seg(tmp_path / "größe_seg.npy", seg)
    back = read_seg(tmp_path / "größe_seg.npy")
    assert np.array_equal(back.masks, masks)
    assert np.array_equal(read_labels(tmp_path / "größe_seg.npy"), masks)
    assert np.array_equal(back.flows, FLOWS) and np.array_equal(back.logits, LOGITS)
    assert back.ismanual.tolist() == [True, False] and back.classes.tolist() == [3, 1]
    assert (back.filename, back.model_path, back.diameter) == ("größe.tif", "cpsam-lite", 17.5)
    assert (back.flow_threshold, back.cellprob_threshold) == (0.4, -1.0)
    assert back.normalize_params == {"percentile": [1.0, 99.0], "invert": True}
    assert back.manual_changes == (["today", "added mask"],)


def test_cellpose_finds_its_keys_and_numbers_without_gaps(tmp_path):
    write_seg(tmp_path / "a_seg.npy", SegFile(np.where(MASKS == 2, np.uint32(900), MASKS), FLOWS, LOGITS))
    data = np.load(tmp_path / "a_seg.npy", allow_pickle=True).item()
    assert data["masks"].dtype == np.uint16 and np.unique(data["masks"]).tolist() == [0, 1, 2]
    assert data["colors"].shape == (2, 3) and len(data["ismanual"]) == data["masks"].max()
    assert np.array_equal(
        data["outlines"] > 0, data["outlines"] == np.where(data["outlines"], data["masks"], -1)
    )
    assert [entry.shape for entry in data["flows"]] == [
        (1, 20, 30, 3),
        (1, 20, 30),
        (1, 2, 20, 30),
        (1, 20, 30),
    ]
    assert [entry.dtype.name for entry in data["flows"]] == ["uint8", "uint8", "float32", "float32"]
    needed = {"filename", "manual_changes", "model_path", "flow_threshold", "cellprob_threshold", "diameter"}
    assert needed | {"normalize_params", "restore", "ratio"} <= set(data)


def test_a_stack_comes_back(tmp_path):
    masks = np.stack([MASKS, MASKS, MASKS]).astype(np.uint32)
    flows = RNG.normal(size=(3, 3, 20, 30)).astype(np.float32)
    logits = RNG.normal(size=(3, 20, 30)).astype(np.float32)
    write_seg(tmp_path / "a_seg.npy", SegFile(masks, flows, logits))
    back = read_seg(tmp_path / "a_seg.npy")
    assert np.array_equal(back.masks, masks) and np.array_equal(back.flows, flows)
    assert np.array_equal(back.logits, logits)


@pytest.mark.parametrize("shape", [(1, 1), (1, 9), (9, 1)])
def test_one_row_one_column_one_pixel(tmp_path, shape):
    flows, logits = RNG.normal(size=(2, *shape)).astype(np.float32), np.zeros(shape, np.float32)
    write_seg(tmp_path / "a_seg.npy", SegFile(np.ones(shape, np.uint32), flows, logits))
    back = read_seg(tmp_path / "a_seg.npy")
    assert back.masks.shape == shape and np.array_equal(back.flows, flows)
    assert np.array_equal(back.logits, logits)


def test_no_objects_and_many(tmp_path):
    write_seg(tmp_path / "a_seg.npy", SegFile(np.zeros((4, 5), np.uint32)))
    assert read_seg(tmp_path / "a_seg.npy").ids.size == 0
    many = np.arange(70000, dtype=np.uint32).reshape(200, 350) * 3
    write_seg(tmp_path / "b_seg.npy", SegFile(many))
    assert np.array_equal(read_seg(tmp_path / "b_seg.npy").masks, many)
    assert np.load(tmp_path / "b_seg.npy", allow_pickle=True).item()["masks"].dtype == np.uint32


def test_own_numbers_count_only_while_they_fit(tmp_path):
    data = window_layout() | {"ids": np.array([5], np.uint32)}
    assert read_seg(save(tmp_path / "a_seg.npy", data)).ids.tolist() == [1, 2]
    data["ids"] = np.array([9, 4], np.uint32)
    assert read_seg(save(tmp_path / "a_seg.npy", data)).ids.tolist() == [1, 2]
    data["ids"] = np.array([4, 9], np.uint32)
    assert read_seg(save(tmp_path / "a_seg.npy", data)).ids.tolist() == [4, 9]


def test_tables_and_flows_must_fit(tmp_path):
    with pytest.raises(ImageError, match="1 entries, and there are 2 objects"):
        write_seg(tmp_path / "a_seg.npy", SegFile(MASKS.astype(np.uint32), ismanual=np.zeros(1, bool)))
    with pytest.raises(ImageError, match="differ in size"):
        write_seg(tmp_path / "a_seg.npy", SegFile(MASKS.astype(np.uint32), FLOWS[:, 1:], LOGITS[1:]))
    assert list(tmp_path.iterdir()) == []


def test_colours_of_flow_turn_with_its_direction():
    right, down, none = np.array([[0, 5, 0], [5, 0, 0]], np.float32).T
    assert flow_picture(right.reshape(2, 1)).tolist() == [[255, 0, 0]]
    assert flow_picture(none.reshape(2, 1)).tolist() == [[0, 0, 0]]
    assert flow_picture(down.reshape(2, 1)).tolist() != flow_picture(right.reshape(2, 1)).tolist()


def test_whole_numbers_over_64_bits(tmp_path):
    path = tmp_path / "a_seg.npy"
    data = {"masks": np.eye(4, dtype=np.uint16), "diameter": 10**400, "flow_threshold": -(1 << 70)}
    np.save(path, np.array(data, dtype=object), allow_pickle=True)
    found = read_seg(path)
    assert found.diameter is None and found.masks.max() == 1
