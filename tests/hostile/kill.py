"""Kill the program in the middle of everything it writes: ``python -m tests.hostile.kill --times 300``.

Each run works in a process of its own that is killed (SIGKILL) after a random time; what it left is then looked at by
the code of the program that would find it. The same seed gives the same work and the same times; where the work comes
to an end, the times are shares of how long it takes on this machine, and only kills before its end count.
"""

from __future__ import annotations

import argparse
import contextlib
import dataclasses
import json
import os
import random
import signal
import sys
import tempfile
import time
import traceback
from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path

from tests.hostile import packing_scene
from tests.hostile.scenes import SCENES, Outcome, Scene

LONGEST = {
    "editing": 1.5,
    "autosave": 1.5,
    "save": 0.8,
    "export": 1.2,
    "training": 2.5,
    "large": 3.0,
    "packing": 6.0,
}
"""Seconds after which work that does not end is killed at the latest."""
PATIENCE = 60.0  # seconds for the first file


@dataclass
class Report:
    """What the kills of a scene cost."""

    kills: int = 0
    written: int = 0
    """After how many of them there was a file."""
    steps: list[int] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    def line(self, name: str) -> str:
        """Return it as one line."""
        lost = (
            f", at most {max(self.steps)} steps or {max(self.seconds):.2f} s of work lost"
            if any(self.steps)
            else ""
        )
        return f"{name}: {self.kills} kills, {self.written} with files on the disk, {len(self.faults)} faults{lost}"


def run(name: str, times: int, seed: int) -> Report:
    """Kill a scene so many times."""
    report, scene = Report(), SCENES[name]
    longest, attempt = LONGEST.get(name) or _length(scene), 0
    while report.kills < times:
        dice = random.Random(f"{seed}-{name}-{attempt}")
        with tempfile.TemporaryDirectory() as folder:
            # Mostly from the first file on, however slow the machine is; else from the very beginning.
            from_first = dice.random() < 0.9
            killed = _killed(scene, Path(folder), attempt, dice.uniform(0, longest), from_first)
            if killed is not None:
                written = _has_files(Path(folder))
                _enter(report, attempt, written, _looked_at(scene, Path(folder), attempt, killed))
                if report.kills % 10 == 0:
                    print(report.line(name), flush=True)
        attempt += 1
        if attempt > 20 * times + 100:
            raise RuntimeError(f"{name}: the work ends before it is killed")
    return report


def _enter(report: Report, attempt: int, written: bool, outcome: Outcome) -> None:
    report.kills += 1
    report.written += written
    report.steps.append(outcome.steps)
    report.seconds.append(outcome.seconds)
    if outcome.fault:
        report.faults.append(f"kill {attempt}: {outcome.fault}")


def _prepare(names: Collection[str]) -> None:
    """Import and make what the scenes use, so that a kill hits their work and not their beginning."""
    import torch

    import tests.core.conftest
    import tests.core.finetune.tiny_training  # noqa: F401

    torch.set_num_threads(1)
    if "packing" in names:
        packing_scene.results()


def _length(scene: Scene) -> float:
    """Return the seconds from the first file to the end of a scene that is not killed."""
    with tempfile.TemporaryDirectory() as folder:
        child = _begun(scene, Path(folder), 0)
        _wait_for_files(Path(folder))
        start = time.monotonic()
        os.waitpid(child, 0)
        return time.monotonic() - start


def _killed(scene: Scene, folder: Path, number: int, after: float, from_first: bool) -> float | None:
    """Let a scene work in a fork and kill it; return when, or None where it had ended before."""
    child = _begun(scene, folder, number)
    if from_first:
        _wait_for_files(folder)
    time.sleep(after)
    os.kill(child, signal.SIGKILL)
    killed = time.time()
    _, status = os.waitpid(child, 0)
    return killed if os.WIFSIGNALED(status) else None


def _begun(scene: Scene, folder: Path, number: int) -> int:
    """Return the process in which a scene works."""
    child = os.fork()
    if child == 0:
        with contextlib.suppress(BaseException), Path(os.devnull).open("w") as nowhere:
            os.dup2(nowhere.fileno(), 1)
            os.dup2(nowhere.fileno(), 2)
            scene.work(folder, number)
        os._exit(1)
    return child


def _wait_for_files(folder: Path) -> None:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until and not _has_files(folder):
        time.sleep(0.005)


def _has_files(folder: Path) -> bool:
    made = (path for path in folder.rglob("*") if path.is_file() and path.parent.name != "in")
    return any(not path.name.startswith(".") for path in made)


def _looked_at(scene: Scene, folder: Path, number: int, killed: float) -> Outcome:
    """Look at what was left, in a fork too: torch cannot be forked once it has computed gradients."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        with contextlib.suppress(BaseException), Path(os.devnull).open("w") as nowhere:
            os.dup2(nowhere.fileno(), 1)
            os.dup2(nowhere.fileno(), 2)
            try:
                outcome = scene.check(folder, number, killed)
            except Exception:
                outcome = Outcome(fault=traceback.format_exc(limit=-3))
            os.write(writing, json.dumps(dataclasses.asdict(outcome)).encode())
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        told = pipe.read()
    os.waitpid(child, 0)
    return Outcome(**json.loads(told)) if told else Outcome(fault="whoever looked at it died")


def main() -> int:
    """Run by hand; the exit code is 1 where there were faults."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--side", type=int, default=packing_scene.side, help="pixels of the image of 'packing'"
    )
    parser.add_argument("--scene", choices=[*SCENES], action="append", help="only these")
    args = parser.parse_args()
    packing_scene.side = args.side
    _prepare(args.scene or SCENES)
    worst = 0
    for name in args.scene or SCENES:
        report = run(name, args.times, args.seed)
        print(report.line(name), flush=True)
        for fault in report.faults:
            print(f"  {fault.strip().splitlines()[-1]}", flush=True)
        worst = max(worst, len(report.faults))
    return 1 if worst else 0


if __name__ == "__main__":
    sys.exit(main())
