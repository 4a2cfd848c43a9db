"""Print how much of each room the tests ran, from the data that `pytest --cov` left behind."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections import defaultdict
from pathlib import Path, PurePath


def main() -> None:
    """Sum up the lines of all files by room, and say the whole."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder, "coverage.json")
        command = [sys.executable, "-m", "coverage", "json", "-q", "-o", str(report)]
        subprocess.run(command, check=True)
        measured = json.loads(report.read_text())
    rooms: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for name, values in measured["files"].items():
        parts = PurePath(name.replace("\\", "/")).parts
        start = next(i for i, part in enumerate(parts) if part in {"cpsam_core", "cpsam_gui", "cellpose"})
        room = "/".join(parts[start : max(start + 1, min(start + 2, len(parts) - 1))])
        rooms[room][0] += values["summary"]["covered_lines"]
        rooms[room][1] += values["summary"]["num_statements"]
    lines = [f"{room:<28}{100 * run / max(1, all_):5.0f} %" for room, (run, all_) in sorted(rooms.items())]
    total = measured["totals"]
    lines.append(f"{'all':<28}{100 * total['covered_lines'] / total['num_statements']:5.0f} % of lines")
    sys.stdout.write("\n".join(["Lines that the tests ran:", *lines]) + "\n")


main()
