"""Rows and curves of `gain.py` and `planes.py`.

Usage: python gain_tables.py rows.csv   (the tables of RESULTS.md, as Markdown)
"""

from __future__ import annotations

import csv
import json
import sys
from pathlib import Path
from typing import Any

import numpy as np


def read_table(path: Path) -> list[dict[str, Any]]:
    """Return the rows of a CSV, its numbers as numbers; none where it is not there."""
    if not path.exists():
        return []
    with path.open(newline="") as file:
        rows = list(csv.DictReader(file))
    words = ("start", "kind", "variant")
    return [
        {
            name: value if name in words else json.loads(value)
            for name, value in row.items()
            if name in words or value
        }
        for row in rows
    ]


def write_table(path: Path, rows: list[dict[str, Any]]) -> None:
    """Write the rows as CSV."""
    names = list(dict.fromkeys(name for row in rows for name in row))
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, names)
        writer.writeheader()
        writer.writerows(rows)


def draw(path: Path, rows: list[dict[str, Any]], what: str = "images") -> None:
    """Draw average precision over the number of corrected images: every run a dot, the mean of a kind a line."""
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot as plt

    kinds = sorted({row["kind"] for row in rows})
    # Room for a line of the legend each.
    figure, axes = plt.subplots(figsize=(5, 3.6 + 0.25 * len(kinds)), layout="constrained")
    counts = sorted({row["corrected"] for row in rows})
    for number, kind in enumerate(kinds):
        own = [row for row in rows if row["kind"] == kind]
        here = [n for n in counts if any(row["corrected"] == n for row in own)]
        means = [float(np.mean([row["ap_0.5"] for row in own if row["corrected"] == n])) for n in here]
        colour = f"C{number}"
        axes.plot([counts.index(n) for n in here], means, "-", color=colour, label=kind.replace("_", " "))
        places = [counts.index(row["corrected"]) for row in own]
        axes.plot(places, [row["ap_0.5"] for row in own], "o", ms=4, color=colour)
    axes.set_xticks(range(len(counts)), [str(n) for n in counts])
    axes.set_ylim(0, None)
    axes.set_xlabel(f"corrected {what}")
    axes.set_ylabel(f"average precision at IoU 0.5, other {what}")
    axes.spines[["top", "right"]].set_visible(False)
    figure.legend(frameon=False, loc="outside lower center")
    figure.savefig(path, dpi=150)


def curves(rows: list[dict[str, Any]]) -> str:
    """Return average precision by start, kind and number of corrected images: means over seeds, as one click ends."""
    usual = [row for row in rows if not row["variant"]]
    counts = sorted({row["corrected"] for row in usual})
    lines = [["start", "kind", *(f"{n} images" for n in counts), "seeds"]]
    for start, kind in sorted({(row["start"], row["kind"]) for row in usual}):
        own = [row for row in usual if (row["start"], row["kind"]) == (start, kind)]
        seeds = {row["seed"] for row in own if row["corrected"]}
        means = [_mean([row for row in own if row["corrected"] == n], "ap_0.5") for n in counts]
        lines.append([start, kind.replace("_", " "), *means, str(len(seeds))])
    return _markdown(lines)


def forgetting(rows: list[dict[str, Any]], undrawn: str = "forgetting=0") -> str:
    """Return what the most images bring and cost elsewhere: before, as one click ends it, and undrawn."""
    there = sorted({name for row in rows for name in row if name.startswith("elsewhere ")})
    pairs = sorted({(row["start"], row["kind"]) for row in rows if row["variant"] == undrawn})
    lines = [["start", "kind", "what", "that kind", *(name.split(" ", 1)[1] for name in there), "share kept"]]
    for start, kind in pairs:
        own = [row for row in rows if (row["start"], row["kind"]) == (start, kind)]
        # Some seeds may not have been measured undrawn yet.
        both = {(row["corrected"], row["seed"]) for row in own if row["variant"] == undrawn}
        most = max(corrected for corrected, _ in both)
        for what, variant, count in (("before", "", 0), ("drawn back", "", most), ("undrawn", undrawn, most)):
            some = [
                row
                for row in own
                if row["variant"] == variant
                and row["corrected"] == count
                and (not count or (count, row["seed"]) in both)
            ]
            title = what if not count else f"{what}, {count} images, {len(some)} seeds"
            shares = _mean(some, "share") if count else ""
            values = [_mean(some, name) for name in ("ap_0.5", *there)]
            lines.append([start, kind.replace("_", " "), title, *values, shares])
    return _markdown(lines)


def _mean(rows: list[dict[str, Any]], name: str) -> str:
    known = [row[name] for row in rows if row.get(name) is not None]
    return f"{float(np.mean(known)):.2f}" if known else ""


def _markdown(lines: list[list[str]]) -> str:
    head, *others = ("| " + " | ".join(line) + " |" for line in lines)
    return "\n".join([head, "|" + "---|" * len(lines[0]), *others])


if __name__ == "__main__":
    table = read_table(Path(sys.argv[1]))
    print(curves(table), forgetting(table), sep="\n\n")
