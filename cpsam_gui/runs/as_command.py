"""The run of the window as a line for the terminal and as a call in Python, which give the same masks. No Qt."""

from __future__ import annotations

import shlex
import subprocess
import sys
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

from cpsam_core.preprocess.normalize import NormalizeSettings
from cpsam_core.segment.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cpsam_gui.runs.options import ModelChoice

PLACEHOLDER = "IMAGE.tif"
# On by default: the line has --no-normalize.
SWITCHES_OFF = ("normalize", "norm3D")


@dataclass(frozen=True, slots=True)
class Call:
    """Everything that a run depends on.

    Attributes
    ----------
    image
        Path of the image as text; empty for one without a file.
    model
        Which model, and where it computes.
    settings
        As they fit the image.
    time, scene
        Time point and image of the file that are open, None where it has one only.
    times
        How many time points are segmented where that is all of them, in place of `time`; else 0.
    """

    image: str
    model: ModelChoice
    settings: Settings
    time: int | None = None
    scene: int | None = None
    times: int = 0


def command_line(call: Call, platform: str = sys.platform) -> str:
    """Return the line that does the same in a terminal, quoted for the shell of the system."""
    words = ["cpsam", "segment", call.image or PLACEHOLDER, "--model", call.model.name]
    for name, value in _changed(call.settings):
        words += _option(name, value)
    for name, value in _changed(call.settings.normalize):
        words += _option(name, value)
    if call.scene is not None:
        words += ["--scene", str(call.scene)]
    if call.times:
        words.append("--all-times")
    elif call.time is not None:
        words += ["--time", str(call.time)]
    for name, chosen in (("--device", call.model.device), ("--precision", call.model.precision)):
        if chosen is not None:
            words += [name, chosen]
    return subprocess.list2cmdline(words) if platform == "win32" else shlex.join(words)


def python_call(call: Call) -> str:
    """Return lines of Python that do the same."""
    settings = [f"{name}={value!r}" for name, value in _changed(call.settings)]
    brightness = [f"{name}={value!r}" for name, value in _changed(call.settings.normalize)]
    imports = ["from cpsam_core import Segmenter, Settings", "from cpsam_core.images import read_image"]
    if brightness:
        imports.append("from cpsam_core.preprocess.normalize import NormalizeSettings")
        settings.append(f"normalize=NormalizeSettings({', '.join(brightness)})")
    model = [repr(call.model.name)]
    for name, chosen in (("device", call.model.device), ("precision", call.model.precision)):
        if chosen is not None:
            model.append(f"{name}={chosen!r}")
    reading = [repr(call.image or PLACEHOLDER)]
    if call.settings.axes is not None:
        reading.append(f"axes={call.settings.axes!r}")
    if call.scene is not None:
        reading.append(f"scene={call.scene}")
    if call.times:
        reading.append("time=time")
    elif call.time is not None:
        reading.append(f"time={call.time}")
    run = [
        f"image = read_image({', '.join(reading)})",
        f"result = segmenter.segment(image, Settings({', '.join(settings)}))",
        "labels = result.labels",
    ]
    if call.times:
        run = [f"for time in range({call.times}):", *(f"    {line}" for line in run)]
    return "\n".join((*imports, "", f"segmenter = Segmenter.load({', '.join(model)})", *run, ""))


def _changed(settings: Settings | NormalizeSettings) -> Iterator[tuple[str, Any]]:
    """Yield the fields that differ from the engine's defaults."""
    plain = type(settings)()
    for one in fields(settings):
        value = getattr(settings, one.name)
        nested = isinstance(value, NormalizeSettings)
        if not nested and value != getattr(plain, one.name):
            yield one.name, value


def _option(name: str, value: Any) -> list[str]:
    """Return one setting as words of the command line."""
    if isinstance(value, bool):
        return [f"--no-{name}" if name in SWITCHES_OFF else f"--{name}"]
    if name == "lowhigh":
        pairs = value if isinstance(value[0], tuple) else (value,)
        return [word for pair in pairs for word in ("--lowhigh", *map(_number, pair))]
    if name == "percentile":
        return ["--percentile", *map(_number, value)]
    text = ",".join(map(_number, value)) if isinstance(value, tuple) else _number(value)
    # A value that begins with a dash would be taken for an option of its own.
    return [f"--{name}={text}"] if text.startswith("-") else [f"--{name}", text]


def _number(value: Any) -> str:
    """Return a value as text that reads back as the same one."""
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return value if isinstance(value, str) else repr(value)
