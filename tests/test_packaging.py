"""What turns a release into something that people install agrees with the project itself."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
CONDA_NAMES = {"torch": "pytorch", "pyqt6": "pyqt", "opencv-python-headless": "py-opencv"}


def text(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def needed() -> dict[str, str]:
    """Return the least version of each library by name, from pyproject.toml."""
    block = text("pyproject.toml").split("\ndependencies = [")[1].split("\n]")[0]
    return {name.lower(): version for name, version in re.findall(r'"([\w-]+)>=([\d.]+)"', block)}


def test_the_recipe_asks_for_what_the_project_needs() -> None:
    recipe = text("packaging/conda/recipe.yaml").split("  run:")[1].split("tests:")[0]
    listed = dict(re.findall(r"- ([\w-]+) >=([\d.]+)", recipe))
    assert len(needed()) > 15
    for name, version in needed().items():
        assert listed.get(CONDA_NAMES.get(name, name)) == version, name


def test_workflows_run_stages_that_exist() -> None:
    stages = set(re.findall(r"^stage_(\w+)\(\)", text(".ci/run"), re.MULTILINE))
    calls = [
        line for name in ("ci", "release") for line in text(f".github/workflows/{name}.yml").splitlines()
    ]
    called = {stage for line in calls if ".ci/run " in line for stage in line.split(".ci/run ")[1].split()}
    assert called
    assert called <= stages
    default = text(".ci/run").split("stages=${*:-")[1].split("}")[0].split()
    assert set(default) == stages


@pytest.mark.parametrize(
    "script",
    [
        ".ci/run",
        ".ci/try_tools",
        ".ci/try_wheel",
        "packaging/launcher/cpsam-gui.sh",
        "packaging/launcher/make_appimage.sh",
    ],
)
def test_scripts_are_sound(script: str) -> None:
    assert subprocess.run(["bash", "-n", str(ROOT / script)], check=False).returncode == 0


def test_the_release_fills_in_what_recipe_and_formula_leave_open() -> None:
    for name in ("packaging/conda/recipe.yaml", "packaging/homebrew/cpsam-gui.rb"):
        assert "0" * 64 in text(name)
        assert "0.1.0" in text(name)


def test_a_flavour_of_torch_that_was_chosen_is_not_replaced() -> None:
    """Where constraints follow, the torch that is installed first is that of the constraints."""
    for name in ("packaging/Dockerfile", "README.md"):
        lines = [line for line in text(name).splitlines() if "pip install" in line and "--index-url" in line]
        assert lines
        assert [line for line in lines if "constraints.txt torch" not in line] == []


def test_extras_that_are_named_exist() -> None:
    block = text("pyproject.toml").split("[project.optional-dependencies]")[1].split("\n[")[0]
    extras = set(re.findall(r"^([\w-]+) = \[", block, re.MULTILINE))
    pages = [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("examples/*.md")]
    pages += [path for part in ("core", "cpsam_gui") for path in (ROOT / part).rglob("*.py")]
    named = set()
    for page in pages:
        for one in re.findall(r"cpsam-gui\[([\w,]+)\]|`\[(\w+)\]`", page.read_text(encoding="utf-8")):
            named.update(name for names in one for name in names.split(",") if name)
    # `extra` stands for one of them in a description.
    assert {"formats", "cluster", "spatial"} <= named - {"extra"} <= extras


def test_pinned_versions_of_checks_are_those_of_the_project() -> None:
    pinned = dict(re.findall(r"^([\w-]+)==([\w.]+)", text("constraints.txt"), re.MULTILINE))
    hooks = text(".pre-commit-config.yaml")
    assert f"rev: v{pinned['ruff']}" in hooks
