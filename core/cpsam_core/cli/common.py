"""What the commands share: options of the device, progress in the terminal, how failures are told."""

from __future__ import annotations

import argparse
import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from cpsam_core.progress import Progress

OK, FAILED, USAGE, CANCELLED = 0, 1, 2, 130


def add_device_options(parser: argparse.ArgumentParser) -> None:
    """Add --device and --precision, which every command that runs a network has."""
    group = parser.add_argument_group("device")
    group.add_argument("--device", default=None, help="cuda, cuda:1, mps or cpu (default: the best there is)")
    group.add_argument(
        "--precision", choices=("auto", "float32", "bfloat16", "float16"), default=None,
        help="default: bfloat16 where the hardware computes with it, else float32",
    )  # fmt: skip


@contextmanager
def terminal_progress(title: str, unit: str = "tile") -> Iterator[Progress]:
    """Show a bar on standard error while the work inside reports to the progress that this yields."""
    from tqdm import tqdm

    with tqdm(desc=title, unit=unit, file=sys.stderr, dynamic_ncols=True, mininterval=0.5, leave=False) as bar:

        def report(done: int, total: int, note: str = "") -> None:
            bar.total = total
            bar.set_postfix_str(note, refresh=False)
            bar.update(done - bar.n)

        yield report


def say(text: str) -> None:
    """Write one line to standard output: what a command was asked for, and nothing else, goes there."""
    sys.stdout.write(text + "\n")


def setup_logging(verbose: bool) -> None:
    """Send the engine's log to standard error, warnings only unless `verbose`."""
    logging.basicConfig(format="%(levelname)s: %(message)s", level=logging.WARNING, stream=sys.stderr, force=True)
    logging.getLogger("cpsam_core").setLevel(logging.INFO if verbose else logging.WARNING)
