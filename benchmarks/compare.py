"""The same work here and in the reference, in turn, and a table of both in RESULTS.md."""

from __future__ import annotations

import argparse
import datetime
import json
import os
import platform
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
SMALL, LARGE = ("1024", "1200"), ("2048", "6000")


def run(python: str, script: Path, *words: str) -> list[dict[str, object]]:
    """Run one side's script and return its figures."""
    env = {**os.environ, "OMP_NUM_THREADS": "2"}
    output = subprocess.run(
        [python, str(script), *words], check=True, capture_output=True, text=True, env=env, cwd=script.parent
    ).stdout
    return [json.loads(line) for line in output.splitlines() if line.startswith("{")]


class Table:
    """Rows of what, here, reference, ratio and target."""

    def __init__(self) -> None:
        self.rows: list[str] = []

    def add(self, what: str, here: float, reference: float | None, target: str) -> None:
        """Add a row; without a reference it is a figure of this program alone."""
        other = f"{reference:.3g} s" if reference else ""
        ratio = f"{reference / here:.1f}" if reference else ""
        self.rows.append(f"| {what} | {here:.3g} s | {other} | {ratio} | {target} |")
        print(self.rows[-1], flush=True)


def best(figures: list[dict[str, object]], **wanted: object) -> float:
    """Return the smallest seconds among the figures that match (each side at its best batch size)."""
    found = [f for f in figures if all(f.get(k) == v for k, v in wanted.items())]
    return min(float(str(f["seconds"])) for f in found)


def measure(reference: str, tools: Path) -> tuple[Table, list[str]]:
    """Measure everything; slow (about a quarter of an hour, most of it the reference)."""
    here = HERE / "engine.py"
    there = tools / "reference_times.py"
    own = ["--tools", str(tools)]
    table, notes = Table(), []
    ours, theirs = run(sys.executable, here, "network", *own), run(reference, there, "network")
    for name, target in (("torch.bfloat16", "3 (aim 4)"), ("torch.float32", "1.3")):
        mine = best(ours, dtype=name, what="ViT-L, per tile")
        table.add(f"ViT-L, one tile, {name.removeprefix('torch.')}", mine, best(theirs, dtype=name), target)
        linear = best(ours, dtype=name, what="its linear layers alone")
        notes.append(
            f"{name.removeprefix('torch.')}: the linear layers alone take {linear:.2f} s of {mine:.2f} s a tile"
        )
    for size in (SMALL, LARGE):
        a, b = run(sys.executable, here, "flows", *size, *own), run(reference, there, "flows", *size)
        cells = f"{size[0]} x {size[0]}, {a[0]['cells']} cells"
        table.add(f"masks to flows, {cells}", best(a), best(b), "20 (aim 30)")
    a, b = run(sys.executable, here, "masks", *LARGE, *own), run(reference, there, "masks", *LARGE)
    table.add("flows to masks, 2048 x 2048", best(a, flow_threshold=0.0), best(b, flow_threshold=0.0), "2")
    table.add(
        "the same with the flow-error test", best(a, flow_threshold=0.4), best(b, flow_threshold=0.4), "15"
    )
    a, b = run(sys.executable, here, "precision", *LARGE, *own), run(reference, there, "precision", *LARGE)
    table.add(f"average precision, {a[0]['cells']} objects", best(a), best(b), "20")
    for figure in run(sys.executable, here, "lite", *SMALL, *own):
        table.add(f"{figure['what']}, 1024 x 1024", float(str(figure["seconds"])), None, "under 5 s")
    for figure in run(sys.executable, here, "start", *own):
        target = "under 0.3 s" if "--help" in str(figure["what"]) else ""
        table.add(f"python {figure['what']}", float(str(figure["seconds"])), None, target)
    for side, count in (("4800", "20000"), ("9600", "80000")):
        figure = run(sys.executable, here, "large", side, count, *own)[0]
        what = f"cpsam-lite, {side} x {side}, {figure['objects']} objects, peak {figure['peak_gb']} GB"
        table.add(what, float(str(figure["seconds"])), None, "under 6 GB, linear")
    return table, notes


def processor() -> str:
    """Return the processor's name, as far as the system tells."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    return next(
        (line.split(":")[1].strip() for line in lines if line.startswith("model name")), platform.machine()
    )


def main() -> None:
    """Measure and write the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--reference", required=True, help="python of the reference's environment")
    parser.add_argument("--tools", type=Path, required=True, help="folder of reference_times.py")
    parser.add_argument("--out", type=Path, default=HERE / "RESULTS.md")
    args = parser.parse_args()
    table, notes = measure(args.reference, args.tools.resolve())
    lines = [
        "# Results",
        "",
        f"{processor()}, 2 threads, no GPU, Python {platform.python_version()}, {datetime.date.today()}.",
        "Medians of three runs after one to warm up, both programs in one run on one machine.",
        "",
        "| work | here | reference | ratio | target |",
        "|---|---|---|---|---|",
        *table.rows,
        "",
        *[f"- {note}" for note in notes],
        "",
    ]
    args.out.write_text("\n".join(lines))


if __name__ == "__main__":
    main()
