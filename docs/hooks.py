"""Pages that live elsewhere: the help of the window, the changelog, the pictures. mkdocs calls these functions."""

from __future__ import annotations

import runpy
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
HELP = ROOT / "cpsam_gui" / "dialogs" / "help"
PICTURES = ("window.png", "segmentations.png", "correct.gif")


def on_files(files: Any, config: Any) -> Any:
    """Add the pages and pictures to those of the folder."""
    from mkdocs.structure.files import File

    made = {f"help/{path.name}": _filled(path) for path in HELP.glob("*.md") if path.name != "files.md"}
    made["changes.md"] = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    made["rooms.svg"] = runpy.run_path(str(ROOT / "docs" / "make_rooms.py"))["drawn"]()
    for name, text in made.items():
        files.append(File.generated(config, name, content=text))
    for name in PICTURES:
        files.append(File.generated(config, f"pictures/{name}", abs_src_path=str(ROOT / "assets" / name)))
    return files


def _filled(path: Path) -> str:
    """Return a page of the help with what the engine knows in the place of what the window fills in."""
    from cpsam_core.formats import FORMATS
    from cpsam_core.measure import CATALOGUE

    formats = "\n".join(f"- **{one.title}**" for one in FORMATS)
    measures: list[str] = []
    group = ""
    for one in CATALOGUE:
        if one.group != group:
            group = one.group
            measures.append(f"\n## {group.capitalize()}\n\n| column | unit | formula |\n|---|---|---|")
        formula = one.formula.replace("*", "\\*").replace("_", "\\_").replace("|", "\\|")
        measures.append(f"| `{one.name}` | {one.unit} | {formula} |")
    text = path.read_text(encoding="utf-8").replace("{formats}", formats)
    return text.replace("{measures}", "\n".join(measures))
