"""The `cpsam` command: one module for each subcommand.

`cpsam --help` stays instant: the modules import the engine only where they run, and only the parser of the command
that was called is filled in.
"""

from __future__ import annotations

import argparse
import importlib
import logging
import sys
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext

from cpsam_core import __version__
from cpsam_core.cli.common import (
    CANCELLED,
    FAILED,
    OK,
    USAGE,
    HelpFormatter,
    UsageError,
    add_verbose_option,
    describe,
    joined_smoothing,
    setup_logging,
)
from cpsam_core.errors import CpsamError
from cpsam_core.progress import Cancelled
from cpsam_core.system.arguments import ArgumentParser
from cpsam_core.system.ending import ending_in_order
from cpsam_core.system.environment import mend_environment
from cpsam_core.system.paths import check_current_folder
from cpsam_core.system.streams import drop_output, make_printable, writing_output

COMMANDS = ("segment", "evaluate", "convert", "measure", "train", "retrain", "models", "info")

EXAMPLES = """Examples:
  cpsam segment --demo --out results
  cpsam segment images --out results --save tif,csv,overlay
  cpsam evaluate true_masks results
  cpsam retrain corrected --promote better
  cpsam COMMAND --help

Exit codes: 0 done, 1 failed (for some images at least), 2 wrong usage, 130 cancelled."""

log = logging.getLogger("cpsam")


def main(argv: Sequence[str] | None = None) -> int:
    """Run `cpsam` and return its exit code: 0 done, 1 failed, 2 wrong usage, 130 cancelled."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    make_printable()
    mend_environment()
    setup_logging(verbose=False)
    try:
        check_current_folder()
        args = _parser(arguments).parse_args(joined_smoothing(arguments))
        setup_logging(getattr(args, "verbose", False))
        with ending_in_order(), _allowing(getattr(args, "large", False)):
            code: int = args.run(args)
        # Here, where a reader that has gone is still noticed.
        with writing_output():
            sys.stdout.flush()
    except SystemExit as stop:
        # argparse: 0 after --help, 2 for wrong usage.
        return stop.code if isinstance(stop.code, int) else OK
    except BrokenPipeError:
        # Whoever read our output has gone (`cpsam models list | head -1`); nothing is left to say to them.
        drop_output()
        return FAILED
    except (CpsamError, OSError, MemoryError) as error:
        drop_output()
        log.error("%s", describe(error))
        return USAGE if isinstance(error, UsageError) else FAILED
    except (KeyboardInterrupt, Cancelled):
        log.error("cancelled")
        return CANCELLED
    return code


def _parser(arguments: list[str]) -> argparse.ArgumentParser:
    parser = ArgumentParser(
        prog="cpsam",
        description="Outline every cell of microscopy images with Cellpose-SAM.",
        epilog=EXAMPLES,
        formatter_class=HelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"cpsam {__version__}")
    add_verbose_option(parser)
    commands = parser.add_subparsers(required=True, metavar="COMMAND", title="commands")
    called = next((argument for argument in arguments if not argument.startswith("-")), None)
    for name in COMMANDS:
        module = importlib.import_module(f".{name}", __name__)
        command = commands.add_parser(
            name, help=module.SUMMARY, formatter_class=HelpFormatter, allow_abbrev=False
        )
        if name == called:
            module.add_parser(command)
            add_verbose_option(command)
        command.set_defaults(run=module.run)
    return parser


def _allowing(large: bool) -> AbstractContextManager[None]:
    """Let files be as large as they say, where that was asked for; images are imported for that only."""
    if not large:
        return nullcontext()
    from cpsam_core.images.limits import allowing_large

    return allowing_large()


if __name__ == "__main__":
    sys.exit(main())
