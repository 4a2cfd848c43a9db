"""Ways to damage a file: cut off, bits turned, lengths made senseless, parts doubled or mixed with another file."""

from __future__ import annotations

import random
import re
import struct
import zipfile
from io import BytesIO

EXTREMES = (
    0,
    1,
    2,
    255,
    256,
    32767,
    65535,
    1 << 16,
    1 << 24,
    (1 << 31) - 1,
    1 << 31,
    (1 << 32) - 1,
    1 << 40,
    (1 << 64) - 1,
)
TEXTS = (
    b"1e999",
    b"-1",
    b"0",
    b"NaN",
    b"99999999999999999999999",
    b"null",
    b"[]",
    b"{}",
    b'"x"',
    b"true",
    b"1e-320",
)


def mutate(data: bytes, other: bytes, dice: random.Random) -> bytes:
    """Return damaged content; the same dice give the same.

    Parameters
    ----------
    data
        Content of a valid file.
    other
        Content of another file, parts of which may be mixed in.
    dice
        Decides.
    """
    if data[:2] == b"PK" and dice.random() < 0.5:
        data = _inside_zip(data, other, dice)
        if dice.random() < 0.7:
            return data
    for _ in range(dice.choice((1, 1, 1, 2, 3, 8))):
        data = dice.choice(WAYS)(data, other, dice)
    return data


def _cut(data: bytes, other: bytes, dice: random.Random) -> bytes:
    return data[: dice.randrange(len(data) + 1)]


def _bits(data: bytes, other: bytes, dice: random.Random) -> bytes:
    changed = bytearray(data)
    # Most of what decides is at the beginning or at the end.
    for _ in range(dice.choice((1, 2, 5, 40))):
        if changed:
            reach = dice.choice((64, 512, len(changed)))
            place = dice.randrange(min(reach, len(changed)))
            place = place if dice.random() < 0.7 else len(changed) - 1 - place
            changed[place] ^= 1 << dice.randrange(8)
    return bytes(changed)


def _numbers(data: bytes, other: bytes, dice: random.Random) -> bytes:
    """Put an extreme or a place inside the file where a number may stand."""
    changed = bytearray(data)
    for _ in range(dice.choice((1, 1, 2, 4))):
        size, code = dice.choice(((1, "B"), (2, "H"), (4, "I"), (8, "Q")))
        if len(changed) < size:
            continue
        place = dice.randrange(min(dice.choice((64, 400, len(changed))), len(changed) - size + 1))
        value = dice.choice((dice.choice(EXTREMES), dice.randrange(len(changed) + 1)))
        packed = struct.pack(dice.choice("<>") + code, value & ((1 << 8 * size) - 1))
        changed[place : place + size] = packed
    return bytes(changed)


def _text_numbers(data: bytes, other: bytes, dice: random.Random) -> bytes:
    """Replace numbers that are written as text, in headers and JSON."""
    found = list(re.finditer(rb"-?\d+(\.\d+)?", data[: 1 << 16]))
    if not found:
        return _bits(data, other, dice)
    one = dice.choice(found)
    return data[: one.start()] + dice.choice(TEXTS) + data[one.end() :]


def _removed(data: bytes, other: bytes, dice: random.Random) -> bytes:
    start = dice.randrange(len(data) + 1)
    return data[:start] + data[start + dice.choice((1, 2, 4, 16, 500)) :]


def _doubled(data: bytes, other: bytes, dice: random.Random) -> bytes:
    start = dice.randrange(len(data) + 1)
    part = data[start : start + dice.choice((1, 4, 12, 200, 4000))]
    return data[:start] + part * dice.choice((2, 3, 50)) + data[start:]


def _mixed(data: bytes, other: bytes, dice: random.Random) -> bytes:
    cut, start = dice.randrange(len(data) + 1), dice.randrange(len(other) + 1)
    return data[:cut] + other[start:]


def _noise(data: bytes, other: bytes, dice: random.Random) -> bytes:
    start = dice.randrange(len(data) + 1)
    noise = dice.randbytes(dice.choice((1, 8, 100, 2000)))
    return data[:start] + noise + data[start + len(noise) :]


def _nested(data: bytes, other: bytes, dice: random.Random) -> bytes:
    start = data.find(b"[")
    if start < 0:
        return _noise(data, other, dice)
    depth = dice.choice((50, 2000, 100_000))
    return data[:start] + b"[" * depth + data[start:]


WAYS = (_cut, _bits, _bits, _numbers, _numbers, _text_numbers, _removed, _doubled, _mixed, _noise, _nested)


def _inside_zip(data: bytes, other: bytes, dice: random.Random) -> bytes:
    """Damage a member and pack it again, so that its checksum is right."""
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            members = {one.filename: archive.read(one) for one in archive.infolist()}
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, ValueError):
        return data
    chosen = dice.choice(sorted(members)) if members else ""
    out = BytesIO()
    with zipfile.ZipFile(out, "w", dice.choice((zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED))) as archive:
        for name, content in members.items():
            if name == chosen:
                content = dice.choice(WAYS)(content, other, dice)
                name = dice.choice((name, name, name, "../" + name, name * 2))
            archive.writestr(name, content)
    return out.getvalue()
