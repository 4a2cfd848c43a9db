"""What the commands share: exit codes, lines and bars in the terminal, options of the device."""

from __future__ import annotations

import argparse
import logging
import re
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from contextvars import ContextVar
from typing import Any, TextIO

from cpsam_core.errors import CpsamError, SettingsError, reason
from cpsam_core.progress import Progress
from cpsam_core.system.streams import writing_output

OK, FAILED, USAGE, CANCELLED = 0, 1, 2, 130

log = logging.getLogger("cpsam")

OUR_LOGGERS = ("cpsam", "cpsam_core")

subject: ContextVar[str] = ContextVar("subject", default="")
"""What the engine works on, for its warnings: the name of a file, where a command works on several."""


class UsageError(CpsamError):
    """An option has a value that makes no sense; the exit code is that of wrong usage."""


@contextmanager
def wrong_usage(kind: type[CpsamError] = SettingsError) -> Iterator[None]:
    """Take what the engine refuses for a wrong option: while these are read, not while it works."""
    try:
        yield
    except kind as error:
        raise UsageError(str(error), options=error.options) from error


class HelpFormatter(argparse.HelpFormatter):
    """Wraps paragraphs, keeps those with indented lines (examples) as they are, and gives options room."""

    def __init__(self, prog: str) -> None:
        super().__init__(prog, max_help_position=34)

    def _fill_text(self, text: str, width: int, indent: str) -> str:
        blocks = text.split("\n\n")
        wrap = super()._fill_text
        return "\n\n".join(block if "\n " in block else wrap(block, width, indent) for block in blocks)


def add_device_options(parser: argparse.ArgumentParser) -> None:
    """Add --device and --precision, which every command that runs a network has."""
    group = parser.add_argument_group("device")
    group.add_argument(
        "--device", default=None, help="cuda, cuda:1, mps or cpu (default: the best one available)"
    )
    group.add_argument(
        "--precision",
        choices=("auto", "float32", "bfloat16", "float16"),
        default=None,
        help="default: bfloat16 where the hardware supports it, else float32",
    )


def add_pieces_option(parser: argparse.ArgumentParser) -> None:
    """Add --separate-parts, which every command that reads label images has."""
    parser.add_argument(
        "--separate-parts",
        "--separate_parts",
        dest="separate_parts",
        choices=("auto", "yes", "no"),
        default="auto",
        help="make each piece of an object of a label image an object of its own; auto: where one number stands for "
        "all objects, as in binary masks, or for all of a kind, as in semantic ones (default: auto)",
    )


def add_verbose_option(parser: argparse.ArgumentParser) -> None:
    """Add -v and --large, which may stand before the command as well as after it."""
    parser.add_argument(
        "-v",
        "--verbose",
        action="store_true",
        default=argparse.SUPPRESS,
        help="print more: device, precision, model file, what was skipped",
    )
    parser.add_argument(
        "--large",
        action="store_true",
        default=argparse.SUPPRESS,
        help="read small files that claim to hold gigabytes; otherwise they are refused as damaged or made up",
    )


def joined_smoothing(arguments: Sequence[str]) -> list[str]:
    """Make one value of the three numbers of `--flow3D_smooth 2 1 1`; a single number may be followed by an input."""
    joined = list(arguments)
    for flag in ("--flow3D_smooth", "--flow3D-smooth"):
        if flag in joined:
            start = joined.index(flag) + 1
            values = joined[start : start + 3]
            if len(values) == 3 and all(map(_is_number, values)):
                joined[start : start + 3] = [",".join(values)]
    return joined


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


@contextmanager
def terminal_progress(title: str, unit: str = "tile") -> Iterator[Progress]:
    """Show a bar on standard error while the work inside reports to the progress that this yields."""
    from tqdm import tqdm

    with tqdm(
        desc=title, unit=unit, file=sys.stderr, dynamic_ncols=True, mininterval=0.5, leave=False
    ) as bar:

        def report(done: int, total: int, note: str = "") -> None:
            bar.total = total
            bar.set_postfix_str(note, refresh=False)
            bar.update(done - bar.n)

        yield report


