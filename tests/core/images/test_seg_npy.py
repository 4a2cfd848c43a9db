import io
import os
import pathlib
import pickle
import pickletools

import numpy as np
import pytest

from cpsam_core.errors import ImageError
from cpsam_core.images import SegFile, flow_picture, read_labels, read_seg, write_seg

RNG = np.random.default_rng(0)
MASKS = np.zeros((20, 30), np.uint16)
MASKS[2:8, 3:9] = 1
MASKS[10:15, 10:20] = 2
FLOWS = RNG.normal(size=(2, 20, 30)).astype(np.float32)
LOGITS = RNG.normal(size=(20, 30)).astype(np.float32)


def save(path, thing, protocol=4, replace=()):
    """Write as np.save does, with another protocol and other names of modules."""
    head = io.BytesIO()
    np.lib.format.write_array_header_1_0(head, {"descr": "|O", "fortran_order": False, "shape": ()})
    body = pickle.dumps(np.array(thing, dtype=object), protocol=protocol)
    for old, new in replace:
        body = body.replace(old, new)
    path.write_bytes(head.getvalue() + body)
    return path


def window_layout():
    return {
        "outlines": MASKS,
        "colors": np.full((2, 3), 9, np.uint8),
        "masks": MASKS,
        "filename": "/data/cells.tif",
        "flows": [
            np.zeros((1, 20, 30, 3), np.uint8),
            np.zeros((1, 20, 30), np.uint8),
            FLOWS[np.newaxis],
            LOGITS[np.newaxis],
        ],
        "ismanual": np.array([False, True]),
        "manual_changes": [["01/01/2025, 10:00:00", "added mask", [2, 3]]],
        "model_path": "cpsam",
        "flow_threshold": 0.6,
        "cellprob_threshold": np.float64(-1.5),
        "normalize_params": {"percentile": [1.0, 99.0], "invert": False},
        "restore": None,
        "ratio": 1.0,
        "diameter": np.float32(30),
    }


def command_line_layout():
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


class Call:
    """Pickles as a call, as a hostile file would hold it."""

    def __init__(self, function, *args):
        self.call = function, args

    def __reduce__(self):
        return self.call


@pytest.fixture
def trap(tmp_path):
    return tmp_path / "sprung"


def hostile_files(trap):
    make = f"__import__('os').mkdir({str(trap)!r})"
    data = window_layout()
    return {
        "os.system": data | {"filename": Call(os.system, f"mkdir {trap}")},
        "mkdir": data | {"x": Call(os.mkdir, str(trap))},
        "eval": data | {"x": [Call(eval, make)]},
        "exec in outlines": data | {"outlines": np.array([Call(exec, make), 1], dtype=object)},
        "whole file": Call(os.mkdir, str(trap)),
        "numpy": data | {"x": Call(np.fromfile, str(trap))},
        "numpy testing": data | {"x": Call(np.testing.assert_equal, 1, 1)},
        "open": data | {"x": Call(open, str(trap), "w")},
        "path": data | {"x": Call(pathlib.Path.touch, pathlib.PurePosixPath(trap))},
        "class": data | {"x": pickle.Pickler},
    }


@pytest.mark.parametrize("name", list(hostile_files(pathlib.Path("x"))))
@pytest.mark.parametrize("protocol", [2, 4])
def test_a_pickle_that_would_run_code_is_refused_and_not_run(tmp_path, trap, name, protocol):
    path = save(tmp_path / "a_seg.npy", hostile_files(trap)[name], protocol)
    with pytest.raises(
        ImageError, match=r"a_seg\.npy was not loaded: it holds an object of the kind \S+, and"
    ) as caught:
        read_seg(path)
    assert "\n" not in str(caught.value)
    assert not trap.exists()


def raw(path, *codes):
    """A file whose pickle is written by hand."""
    head = io.BytesIO()
    np.lib.format.write_array_header_1_0(head, {"descr": "|O", "fortran_order": False, "shape": ()})
    path.write_bytes(head.getvalue() + b"".join(codes))
    return path


ARRAY = b"cnumpy.core.multiarray\n_reconstruct\ncnumpy\nndarray\n(K\x00tC\x01b\x87R"
FLOAT = (
    b"cnumpy\ndtype\nX\x02\x00\x00\x00f8\x89\x88\x87R(K\x03X\x01\x00\x00\x00<NNN"
    b"J\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tb"
)
OBJECT = FLOAT.replace(b"f8", b"O8").replace(b"<", b"|")


