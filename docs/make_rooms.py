"""The picture of the architecture page: the rooms of window and engine, as the contracts have them."""

from __future__ import annotations

from pathlib import Path

import tomllib

ROOT = Path(__file__).parents[1]
WIDTH, ROW, GAP = 380, 34, 6
COLUMNS = (("Rooms of the window", "cpsam_gui", 20), ("Rooms of the engine", "cpsam_core", 440))


def drawn() -> str:
    """Return the picture."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"][
        "contracts"
    ]
    parts, bottom = [], 0
    for title, package, left in COLUMNS:
        layers = next(one["layers"] for one in contracts if one["name"] == title)
        parts.append(f'<text x="{left}" y="24" class="title">{package}</text>')
        for number, layer in enumerate(layers):
            rooms = [room.strip() for room in layer.replace(":", "|").split("|")]
            top = 40 + number * (ROW + GAP)
            part = (WIDTH - GAP * (len(rooms) - 1)) / len(rooms)
            for place, room in enumerate(rooms):
                x = left + place * (part + GAP)
                parts.append(f'<rect x="{x:.0f}" y="{top}" width="{part:.0f}" height="{ROW}" rx="5"/>')
                parts.append(f'<text x="{x + part / 2:.0f}" y="{top + 22}">{room}</text>')
            bottom = max(bottom, top + ROW)
    note = "a room imports from the rows below it only; the window imports from the engine"
    parts.append(f'<text x="420" y="{bottom + 28}" class="note">{note}</text>')
    style = (
        "rect{fill:#4c7dbf22;stroke:#4c7dbf}text{font:13px sans-serif;text-anchor:middle;fill:#4c6a8f}"
        ".title{font-weight:bold;font-size:16px;text-anchor:start}.note{font-style:italic}"
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 840 {bottom + 44}"><style>{style}</style>'
        + "".join(parts)
        + "</svg>\n"
    )
