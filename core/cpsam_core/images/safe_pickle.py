"""Load pickled arrays, numbers, strings and containers, and nothing else, without running what a file says.

A pickle is a program: it may call anything that can be imported. Here the only calls it can make are to the
few functions below, which check what they are given and return plain data. Not even numpy's own
reconstruction is used, since it trusts the sizes that the file states.
"""

from __future__ import annotations

import math
import pickle
import pickletools
import re
import struct
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any

import numpy as np
import numpy.typing as npt

from cpsam_core.errors import ImageError
from cpsam_core.images.files import AGAIN, opening
from cpsam_core.images.npy import read_header

__all__ = ["load_npy_object"]

DTYPE = re.compile(r"[<>=|]?(b1|f2|[iuf][48]|[iu][12]|c8|c16|O8?|[SU]\d{1,6})")
"""Element types that are plain data; no structures, no dates, no raw memory."""

PUTS = ("PUT", "BINPUT", "LONG_BINPUT")
MOST_KEPT = 1 << 22
"""Places for values that a pickle refers to again; real files have some thousands."""

BROKEN = (
    pickle.UnpicklingError,
    EOFError,
    ValueError,
    TypeError,
    AttributeError,
    IndexError,
    KeyError,
    ImportError,
    OverflowError,
    MemoryError,
    RecursionError,
    struct.error,
)
"""What a damaged or crafted pickle can raise."""


def load_npy_object(path: Path) -> Any:
    """Load the one Python object of an `.npy` file written by ``np.save(path, some_dictionary)``.

    Parameters
    ----------
    path
        File.

    Returns
    -------
    object
        Dictionaries, lists, tuples, numbers, strings and arrays only.

    Raises
    ------
    ImageError
        Not such a file, damaged, or holding anything beyond plain data; then nothing of it was run.
    """
    with opening(path), path.open("rb") as file:
        try:
            shape, dtype = read_header(file)
        except ValueError as error:
            raise ImageError(f"{path} is not a NPY file, or it is damaged at its start.") from error
        if shape != () or dtype != np.dtype(object):
            raise ImageError(f"{path} holds a plain array, not a saved segmentation.")
        try:
            start = file.tell()
            _check_memo(file)
            file.seek(start)
            loaded = _plain(_Unpickler(file, encoding="latin1").load(), {})
        except _RefusedContent as refused:
            raise ImageError(
                f"{path} was not loaded: it holds {refused}, and loading that could run code."
            ) from refused
        except BROKEN as error:
            raise ImageError(
                f"{path} is damaged or incomplete: what it holds cannot be unpacked. {AGAIN}"
            ) from error
    if isinstance(loaded, np.ndarray) and loaded.shape == ():
        return loaded.item()
    return loaded


def _check_memo(file: IO[bytes]) -> None:
    """Refuse a pickle that keeps something at a place far out: all places up to there would be allocated.

    Raises
    ------
    ValueError
        Such a place, or something that is no pickle.
    """
    for opcode, argument, _ in pickletools.genops(file):
        if opcode.name in PUTS and int(argument or 0) > MOST_KEPT:
            raise ValueError("it keeps something at a place that no real file has")


class _RefusedContent(Exception):  # noqa: N818 - carries what was refused, for the message
    """The pickle names something that is not plain data."""


class _Array:
    """Stands for an array until all of the file is read; the pickle can only hand it its state."""

    __slots__ = ("state",)

    def __init__(self) -> None:
        self.state: tuple[tuple[int, ...], np.dtype[Any], bool, Any] | None = None

    def __setstate__(self, state: Any) -> None:
        _, shape, dtype, column_order, data = state
        self.state = (_checked_shape(shape), _dtype_of(dtype), bool(column_order), data)

    def __reduce__(self) -> str:
        raise TypeError("only ever read")


class _Dtype:
    """Stands for a numpy data type: its code and its byte order."""

    __slots__ = ("code", "order")

    def __init__(self, code: str) -> None:
        self.code = code
        self.order = "="

    def __setstate__(self, state: Any) -> None:
        if state[1] not in ("<", ">", "=", "|"):
            raise ValueError("unknown byte order")
        self.order = state[1]

    def __reduce__(self) -> str:
        raise TypeError("only ever read")


class _Call:
    """What the pickle gets for the name of a function: callable, and closed to being changed."""

    __slots__ = ("_function",)

    def __init__(self, function: Callable[..., Any]) -> None:
        self._function = function

    def __call__(self, *args: Any) -> Any:
        return self._function(*args)

    def __setstate__(self, state: Any) -> None:
        raise TypeError("a function has no state")


class _Unpickler(pickle.Unpickler):
    """Resolves the names below and refuses every other."""

    def find_class(self, module: str, name: str) -> Any:
        # numpy 2 renamed numpy.core; files of both exist.
        known = _KNOWN.get((module.replace("numpy._core", "numpy.core"), name))
        if known is None:
            raise _RefusedContent(f"an object of the kind {module}.{name}"[:120])
        return known


def _checked_shape(shape: Any) -> tuple[int, ...]:
    if not isinstance(shape, tuple) or len(shape) > 16:
        raise ValueError("senseless shape")
    if not all(type(length) is int and 0 <= length < 1 << 48 for length in shape):
        raise ValueError("senseless shape")
    return shape


def _dtype_of(dtype: Any) -> np.dtype[Any]:
    if not isinstance(dtype, _Dtype):
        raise TypeError("no data type")
    order = "" if dtype.order == "|" else dtype.order
    return np.dtype(order + dtype.code)


