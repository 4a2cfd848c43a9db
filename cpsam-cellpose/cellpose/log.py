"""The log: lines to the terminal, and to the file that TrackMate follows."""

from __future__ import annotations

import logging
import sys
from pathlib import Path

FORMAT = "%(asctime)s [%(levelname)s] [%(name)s] %(message)s"
LOGGERS = ("cellpose", "cpsam_core", "cpsam")


def log_file() -> Path:
    """Return the file of the log."""
    return Path.home() / ".cellpose" / "run.log"


def logger_setup(
    cp_path: str = ".cellpose", logfile_name: str = "run.log", stdout_file_replacement: str | None = None
) -> tuple[logging.Logger, Path]:
    """Write the log to standard output and to a file of the user's folder, which is begun anew.

    Returns
    -------
    logger, file
        A file that cannot be written is left out, with a warning.
    """
    path = Path(stdout_file_replacement) if stdout_file_replacement else Path.home() / cp_path / logfile_name
    handlers: list[logging.Handler] = [logging.StreamHandler(sys.stdout)]
    problem: OSError | None = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handlers.append(logging.FileHandler(path, "w", encoding="utf-8"))
    except OSError as error:
        problem = error
    for name in LOGGERS:
        logger = logging.getLogger(name)
        for old in list(logger.handlers):
            logger.removeHandler(old)
            old.close()
        logger.setLevel(logging.INFO)
        logger.propagate = False
        for handler in handlers:
            handler.setFormatter(logging.Formatter(FORMAT))
            logger.addHandler(handler)
    ours = logging.getLogger("cellpose")
    if problem is not None:
        ours.warning("the log cannot be written to %s: %s", path, problem.strerror or problem)
    return ours, path
