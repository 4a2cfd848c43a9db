"""Another program that is at work on a training."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

HOLDER = """
import sys, time
from pathlib import Path
from cpsam_core.weights.claims import claimed
with claimed(Path(sys.argv[1])):
    sys.stdout.write("held"); sys.stdout.flush()
    time.sleep(60)
"""


@contextmanager
def elsewhere(state: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Let another program be at work on a training; it is killed in the end, as by a crash."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    command = [sys.executable, "-c", HOLDER, str(state)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, env=environment) as holder:
        assert holder.stdout is not None and holder.stdout.read(4) == b"held"
        try:
            yield holder
        finally:
            holder.kill()