def _make_dtype(code: Any, *_: Any) -> _Dtype:
    if not isinstance(code, str) or not DTYPE.fullmatch(code):
        raise _RefusedContent(f"values of the kind {code!r}"[:120])
    return _Dtype(code.lstrip("<>=|"))


def _make_array(kind: Any, *_: Any) -> _Array:
    if kind is not _NDARRAY:
        raise TypeError("only plain arrays")
    return _Array()


def _make_scalar(dtype: Any, data: Any = b"") -> Any:
    checked = _dtype_of(dtype)
    if checked.hasobject:
        raise _RefusedContent("an object hidden in a number")
    return _filled((), checked, False, data)[()]


def _make_bytes(text: Any, encoding: Any = "latin1") -> bytes:
    """Python 3 wrote bytes this way in the oldest protocols."""
    if not isinstance(text, str) or encoding != "latin1":
        raise ValueError("unknown encoding")
    return text.encode("latin1")


def _make_buffer_array(data: Any, dtype: Any, shape: Any, order: Any) -> npt.NDArray[Any]:
    """Arrays in protocol 5."""
    return _filled(_checked_shape(shape), _dtype_of(dtype), order == "F", bytes(data))


def _make_dict(*_: Any) -> dict[Any, Any]:
    return {}


def _make_path(*parts: Any) -> str:
    """Return a path as a string: those of another system cannot be made here."""
    return "/".join(str(part) for part in parts).replace("//", "/")


def _make_number(kind: Callable[..., Any]) -> Callable[..., Any]:
    def make(*args: Any) -> Any:
        if not all(isinstance(arg, (int, float, str)) and len(str(arg)) < 400 for arg in args):
            raise TypeError("no number")
        return kind(*args)

    return make


_NDARRAY = _Call(_make_array)

_KNOWN: dict[tuple[str, str], _Call] = {
    ("numpy", "ndarray"): _NDARRAY,
    ("numpy", "dtype"): _Call(_make_dtype),
    ("numpy.core.multiarray", "_reconstruct"): _Call(_make_array),
    ("numpy.core.multiarray", "scalar"): _Call(_make_scalar),
    ("numpy.core.numeric", "_frombuffer"): _Call(_make_buffer_array),
    ("_codecs", "encode"): _Call(_make_bytes),
    ("collections", "OrderedDict"): _Call(_make_dict),
    ("builtins", "complex"): _Call(_make_number(complex)),
    ("builtins", "int"): _Call(_make_number(int)),
    ("builtins", "float"): _Call(_make_number(float)),
    ("builtins", "bool"): _Call(_make_number(bool)),
    **{
        ("pathlib", name): _Call(_make_path)
        for name in ("PosixPath", "WindowsPath", "PurePosixPath", "PureWindowsPath", "Path")
    },
}
_KNOWN |= {("pathlib._local", name): call for (module, name), call in _KNOWN.items() if module == "pathlib"}


def _plain(thing: Any, done: dict[int, Any]) -> Any:
    """Return `thing` with arrays in place of their stand-ins; shared parts stay shared, loops are refused."""
    if isinstance(thing, (str, bytes, bytearray, int, float, complex, bool, type(None), np.generic)):
        return thing
    key = id(thing)
    if key in done:
        if done[key] is _BUSY:
            raise ValueError("an object that contains itself")
        return done[key]
    done[key] = _BUSY
    result: Any
    if isinstance(thing, _Array):
        result = _array_of(thing, done)
    elif isinstance(thing, np.ndarray):
        result = thing
    elif isinstance(thing, dict):
        result = {_plain(name, done): _plain(value, done) for name, value in thing.items()}
    elif isinstance(thing, (list, tuple, set, frozenset)):
        result = type(thing)(_plain(value, done) for value in thing)
    elif isinstance(thing, _Dtype):
        result = str(_dtype_of(thing))
    else:
        raise _RefusedContent(f"an object of the kind {type(thing).__name__}")
    done[key] = result
    return result


_BUSY = object()


def _array_of(stand_in: _Array, done: dict[int, Any]) -> npt.NDArray[Any]:
    if stand_in.state is None:
        raise ValueError("an array without content")
    shape, dtype, column_order, data = stand_in.state
    if not dtype.hasobject:
        return _filled(shape, dtype, column_order, data)
    if not isinstance(data, list) or len(data) != math.prod(shape):
        raise ValueError("an array of objects with the wrong count")
    flat = np.empty(len(data), object)
    for index, value in enumerate(data):
        flat[index] = _plain(value, done)
    return flat.reshape(shape, order="F" if column_order else "C")


def _filled(shape: tuple[int, ...], dtype: np.dtype[Any], column_order: bool, data: Any) -> npt.NDArray[Any]:
    """Return a writable array in the machine's byte order; the size must be that of the data at hand."""
    if isinstance(data, str):
        # Written by Python 2.
        data = data.encode("latin1")
    if dtype.hasobject or not isinstance(data, (bytes, bytearray)):
        raise ValueError("no raw data")
    if len(data) != math.prod(shape) * dtype.itemsize:
        raise ValueError("an array of another size than its data")
    if dtype.itemsize == 0 or len(data) == 0:
        return np.zeros(shape, dtype)
    array = np.frombuffer(data, dtype).reshape(shape, order="F" if column_order else "C")
    return array.astype(dtype.newbyteorder("="))
