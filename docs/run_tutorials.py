"""Run what the tutorials tell people to do: blocks that begin with ```sh run or ```python run, and the notebook.

Each page has a folder of its own; a command that fails ends the run. python docs/run_tutorials.py [PAGE ...]
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

DOCS = Path(__file__).parent
BLOCK = re.compile(r"^```(sh|python) run\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def main(names: list[str]) -> None:
    """Run the pages of these names, or all."""
    pages = [page for page in _pages() if not names or page.stem in names]
    for page in pages:
        begun = time.perf_counter()
        with tempfile.TemporaryDirectory() as folder:
            for kind, text in _blocks(page):
                _run(kind, text, Path(folder))
        sys.stdout.write(f"{page.name}: {time.perf_counter() - begun:.0f} s\n")


def _pages() -> Iterator[Path]:
    yield from sorted((DOCS / "tutorials").glob("*.md"))
    yield from sorted((DOCS / "notebooks").glob("*.ipynb"))


def _blocks(page: Path) -> list[tuple[str, str]]:
    text = page.read_text(encoding="utf-8")
    if page.suffix == ".ipynb":
        cells = [cell for cell in json.loads(text)["cells"] if cell["cell_type"] == "code"]
        return [("python", "\n".join("".join(cell["source"]) for cell in cells))]
    return [(match[1], match[2]) for match in BLOCK.finditer(text)]


def _run(kind: str, text: str, folder: Path) -> None:
    # Commands are those of the environment that this script runs in.
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    environment = {
        **os.environ,
        "PATH": path,
        "CPSAM_MODELS": str(folder / "models"),
        "CPSAM_CACHE": str(folder / "cache"),
        "HF_HUB_OFFLINE": "1",
    }
    command = ["bash", "-euc", text] if kind == "sh" else [sys.executable, "-c", text]
    subprocess.run(command, cwd=folder, env=environment, check=True)


if __name__ == "__main__":
    main(sys.argv[1:])
