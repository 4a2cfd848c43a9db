"""The command itself: help, usage, exit codes, what is imported when."""

from __future__ import annotations

import errno
import re
import subprocess
import sys
from pathlib import Path

import pytest

from cpsam_core import __version__, cli
from cpsam_core import cli as cli_module
from cpsam_core.cli import common, info, main
from cpsam_core.cli.table import align
from cpsam_core.errors import ImageError

HEAVY = ("torch", "numpy", "scipy", "cv2", "tqdm", "tifffile")


def test_help_imports_nothing_heavy() -> None:
    code = f"import sys; from cpsam_core.cli import main; main(['--help']); print(set({HEAVY!r}) & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip().endswith("set()")


def test_engine_and_options_of_segment_need_no_torch() -> None:
    code = "import sys; from cpsam_core.cli import main; main(['segment', '--help']); print('torch' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip().endswith("False")


def test_help_names_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--help"]) == 0
    shown = capsys.readouterr().out
    assert all(f"    {name} " in shown for name in cli.COMMANDS)
    assert "130 cancelled" in " ".join(shown.split())


@pytest.mark.parametrize(
    "command",
    [*([name] for name in cli.COMMANDS), *(["models", name] for name in ("list", "add", "remove", "rename"))],
)
def test_every_command_has_a_help_that_fits_the_terminal(
    command: list[str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "100")
    assert main([*command, "--help"]) == 0
    shown = capsys.readouterr().out
    assert shown.startswith(f"usage: cpsam {' '.join(command)}")
    assert max(map(len, shown.splitlines())) <= 100


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"cpsam {__version__}\n"


@pytest.mark.parametrize(
    "arguments",
    [[], ["worms"], ["segment"], ["segment", "a.png", "--diam", "3"], ["models"], ["evaluate", "a"]],
)
def test_wrong_usage_is_2(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(arguments) == 2
    assert capsys.readouterr().err


@pytest.mark.parametrize(
    ("error", "code", "line"),
    [
        (ImageError("a.png is bad."), 1, "cpsam: error: a.png is bad."),
        (common.UsageError("no such size"), 2, "cpsam: error: no such size"),
        (OSError(errno.ENOSPC, "No space left", "out"), 1, "cpsam: error: out: No space left"),
        (KeyboardInterrupt(), 130, "cpsam: error: cancelled"),
    ],
)
def test_errors_become_one_line_and_a_code(
    error: BaseException,
    code: int,
    line: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def fail(*arguments: object) -> int:
        raise error

    monkeypatch.setattr(info, "run", fail)
    assert main(["info"]) == code
    assert capsys.readouterr().err == f"{line}\n"


def test_too_little_memory_says_how_much_and_what_helps(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(*arguments: object) -> int:
        raise MemoryError("Unable to allocate 7.45 GiB for an array with shape (1000000000,)")

    monkeypatch.setattr(info, "run", fail)
    assert main(["info"]) == 1
    said = capsys.readouterr().err
    assert "7.45 GiB more were needed" in said and "GiB are free" in said and "--blocks" in said
    assert said.count("\n") == 1


def test_verbose_may_stand_before_and_after_the_command(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = []
    monkeypatch.setattr(cli_module, "setup_logging", lambda verbose: seen.append(verbose))
    monkeypatch.setattr(info, "run", lambda args: 0)
    for arguments in (["-v", "info"], ["info", "-v"], ["info"]):
        assert main(arguments) == 0
    assert seen[1::2] == [True, True, False]


def test_output_that_nobody_reads_any_more_ends_quietly(tmp_path: Path) -> None:
    code = "import sys; from cpsam_core.cli import main; sys.exit(main(['models', 'list', '--json']))"
    with subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as run:
        assert run.stdout is not None and run.stderr is not None
        run.stdout.close()
        assert "Traceback" not in run.stderr.read()
    assert run.returncode == 1


def test_table_aligns_numbers_and_wide_characters() -> None:
    rows = [("NAME", "SIZE"), ("細胞", "1"), ("ab", "23")]
    assert align(rows, right=(1,)).splitlines() == ["NAME  SIZE", "細胞     1", "ab      23"]


def test_every_option_that_0_switches_off_says_so() -> None:
    from cpsam_core.cli.options import OPTIONS
    from cpsam_core.finetune.option import options_of
    from cpsam_core.finetune.settings import TrainSettings

    off = ("flow_threshold", "min_size", "stitch_threshold", "flow3D_smooth", "tile_norm_blocksize")
    off += ("sharpen_radius", "smooth_radius", "niter", "diameter")
    helps = {name: OPTIONS[name].help for name in off}
    # 0 is a seed like any other.
    helps |= {
        name: one.help
        for name, (one, _) in options_of(TrainSettings).items()
        if one.low == 0 and name != "seed"
    }
    assert len(helps) > 15
    assert [name for name, words in helps.items() if not re.search(r"\b0(:| keeps| leaves|\))", words)] == []
