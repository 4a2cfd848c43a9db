"""What the decoders of PNG and JPEG do not tell: the numbers behind a palette, and whether a file is complete."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

__all__ = ["IndexedPng", "jpeg_is_complete", "jpeg_size", "png_as_gray", "png_size"]

PNG_START = b"\x89PNG\r\n\x1a\n"
GRAY, INDEXED = 0, 3
SCAN, END = 0xDA, 0xD9
NO_FRAME = {0xC4, 0xC8, 0xCC}
"""Markers among those of frames that are tables and an extension."""
ALONE = {0x01, *range(0xD0, 0xD9)}
"""Markers of JPEG without a length: restarts and the start."""


@dataclass(frozen=True, eq=False)
class IndexedPng:
    """A PNG of numbers that stand for colours, rewritten so that a decoder gives the numbers.

    Attributes
    ----------
    data
        The file as a gray one.
    step
        What the decoder multiplies numbers of fewer than 8 bits by.
    colours
        uint8 (n, 3), the palette.
    """

    data: bytes
    step: int
    colours: npt.NDArray[np.uint8]


def png_as_gray(data: bytes) -> IndexedPng | None:
    """Return an indexed PNG with its numbers as grays, None where `data` is no indexed PNG.

    Raises
    ------
    ValueError, struct.error
        Its chunks are damaged.
    """
    if len(data) < 26 or data[12:16] != b"IHDR" or data[25] != INDEXED:
        return None
    bits = data[24]
    if bits not in (1, 2, 4, 8):
        raise ValueError("its palette has an impossible number of bits")
    pieces, colours = [PNG_START], b""
    for kind, body in _chunks(data):
        if kind == b"IHDR":
            pieces.append(_chunk(kind, body[:9] + bytes([GRAY]) + body[10:]))
        elif kind == b"PLTE":
            colours = body
        elif kind in (b"IDAT", b"IEND"):
            pieces.append(_chunk(kind, body))
    if not colours or len(colours) % 3:
        raise ValueError("its palette is damaged")
    table = np.frombuffer(colours, np.uint8).reshape(-1, 3)
    return IndexedPng(b"".join(pieces), 255 // ((1 << bits) - 1), table)


def png_size(data: bytes) -> tuple[int, int, int]:
    """Return rows, columns and bytes a pixel that a PNG states.

    Raises
    ------
    struct.error, ValueError
        It is cut off before that, or states an impossible kind of colour.
    """
    width, height, bits, kind = struct.unpack_from(">IIBB", data, 16)
    samples = {GRAY: 1, 2: 3, INDEXED: 1, 4: 2, 6: 4}.get(kind)
    if samples is None:
        raise ValueError("its kind of colour is impossible")
    return height, width, samples * (2 if bits > 8 else 1)


def jpeg_size(data: bytes) -> tuple[int, int, int]:
    """Return rows, columns and samples a pixel that the frame header of a JPEG states; zeros without one."""
    place = 2
    while place + 10 <= len(data) and data[place] == 0xFF:
        marker = data[place + 1]
        if marker == 0xFF or marker in ALONE:
            place += 1 if marker == 0xFF else 2
            continue
        length = struct.unpack_from(">H", data, place + 2)[0]
        if 0xC0 <= marker <= 0xCF and marker not in NO_FRAME:
            height, width, samples = struct.unpack_from(">HHB", data, place + 5)
            return height, width, samples
        place += 2 + length
    return 0, 0, 0


def jpeg_is_complete(data: bytes) -> bool:
    """Whether the picture reaches its end marker; what follows it (films, depth maps) does not count."""
    place = 2
    while place + 4 <= len(data) or data[place : place + 2] == b"\xff\xd9":
        if data[place] != 0xFF:
            return False
        marker = data[place + 1]
        if marker == END:
            return True
        # 0xFF: filling.
        if marker == 0xFF or marker in ALONE:
            place += 1 if marker == 0xFF else 2
            continue
        place += 2 + struct.unpack(">H", data[place + 2 : place + 4])[0]
        if marker == SCAN:
            place = _after_scan(data, place)
    return False


def _after_scan(data: bytes, place: int) -> int:
    """Return where the next marker stands that ends the packed numbers from `place` on."""
    while True:
        place = data.find(b"\xff", place)
        if place < 0 or place + 1 >= len(data):
            return len(data)
        # A zero behind it makes it a number; restarts belong to the scan.
        if data[place + 1] not in (0, 0xFF, *range(0xD0, 0xD8)):
            return place
        place += 1 if data[place + 1] == 0xFF else 2


def _chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    place = len(PNG_START)
    while place < len(data):
        length, kind = struct.unpack(">I4s", data[place : place + 8])
        body = data[place + 8 : place + 8 + length]
        (check,) = struct.unpack(">I", data[place + 8 + length : place + 12 + length])
        if len(body) != length or check != zlib.crc32(kind + body):
            raise ValueError("a part of it is damaged")
        yield kind, body
        if kind == b"IEND":
            return
        place += 12 + length


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
