"""Rows and curves of `gain.py` and `planes.py`."""

from __future__ import annotations

import csv
import json
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
