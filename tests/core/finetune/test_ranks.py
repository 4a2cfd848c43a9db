"""Several processes train as one would: two of them on the CPU, started by torchrun's own launcher."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from cpsam_core.errors import SettingsError
from cpsam_core.finetune import Trainer, TrainSettings
from cpsam_core.finetune import ranks as ranks_module
from cpsam_core.finetune.ranks import Ranks, current, joined, launched
from tests.core.finetune.tiny_training import PATCH, QUICK, CancelAfter, Disks, trainer

pytestmark = pytest.mark.usefixtures("one_thread")

SETTINGS = replace(QUICK, epochs=2, samples=8, batch_size=4, layer_drop=0.6, averaging=0.9)


def made(state: Path | None = None, settings: TrainSettings = SETTINGS) -> Trainer:
    data = Disks(classes=True)
    return trainer(settings, replace(PATCH, out_channels=6), data, resume=state, validation=Disks())


def train(folder: Path) -> None:
    """Train in one of several processes: break off and resume; the leading one writes what came out."""
    torch.set_num_threads(1)
    with joined("cpu") as device:
        assert device == "cpu"
        ranks = current()
        try:
            made(folder / "run.partial").run(CancelAfter(3))
        except BaseException as error:  # noqa: BLE001 - a decision of the test
            assert type(error).__name__ == "Cancelled"
        torch.distributed.barrier()
        resumed = made(folder / "run.partial")
        assert len(resumed.reports) == 1
        result = resumed.run()
        values = [(r.training_loss, r.validation_loss, r.best) for r in result.reports]
        state = result.model.state_dict()
        torch.save({"reports": values, "state": state}, folder / f"result{ranks.rank}.pt")


def test_two_processes_train_as_one(tmp_path: Path) -> None:
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "OMP_NUM_THREADS": "1"}
    command = [
        sys.executable,
        "-m",
        "torch.distributed.run",
        "--standalone",
        "--nproc-per-node",
        "2",
        "-m",
        "tests.core.finetune.test_ranks",
        str(tmp_path),
    ]
    done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    assert sorted(p.name for p in tmp_path.iterdir()) == ["result0.pt", "result1.pt", "run.partial"]
    one = made().run()
    for rank in (0, 1):
        found = torch.load(tmp_path / f"result{rank}.pt", weights_only=True)
        for (training, validation, best), report in zip(found["reports"], one.reports, strict=True):
            assert training == pytest.approx(report.training_loss, rel=1e-4)
            assert validation == pytest.approx(report.validation_loss, rel=1e-4)
            assert best == report.best
        for name, value in one.model.state_dict().items():
            torch.testing.assert_close(found["state"][name], value, rtol=1e-3, atol=1e-4)


def test_one_process_needs_no_group() -> None:
    assert not launched()
    assert current() == Ranks(0, 1)
    with joined("cpu") as device:
        assert device == "cpu"
        assert current().leads
    assert Ranks().sums((1.0, 2.0), torch.device("cpu")) == [1.0, 2.0]
    assert Ranks().agreed((1.0,), torch.device("cpu")) == [1.0]


def test_batches_that_cannot_be_shared() -> None:
    assert Ranks(1, 4).share(8) == 2
    with pytest.raises(SettingsError, match="use a multiple of 4"):
        Ranks(0, 4).share(6)


@pytest.mark.parametrize("memory", ["lean", "paged"])
def test_modes_that_step_alone(memory: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ranks_module, "current", lambda: Ranks(0, 2))
    with pytest.raises(SettingsError, match="in one process only"):
        trainer(replace(SETTINGS, memory=memory))  # type: ignore[arg-type]


def test_processes_draw_their_own_samples() -> None:
    from cpsam_core.data.loader import Helpers, batches

    def tiles(size: int, part: tuple[int, int]) -> list[torch.Tensor]:
        given = batches(Disks(), QUICK.augmentation, size, 2, (1, 2), Helpers(1), part)  # type: ignore[arg-type]
        return [torch.from_numpy(batch.tiles) for batch in given]

    whole, halves = tiles(4, (0, 1)), [tiles(2, (rank, 2)) for rank in (0, 1)]
    for step, batch in enumerate(whole):
        assert torch.equal(batch, torch.cat([half[step] for half in halves]))


if __name__ == "__main__":
    train(Path(sys.argv[1]))