@pytest.mark.parametrize(
    "codes",
    [
        # A shape of 2^40 elements with eight bytes of data; then with a list of one object.
        (ARRAY, b"(K\x01\x8a\x06\0\0\0\0\0\x01\x85", FLOAT, b"\x89C\x08", b"\0" * 8, b"tb."),
        (ARRAY, b"(K\x01\x8a\x06\0\0\0\0\0\x01\x85", OBJECT, b"\x89]K\x01atb."),
        # A negative length, a length that is no number, more axes than there are.
        (ARRAY, b"(K\x01J\xff\xff\xff\xff\x85", FLOAT, b"\x89C\x00tb."),
        (ARRAY, b"(K\x01N\x85", FLOAT, b"\x89C\x00tb."),
        # An object hidden behind raw bytes: a pointer of the author's choice.
        (b"cnumpy.core.multiarray\nscalar\n", OBJECT, b"C\x08", b"A" * 8, b"\x86R."),
        (ARRAY, b"(K\x01K\x01\x85", OBJECT, b"\x89C\x08", b"A" * 8, b"tb."),
        # State set on a function; attributes of one; a call of what is no function.
        (b"cnumpy.core.multiarray\nscalar\n", b"}X\x01\x00\x00\x00aK\x01sb."),
        (b"cnumpy.core.multiarray\nscalar\n", b"N}X\x0c\x00\x00\x00__defaults__K\x01s\x86b."),
        (b"cnumpy\nndarray\n)\x81."),
        (b"K\x01)R."),
        # Nothing, a half, a list in itself, ten thousand lists in each other.
        (b"",),
        (b"\x80\x04}",),
        (b"]q\x00h\x00a."),
        (b"]" * 10000 + b"a" * 9999 + b"."),
        (b"\x8e\xff\xff\xff\xff\xff\xff\xff\x7f.",),
    ],
    ids=range(15),
)
def test_crafted_pickles_are_refused(tmp_path, codes):
    path = raw(tmp_path / "a_seg.npy", *([codes] if isinstance(codes, bytes) else codes))
    with pytest.raises(ImageError) as caught:
        read_seg(path)
    assert "\n" not in str(caught.value)


def test_the_hand_written_pieces_are_sound(tmp_path):
    """The same pieces with honest sizes load, so that the test above fails for the reason it states."""
    pickletools.dis(
        b"".join([ARRAY, b"(K\x01K\x01\x85", FLOAT, b"\x89C\x08", b"\0" * 8, b"tb."]), io.StringIO()
    )
    body = [ARRAY, b"(K\x01K\x02K\x03\x86", FLOAT.replace(b"f8", b"i8"), b"\x89C\x30", b"\0" * 48, b"tb"]
    path = raw(tmp_path / "a_seg.npy", b"}X\x05\x00\x00\x00masks", *body, b"s.")
    assert read_seg(path).masks.tolist() == [[0, 0, 0], [0, 0, 0]]


@pytest.mark.parametrize("kind", ["V8", "M8[s]", [("a", "f4")], "O"])
def test_unusual_arrays(tmp_path, kind):
    array = np.zeros(2, kind)
    path = save(tmp_path / "a_seg.npy", window_layout() | {"x": array})
    if kind == "O":
        assert np.array_equal(read_seg(path).masks, MASKS)
    else:
        with pytest.raises(ImageError, match="values of the kind"):
            read_seg(path)


def test_a_cut_file_is_refused(tmp_path):
    path = tmp_path / "a_seg.npy"
    save(path, window_layout())
    data = path.read_bytes()
    for length in [0, *range(1, len(data), 101)]:
        path.write_bytes(data[:length])
        with pytest.raises(ImageError):
            read_seg(path)


@pytest.mark.parametrize(
    "thing",
    [{"a": 1}, [1, 2], "text", {"masks": [[1, 2]]}, {"masks": np.zeros((2, 3)) - 5.5}, {"outlines": []}],
)
def test_what_is_no_segmentation(tmp_path, thing):
    with pytest.raises(ImageError, match="masks"):
        read_seg(save(tmp_path / "a_seg.npy", thing))


def test_senseless_masks(tmp_path):
    for masks, words in (
        (np.full((2, 3), -7), "negative"),
        (np.full((2, 3), 2**40), "make no sense"),
        (np.zeros((2, 3, 4, 5), int), "4 axes"),
        (np.zeros((0, 3), int), "no masks"),
    ):
        with pytest.raises(ImageError, match=words):
            read_seg(save(tmp_path / "a_seg.npy", {"masks": masks}))


def test_a_plain_array_is_no_segmentation(tmp_path):
    np.save(tmp_path / "a_seg.npy", MASKS)
    with pytest.raises(ImageError, match="plain array"):
        read_seg(tmp_path / "a_seg.npy")
    (tmp_path / "b_seg.npy").write_bytes(b"nothing of the kind")
    with pytest.raises(ImageError, match="not a NPY file"):
        read_seg(tmp_path / "b_seg.npy")


def test_a_place_far_out_is_refused_before_memory_is_asked_for(tmp_path):
    """A damaged or crafted index of a kept value makes Python allocate all places up to it, tens of gigabytes."""
    header = b"\x93NUMPY\x01\x00" + (118).to_bytes(2, "little")
    header += b"{'descr': '|O', 'fortran_order': False, 'shape': (), }".ljust(117) + b"\n"
    (tmp_path / "a_seg.npy").write_bytes(header + b"\x80\x03}r\xff\xff\xff\x7f.")
    with pytest.raises(ImageError, match="cannot be unpacked"):
        read_seg(tmp_path / "a_seg.npy")


def test_whole_numbers_over_64_bits(tmp_path):
    path = tmp_path / "a_seg.npy"
    data = {"masks": np.eye(4, dtype=np.uint16), "diameter": 10**400, "flow_threshold": -(1 << 70)}
    np.save(path, np.array(data, dtype=object), allow_pickle=True)
    found = read_seg(path)
    assert found.diameter is None and found.masks.max() == 1
