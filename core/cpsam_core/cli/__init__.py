"""The `cpsam` command. Each subcommand is a module, imported when it is called: `cpsam --help` stays instant."""

from __future__ import annotations

import argparse
import importlib
import logging
import sys
from collections.abc import Sequence

from cpsam_core import __version__
from cpsam_core.errors import CpsamError
from cpsam_core.progress import Cancelled

from .common import CANCELLED, FAILED, setup_logging

COMMANDS = ("segment", "evaluate", "train", "models", "info")


def main(argv: Sequence[str] | None = None) -> int:
    """Run `cpsam` and return its exit code: 0 done, 1 failed, 2 wrong usage, 130 cancelled."""
    parser = _parser()
    args = parser.parse_args(argv)
    setup_logging(args.verbose)
    try:
        code: int = args.run(args)
    except (CpsamError, OSError) as error:
        logging.getLogger("cpsam").error("%s", error)
        return FAILED
    except (KeyboardInterrupt, Cancelled):
        logging.getLogger("cpsam").error("cancelled")
        return CANCELLED
    return code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="cpsam", description="Outline every cell of a microscopy image with Cellpose-SAM."
    )
    parser.add_argument("--version", action="version", version=f"cpsam {__version__}")
    parser.add_argument("-v", "--verbose", action="store_true", help="say more: device, precision, model file")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for name in COMMANDS:
        module = importlib.import_module(f".{name}", __name__)
        command = commands.add_parser(name, help=module.SUMMARY)
        module.add_parser(command)
        command.set_defaults(run=module.run)
    return parser


if __name__ == "__main__":
    sys.exit(main())
