"""`_seg.npy` that would run code, is crafted, cut or no segmentation: refused in one line, and nothing is run."""

import io
import os
import pathlib
import pickle
import pickletools

import numpy as np
import pytest

from cpsam_core.errors import ImageError
from cpsam_core.images import read_seg
from tests.core.images.seg_files import MASKS, raw, save, window_layout


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
    path = raw(tmp_path / "a_seg.npy", b"\x80\x03}r\xff\xff\xff\x7f.")
    with pytest.raises(ImageError, match="cannot be unpacked"):
        read_seg(path)
