"""Blocks on several processes and machines: who works, on which device, and who may listen."""

import json
import os
import signal
import sys
from pathlib import Path

import numpy as np
import pytest

from cpsam_core.blocks.executors import Where, executor_for, own_card
from cpsam_core.errors import SettingsError
from cpsam_core.segment.settings import Settings
from cpsam_core.weights import load_network
from tests.core.blocks.scenes import begin, labels_of


def test_two_processes_of_dask_and_one_that_dies(tmp_path, slide, tiny_model):
    pytest.importorskip("distributed")
    # With these an untrained network finds something.
    settings = Settings(diameter=30.0, cellprob_threshold=-1.0, flow_threshold=0.0, min_size=5)
    network = load_network(str(tiny_model), "cpu", "float32")
    network.path = str(tiny_model)
    alone = begin(tmp_path / "alone", slide, network, settings)
    alone.run()
    run = begin(tmp_path / "run", slide, network, settings)
    killed = []

    def progress(done, total, note=""):
        if done >= 1 and not killed:
            for pid in workers(run.work.folder.path):
                os.kill(pid, signal.SIGKILL)
                killed.append(pid)
                break

    with executor_for(Where(workers=2)) as executor:
        run.run(progress, executor)
    assert killed
    assert labels_of(alone).max() > 0
    assert np.array_equal(labels_of(run), labels_of(alone))


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_workers_listen_to_this_machine_only():
    pytest.importorskip("distributed")
    with executor_for(Where(workers=1)) as executor:
        pids = [os.getpid(), executor.submit(os.getpid).result()]
        listening = []
        for pid in pids:
            links = [path for path in Path(f"/proc/{pid}/fd").iterdir() if path.is_symlink()]
            own = {str(path.readlink()) for path in links if path.is_symlink()}
            for line in Path(f"/proc/{pid}/net/tcp").read_text().splitlines()[1:]:
                fields = line.split()
                if fields[3] == "0A" and f"socket:[{fields[9]}]" in own:
                    listening.append(fields[1].split(":")[0])
    assert len(listening) > 1 and set(listening) == {"0100007F"}  # 127.0.0.1


def workers(folder):
    """Return the processes that claim a task of a run."""
    found = []
    for path in (folder / "claims").glob("*"):
        try:
            found.append(int(json.loads(path.read_text())["process"]))
        except (OSError, ValueError):
            continue
    return [pid for pid in found if pid != os.getpid()]


def test_a_cluster_that_makes_no_sense(tmp_path):
    where = Where(cluster=tmp_path / "a.json")
    (tmp_path / "a.json").write_text('{"kind": "SLURM"}')
    with (
        pytest.raises(SettingsError, match="does not describe a cluster"),
        executor_for(where),
    ):
        pass
    (tmp_path / "a.json").write_text('{"kind": "os.system", "jobs": 1}')
    with (
        pytest.raises(SettingsError, match="names the queue"),
        executor_for(where),
    ):
        pass


@pytest.mark.parametrize(
    ("asked", "name", "cards", "wanted"),
    [
        (None, 2, 4, "cuda:2"),
        (None, 5, 4, "cuda:1"),
        ("cuda", 1, 2, "cuda:1"),
        ("cuda:3", 1, 4, "cuda:3"),
        ("cpu", 1, 4, "cpu"),
        (None, 1, 1, None),
        (None, "tcp://10.0.0.7:4000", 4, None),
    ],
)
def test_each_worker_of_a_machine_has_a_card(monkeypatch, asked, name, cards, wanted):
    distributed = pytest.importorskip("distributed")
    import torch

    assert own_card(asked) == asked  # no worker
    worker = type("Worker", (), {"name": name})()
    monkeypatch.setattr(distributed, "get_worker", lambda: worker)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: cards)
    assert own_card(asked) == wanted
