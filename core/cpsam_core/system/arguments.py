"""The parser of a command line."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from cpsam_core.system.streams import drop_output

if TYPE_CHECKING:
    from _typeshed import SupportsWrite


class ArgumentParser(argparse.ArgumentParser):
    """A parser that ends with a failure where its help cannot be written; argparse says nothing of it."""

    def _print_message(self, message: str, file: SupportsWrite[str] | None = None) -> None:
        try:
            (file or sys.stderr).write(message)
            # What is kept back would fail where nobody looks for it, when the interpreter ends.
            sys.stdout.flush()
        except OSError as error:
            drop_output()
            # Whoever read it may have had enough (`cpsam --help | head -1`).
            if not isinstance(error, BrokenPipeError):
                sys.stderr.write(f"{self.prog}: error: the text cannot be written: {error.strerror}\n")
            raise SystemExit(1) from error
