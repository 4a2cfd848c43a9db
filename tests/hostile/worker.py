"""A process that reads one hostile file after the other and says what became of each: a line of JSON for each line."""

from __future__ import annotations

import json
import logging
import resource
import sys
import time
import traceback
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

ADDRESSES = 6 << 30  # bytes that the process may ask for: the machine is to survive
SHAPE = (48, 56)


def readers_of(path: Path) -> list[Callable[[], Any]]:
    """Return what the program would do with a file of this name."""
    from cpsam_core.checkpoints import load_model
    from cpsam_core.formats import ReadHints, format_of, read_each
    from cpsam_core.images import can_read, read_image, read_labels
    from cpsam_core.images.project_files import read_project_file
    from cpsam_core.images.project_summary import is_corrected, read_review
    from cpsam_gui.storage.journal_format import recover
    from cpsam_gui.storage.journal_heads import image_of

    name = path.name.lower()
    if name.endswith((".safetensors", ".pth")):
        return [lambda: load_model(path)]
    if name.endswith(".journal"):
        return [lambda: recover(path), lambda: image_of(path)]
    found: list[Callable[[], Any]] = []
    if name.endswith(".cpsam"):
        maps = ("flows", "logits", "complete")
        found += [
            lambda: read_project_file(path, maps),
            lambda: read_review(path),
            lambda: is_corrected(path),
        ]
    if can_read(path):
        if not name.endswith("_seg.npy"):
            found.append(lambda: _segmentable(read_image(path)))
        found.append(lambda: read_labels(path))
    if format_of(path) is not None:
        found.append(lambda: list(read_each(path, None, ReadHints(shape=SHAPE))))
    return found


def _segmentable(image: Any) -> None:
    """Go on as far as the network would be asked."""
    from cpsam_core.preprocess.normalize import normalize, select_channels
    from cpsam_gui.tasks.opening import prepare

    if image.pixels.size < 1 << 22:
        normalize(select_channels(image.pixels, image.channel_names))
        prepare(image)


def verdict(path: Path) -> dict[str, Any]:
    """Read a file in every way; return what it cost and the first fault."""
    from cpsam_core.errors import CpsamError

    start, refused, fault = time.process_time(), 0, ""
    _forget_peak()
    before = _memory("VmRSS")
    for read in readers_of(path):
        try:
            read()
        except CpsamError as error:
            refused += 1
            if "\n" in str(error).strip() or len(str(error)) > 4000:
                fault = fault or f"a message of several lines: {str(error)[:300]!r}"
        except Exception:
            fault = fault or traceback.format_exc(limit=-6)[-1500:]
    return {
        "seconds": time.process_time() - start,
        "bytes": max(_memory("VmHWM") - before, 0),
        "refused": refused,
        "fault": fault,
    }


def _forget_peak() -> None:
    Path("/proc/self/clear_refs").write_text("5")


def _memory(key: str) -> int:
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith(key + ":"):
            return int(line.split()[1]) * 1024
    return 0


def main() -> None:
    """Read paths from standard input until it ends."""
    logging.disable(logging.CRITICAL)
    warnings.simplefilter("ignore")
    resource.setrlimit(resource.RLIMIT_AS, (ADDRESSES, ADDRESSES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    for line in sys.stdin:
        print(json.dumps(verdict(Path(line.rstrip("\n")))), flush=True)


if __name__ == "__main__":
    main()