@contextmanager
def fetch_progress() -> Iterator[Progress]:
    """Show a bar of bytes while a model is fetched; nothing where it is here already."""
    from tqdm import tqdm

    with ExitStack() as stack:
        bars: list[Any] = []

        def report(done: int, total: int, note: str = "") -> None:
            if not bars:
                options = {"file": sys.stderr, "dynamic_ncols": True, "leave": False, "disable": None}
                bars.append(
                    stack.enter_context(tqdm(desc=note, unit="B", unit_scale=True, total=total, **options))
                )
            bars[0].update(done - bars[0].n)

        yield report


def say(text: str) -> None:
    """Write a line to standard output: what a command was asked for, and nothing else, goes there."""
    with writing_output():
        _write(text, sys.stdout)


def tell(text: str) -> None:
    """Write a line about the run to standard error, above the bars."""
    _write(f"cpsam: {text}", sys.stderr)


def describe(error: BaseException) -> str:
    """Return an error in words for the user."""
    if isinstance(error, OSError) and error.strerror:
        where = f"{error.filename}: " if error.filename else ""
        return f"{where}{error.strerror}"
    if isinstance(error, MemoryError):
        return memory_words(error)
    if isinstance(error, CpsamError):
        return _with_options(str(error), error.options)
    # torch has no kind of error of its own for it on every device.
    if "out of memory" in str(error).lower():
        return "not enough memory on the device; use a smaller batch size, or --device cpu"
    log.debug("what failed", exc_info=error)
    return f"{type(error).__name__}: {reason(error)}"


def _with_options(said: str, options: str) -> str:
    """Return what the engine said with the options that it is about, if any."""
    if not options:
        return said
    return f"{said if said.endswith('.') else f'{said}.'} Options: {options}"


def memory_words(error: MemoryError) -> str:
    """Return how much memory was needed, how much there is, and what helps."""
    from cpsam_core.system.machine import memory

    stated = re.search(r"allocate ([\d.]+ [KMGTP]iB)", str(error))
    needed = f"{stated[1]} more were needed at that moment" if stated else "more was needed than there is"
    free = memory().free
    there = "" if free is None else f", and {free / (1 << 30):.1f} GiB are free"
    return (
        f"not enough memory: {needed}{there}. Images of any size work by blocks (cpsam segment --blocks 2048); a "
        "smaller batch size, fewer channels and other programs closed help as well"
    )


def setup_logging(verbose: bool) -> None:
    """Send the log of the engine to standard error, warnings only unless `verbose`."""
    root = logging.getLogger()
    for old in [handler for handler in root.handlers if isinstance(handler, _TerminalHandler)]:
        root.removeHandler(old)
    root.addHandler(_TerminalHandler(verbose))
    for name in OUR_LOGGERS:
        logging.getLogger(name).setLevel(logging.INFO if verbose else logging.WARNING)


class _TerminalHandler(logging.Handler):
    """Writes what the engine logs as lines of this program; other libraries are heard when `verbose` only."""

    def __init__(self, verbose: bool) -> None:
        super().__init__()
        self._verbose = verbose

    def emit(self, record: logging.LogRecord) -> None:
        ours = record.name.split(".")[0] in OUR_LOGGERS
        if not ours and not self._verbose:
            # Readers of files complain there of what the engine reports as an error of its own.
            return
        level = "" if record.levelno <= logging.INFO else f"{record.levelname.lower()}: "
        about = f"{subject.get()}: " if subject.get() else ""
        tell(f"{level}{about}{_with_options(record.getMessage(), getattr(record, 'options', ''))}")


def _write(text: str, stream: TextIO) -> None:
    # Not imported for a line of text alone.
    bars = sys.modules.get("tqdm")
    if bars is not None:
        bars.tqdm.write(text, file=stream)
    else:
        stream.write(f"{text}\n")
