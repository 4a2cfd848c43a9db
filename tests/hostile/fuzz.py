"""Read thousands of damaged files in processes of their own: ``python -m tests.hostile.fuzz --files 20000``.

A fault is an exception that is no message, a process that dies, over 20 s of processor time or over 1 GB of memory.
The same seed gives the same files; those with faults are kept.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import select
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from tests.hostile.mutations import mutate
from tests.hostile.seeds import make_seeds

SECONDS = 20.0  # of processor time for one file
BYTES = 1 << 30  # of memory for one file
TICKS = os.sysconf("SC_CLK_TCK") if hasattr(os, "sysconf") else 100


@dataclass
class Report:
    """What became of the files."""

    files: int = 0
    refused: int = 0
    slowest: float = 0.0
    largest: int = 0
    kinds: Counter[str] = field(default_factory=Counter)
    faults: list[tuple[str, str]] = field(default_factory=list)

    def line(self) -> str:
        """Return it as one line."""
        return (
            f"{self.files} files: {self.refused} refused, {len(self.faults)} faults; "
            f"slowest {self.slowest:.1f} s of processor time, most memory {self.largest / 1e6:.0f} MB"
        )


class Worker:
    """A process that reads files; started anew where one ended it."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[str] | None = None

    def ask(self, path: Path) -> dict[str, object]:
        """Return the verdict on a file, with a fault where the process hung or died."""
        process = self._start()
        assert process.stdin is not None and process.stdout is not None
        before = _cpu(process.pid)
        process.stdin.write(f"{path}\n")
        process.stdin.flush()
        while True:
            ready, _, _ = select.select([process.stdout], [], [], 0.5)
            if ready:
                answer = process.stdout.readline()
                if answer:
                    return dict(json.loads(answer))
                self.stop()
                return {
                    "fault": f"the process died ({process.returncode})",
                    "seconds": 0.0,
                    "bytes": 0,
                    "refused": 0,
                }
            spent = _cpu(process.pid) - before
            if spent > SECONDS:
                self.stop()
                return {"fault": "it hangs", "seconds": spent, "bytes": 0, "refused": 0}

    def stop(self) -> None:
        """End the process."""
        if self._process is not None:
            self._process.kill()
            self._process.communicate()
            self._process = None

    def _start(self) -> subprocess.Popen[str]:
        if self._process is None:
            command = [sys.executable, "-m", "tests.hostile.worker"]
            pipe = subprocess.PIPE
            self._process = subprocess.Popen(
                command,
                stdin=pipe,
                stdout=pipe,
                stderr=subprocess.DEVNULL,
                text=True,
                cwd=Path(__file__).parents[2],
            )
        return self._process


def _cpu(process: int) -> float:
    """Return the processor time that a process had so far, seconds."""
    try:
        fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / TICKS


def run(files: int, seed: int, folder: Path, kept: Path | None = None, tell: bool = False) -> Report:
    """Make and read so many damaged files.

    Parameters
    ----------
    files
        How many.
    seed
        Of the dice.
    folder
        Where they are made; one at a time lies there.
    kept
        Folder for those with faults.
    tell
        Print a line now and then.
    """
    seeds = make_seeds(folder / "seeds")
    contents = {path: path.read_bytes() for path in seeds}
    report, worker, start = Report(), Worker(), time.monotonic()
    target = folder / "files"
    target.mkdir(exist_ok=True)
    try:
        for number in range(files):
            dice = random.Random(f"{seed}-{number}")
            chosen, other = dice.choice(seeds), dice.choice(seeds)
            path = target / f"{number}_{chosen.name}"
            path.write_bytes(mutate(contents[chosen], contents[other], dice))
            _enter(report, path, worker.ask(path), kept)
            path.unlink()
            if tell and (number + 1) % 500 == 0:
                print(f"{time.monotonic() - start:.0f} s, {report.line()}", flush=True)
    finally:
        worker.stop()
    return report


def _enter(report: Report, path: Path, answer: dict[str, object], kept: Path | None) -> None:
    report.files += 1
    report.refused += bool(answer["refused"])
    report.kinds[path.suffix] += 1
    report.slowest = max(report.slowest, float(str(answer["seconds"])))
    report.largest = max(report.largest, int(str(answer["bytes"])))
    fault = str(answer["fault"])
    if not fault and int(str(answer["bytes"])) > BYTES:
        fault = f"it takes {int(str(answer['bytes'])) / 1e9:.1f} GB"
    if fault:
        report.faults.append((path.name, fault))
        if kept is not None:
            kept.mkdir(parents=True, exist_ok=True)
            (kept / path.name).write_bytes(path.read_bytes())
            (kept / f"{path.name}.txt").write_text(fault)


def main() -> int:
    """Run by hand; the exit code is 1 where there were faults."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--kept", type=Path, default=None, help="folder for the files with faults")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        report = run(args.files, args.seed, Path(folder), args.kept, tell=True)
    print(report.line())
    for name, fault in report.faults:
        print(f"{name}: {fault.strip().splitlines()[-1]}")
    return 1 if report.faults else 0


if __name__ == "__main__":
    sys.exit(main())
