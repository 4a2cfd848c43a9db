"""The page "From Cellpose" names every option of the command, and no option of ours that does not exist."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import cpsam_gui
from cellpose.options import parser
from cpsam_core.cli import main

PAGE = (Path(cpsam_gui.__file__).parent / "dialogs" / "help" / "cellpose.md").read_text(encoding="utf-8")


def test_every_option_of_cellpose_is_on_the_page() -> None:
    known = {flag for action in parser()._actions for flag in action.option_strings if flag.startswith("--")}
    named = set(re.findall(r"--[A-Za-z]\w*", PAGE))
    assert known - named - {"--help", "--train", "--norm_percentile"} == set()


@pytest.mark.parametrize(("command", "title"), [("segment", "## Segmenting"), ("train", "## Training")])
def test_our_options_on_the_page_exist(command: str, title: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([command, "--help"]) == 0
    ours = set(re.findall(r"--[A-Za-z][\w-]*", capsys.readouterr().out)) | {"--to"}
    table = PAGE.split(title)[1].split("##")[0]
    rows = [line.split("|") for line in table.splitlines() if line.startswith("| `")]
    assert len(rows) > 8
    for _, _, answer, _ in rows:
        named = set(re.findall(r"--[A-Za-z][\w-]*", answer))
        assert named <= ours, named - ours
