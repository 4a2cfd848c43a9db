"""A lock lies in a folder that others may write into: whatever stands in it is read without harm."""

from __future__ import annotations

import json
import os
import platform
from pathlib import Path

import pytest

from cpsam_core.system.file_lock import FileLock, remove_left_locks


@pytest.mark.parametrize(
    "content",
    [
        "[" * 4096,
        json.dumps({"user": "", "computer": platform.node(), "process": float("inf"), "since": 0}),
        json.dumps({"user": "", "computer": platform.node(), "process": 10**30, "since": 0}),
        json.dumps({"user": "", "computer": platform.node(), "process": -1, "since": 0}),
        "null",
        "",
    ],
)
def test_a_lock_that_makes_no_sense_is_free(
    content: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lock = FileLock(tmp_path / "a.tif")
    lock.path.write_text(content)
    assert lock.owner is None
    assert remove_left_locks(tmp_path, ".tif") == 0

    def no_locks(file: object) -> None:
        raise OSError

    # Where the server knows none, the number of the process is asked for.
    with monkeypatch.context() as server:
        server.setattr("cpsam_core.system.file_lock._hold", no_locks)
        assert lock.owner is None
    assert lock.take() is None and lock.held
    owner = FileLock(tmp_path / "a.tif").owner
    assert owner is not None and owner.process == os.getpid()
    lock.release()
    assert not lock.path.exists()
