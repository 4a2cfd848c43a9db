"""`cellpose` and `python -m cellpose`."""

from __future__ import annotations

import argparse
import logging
import subprocess
import sys
from collections.abc import Sequence

from cellpose.core import assign_device
from cellpose.log import logger_setup
from cellpose.options import parser, unused
from cellpose.version import version_str
from cpsam_core.errors import CpsamError
from cpsam_core.system.environment import mend_environment
from cpsam_core.system.streams import drop_output, make_printable, say

log = logging.getLogger("cellpose")


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code."""
    make_printable()
    mend_environment()
    args = parser().parse_args(argv)
    if args.version:
        return _say_version()
    if args.verbose:
        _, path = logger_setup()
        log.info("%s", version_str)
        log.info("the log is written to %s", path)
    else:
        logging.basicConfig(format="%(message)s")
    if args.add_model:
        return subprocess.call([sys.executable, "-m", "cpsam_core.cli", "models", "add", args.add_model])
    if not (args.dir or args.image_path or args.train):
        return subprocess.call([sys.executable, "-m", "cpsam_gui.app"])
    if unused(args):
        log.info("taken and not used, as in Cellpose 4: %s", ", ".join(unused(args)))
    try:
        return _run(args)
    except (CpsamError, OSError) as error:
        log.error("%s", error)
        return 1


def _say_version() -> int:
    try:
        say(version_str)
    except (CpsamError, BrokenPipeError) as error:
        drop_output()
        sys.stderr.write(f"cellpose: {error}\n")
        return 1
    return 0


def _run(args: argparse.Namespace) -> int:
    device, _ = assign_device(gpu=args.use_gpu, device=args.gpu_device)
    if args.train:
        from cellpose import training

        return training.run(args, device)
    from cellpose import segmenting

    return segmenting.run(args, device)


if __name__ == "__main__":
    sys.exit(main())
