"""`cpsam models` and `cpsam info`."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from cpsam_core.checkpoints.cards import ModelCard, write_card
from cpsam_core.cli import main
from cpsam_core.system import machine
from cpsam_core.weights import PUBLISHED
from cpsam_core.weights.pins import PINS

Capture = pytest.CaptureFixture[str]


def listed(capsys: Capture) -> dict[str, dict[str, Any]]:
    capsys.readouterr()
    assert main(["models", "list", "--json"]) == 0
    return {model["name"]: model for model in json.loads(capsys.readouterr().out)}


def test_add_rename_and_remove(folder: Path, tiny_model: Path, capsys: Capture) -> None:
    assert main(["models", "add", str(tiny_model), "--name", "мои клетки"]) == 0
    assert "added мои клетки" in capsys.readouterr().out
    assert listed(capsys)["мои клетки"]["kind"] == "own"
    assert main(["models", "rename", "мои клетки", "mine"]) == 0
    assert Path(listed(capsys)["mine"]["path"]).is_file()
    assert main(["models", "remove", "mine"]) == 0
    assert set(listed(capsys)) == {"cpsam-lite", *PUBLISHED}


def test_a_model_that_was_never_compared_is_marked(folder: Path, tiny_model: Path, capsys: Capture) -> None:
    assert main(["models", "add", str(tiny_model), "--name", "mine"]) == 0
    path = Path(listed(capsys)["mine"]["path"])
    for scores, said in (({}, "not compared"), ({"kept aside": {"ap_0.5": 0.5}}, "own")):
        write_card(path, ModelCard(name="mine", parent="cpsam-lite", scores=scores))
        assert listed(capsys)["mine"]["compared"] is bool(scores)
        assert main(["models", "list"]) == 0
        line = next(one for one in capsys.readouterr().out.splitlines() if one.startswith("mine "))
        assert said in line and ("not compared" in line) is not bool(scores)


def test_table_says_what_is_here(folder: Path, tiny_model: Path, capsys: Capture) -> None:
    assert main(["models", "add", str(tiny_model)]) == 0
    capsys.readouterr()
    assert main(["models", "list"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split() == ["MODEL", "KIND", "SIZE", "FILE"]
    assert any(line.startswith("tiny ") and "MB" in line for line in lines)
    assert any(line.startswith("cpsam_v2 ") and "fetched when first used" in line for line in lines)


@pytest.mark.parametrize(
    "arguments",
    [
        ["remove", "cpsam-lite"],
        ["remove", "nobody"],
        ["rename", "nobody", "b"],
        ["add", "nothing.pth"],
        ["add", "a.txt"],
    ],
)
def test_what_cannot_be_done_is_one_line(arguments: list[str], folder: Path, capsys: Capture) -> None:
    Path("a.txt").write_text("no model", encoding="utf-8")
    assert main(["models", *arguments]) == 1
    shown = capsys.readouterr()
    assert shown.out == "" and shown.err.startswith("cpsam: error: ") and shown.err.count("\n") == 1


def test_a_model_that_was_added_segments(folder: Path, tiny_model: Path, write_disks: Any) -> None:
    write_disks("a.png")
    assert main(["models", "add", str(tiny_model)]) == 0
    assert main(["segment", "a.png", "--model", "tiny"]) == 0
    assert Path("a_masks.tif").is_file()


def test_info_says_device_precision_memory_and_models(folder: Path, capsys: Capture) -> None:
    assert main(["info"]) == 0
    shown = capsys.readouterr().out
    for word in (
        "Python",
        "torch ",
        "cores",
        "memory",
        "GB free",
        "bfloat16",
        "graphics",
        "device",
        "cpsam-lite",
    ):
        assert word in shown
    assert str(folder.parent / "models") in shown


def test_info_as_json(folder: Path, capsys: Capture) -> None:
    assert main(["info", "--json", "--device", "cpu", "--precision", "float32"]) == 0
    facts = json.loads(capsys.readouterr().out)
    assert facts["device"] == "cpu" and facts["precision"] == "float32"
    assert 1 <= facts["usable_cores"] <= facts["cores"]
    assert facts["memory"] is None or 0 < facts["free_memory"] <= facts["memory"]
    assert [model["name"] for model in facts["models"]] == ["cpsam-lite", *PUBLISHED]


def test_info_refuses_a_device_that_is_not_there(folder: Path, capsys: Capture) -> None:
    assert main(["info", "--device", "abacus"]) == 1
    assert "abacus" in capsys.readouterr().err


def fake_torch(cuda: str | None, available: bool = False) -> Any:
    return SimpleNamespace(
        cuda=SimpleNamespace(is_available=lambda: available), version=SimpleNamespace(cuda=cuda, hip=None)
    )


@pytest.mark.parametrize(
    ("torch", "card", "words"),
    [
        (fake_torch("12.8", available=True), "RTX 4060", ""),
        (fake_torch(None), "RTX 4060", "RTX 4060 is there, but this torch was built without CUDA"),
        (fake_torch(None), "", "With a graphics card of NVIDIA: "),
        (fake_torch("12.8"), "RTX 4060", "update the driver"),
        (fake_torch("12.8"), "", "install its driver"),
    ],
)
def test_advice_where_the_card_is_not_used(
    torch: Any, card: str, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(machine, "SYSTEM", "Linux")
    monkeypatch.setattr(machine, "_output", lambda *command: card)
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    assert words in machine.cuda_advice(torch)
    assert bool(words) == bool(machine.cuda_advice(torch))


MEMINFO = "MemTotal:       8000 kB\nMemFree: 100 kB\nMemAvailable:   6000 kB\n"


@pytest.mark.parametrize(
    ("limit", "used", "expected"),
    [
        ("max", "1", (8000 * 1024, 6000 * 1024)),
        ("4096000", "1096000", (4096000, 3000000)),
        ("", "", (8000 * 1024, 6000 * 1024)),
    ],
)
def test_memory_of_linux_is_that_of_the_container(
    limit: str, used: str, expected: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    files = {
        "/proc/meminfo": MEMINFO,
        "/sys/fs/cgroup/memory.max": limit,
        "/sys/fs/cgroup/memory.current": used,
    }
    monkeypatch.setattr(machine, "SYSTEM", "Linux")
    monkeypatch.setattr(machine, "_text", lambda path: files.get(path, ""))
    assert machine.memory() == machine.Memory(*expected)


def test_memory_of_a_mac(monkeypatch: pytest.MonkeyPatch) -> None:
    report = "Mach Virtual Memory Statistics: (page size of 16384 bytes)\nPages free:     10.\nPages inactive:   20.\n"
    answers = {"sysctl": "17179869184", "vm_stat": report}
    monkeypatch.setattr(machine, "SYSTEM", "Darwin")
    monkeypatch.setattr(machine, "_output", lambda *command: answers[command[0]])
    assert machine.memory() == machine.Memory(17179869184, 30 * 16384)


def test_cores_of_a_container(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "_text", lambda path: "100000 100000\n")
    assert machine.cores()[1] == 1
    monkeypatch.setattr(machine, "_text", lambda path: "max 100000\n")
    assert machine.cores()[1] >= 1


def test_verify_says_which_model_is_not_what_was_published(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    published = folder / "published"
    published.mkdir()
    monkeypatch.setenv("CELLPOSE_LOCAL_MODELS_PATH", str(published))
    assert main(["models", "verify"]) == 0
    assert capsys.readouterr().out.splitlines()[0].split() == ["MODEL", "VERDICT", "SHA-256", "WHERE"]
    (published / "cpsam").write_bytes(b"something else")
    assert main(["models", "verify", "cpsam"]) == 1
    shown = capsys.readouterr().out
    assert "DIFFERS" in shown and f"cpsam should have {PINS['cpsam'].sha256}" in shown
    assert main(["models", "verify", "--hub", "cpsam"]) == 1
    assert "give no names" in capsys.readouterr().err
