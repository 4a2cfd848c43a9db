from __future__ import annotations

import subprocess
import sys
from importlib.machinery import PathFinder

import pytest

from cpsam_gui.jobs.torch_libraries import TorchLibraries, load_torch_beside_the_window

WINDOWS = sys.platform == "win32"
CHILD = """
import sys, threading, time
from cpsam_gui.jobs import torch_libraries

turns, going, during = 0, True, []

def turn():
    global turns
    while going:
        turns += 1
        time.sleep(0.0005)

real = torch_libraries.load_libraries

def watched(folder):
    before = turns
    real(folder)
    during.append(turns - before)

torch_libraries.load_libraries = watched
torch_libraries.load_torch_beside_the_window()
torch_libraries.load_torch_beside_the_window()
thread = threading.Thread(target=turn)
thread.start()
import torch
going = False
thread.join()
mapped = open("/proc/self/maps").read() if sys.platform == "linux" else "libtorch_cpu"
assert "libtorch_cpu" in mapped
assert float(torch.ones(3).sum()) == 3
assert not any(isinstance(one, torch_libraries.TorchLibraries) for one in sys.meta_path)
print(*during)
"""


@pytest.mark.skipif(WINDOWS, reason="torch itself loads its libraries so there")
def test_other_threads_run_while_torch_loads_its_libraries() -> None:
    done = subprocess.run([sys.executable, "-c", CHILD], check=True, capture_output=True, text=True)
    (turns,) = map(int, done.stdout.split())
    # One or two if the other thread had to wait for the libraries.
    assert turns > 5


def test_nothing_is_put_in_the_way_where_torch_is_there_already(monkeypatch: pytest.MonkeyPatch) -> None:
    # A window of another test has put one in.
    monkeypatch.setattr(
        sys, "meta_path", [one for one in sys.meta_path if not isinstance(one, TorchLibraries)]
    )
    monkeypatch.setitem(sys.modules, "torch", sys)
    load_torch_beside_the_window()
    assert not any(isinstance(one, TorchLibraries) for one in sys.meta_path)


def test_those_who_look_for_modules_meanwhile_miss_no_finder(monkeypatch: pytest.MonkeyPatch) -> None:
    """Another thread may go through the finders while torch is looked for: none may move up."""
    monkeypatch.setattr(sys, "path", [])
    finder, other = TorchLibraries(), PathFinder()
    finders = [finder, other]
    monkeypatch.setattr(sys, "meta_path", finders)
    seen = [(one, one.find_spec("torch", None))[0] for one in finders]
    assert seen == [finder, other]


def test_a_torch_that_is_not_there_is_missed_by_those_who_import_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "meta_path", list(sys.meta_path))
    monkeypatch.setattr(sys, "path", [])
    finder = TorchLibraries()
    sys.meta_path.insert(0, finder)
    assert finder.find_spec("numpy", None) is None
    assert finder in sys.meta_path
    assert finder.find_spec("torch", None) is None
    assert finder not in sys.meta_path
