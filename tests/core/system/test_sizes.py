"""Numbers of bytes in words: always a number that can be read."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest

from cpsam_core.system.sizes import size_in_words
from cpsam_core.system.write_errors import why_unwritten


@pytest.mark.parametrize(
    ("count", "words"),
    [
        (0, "0 bytes"),
        (1, "1 byte"),
        (999, "999 bytes"),
        (4408, "4.4 kB"),
        (999_949, "999.9 kB"),
        (999_970, "1.0 MB"),
        (12_345_678, "12.3 MB"),
        (1_200_000_000, "1.2 GB"),
        (2_500_000_000_000, "2.5 TB"),
    ],
)
def test_a_size_is_told_in_the_unit_that_leaves_a_number(count: int, words: str) -> None:
    assert size_in_words(count) == words


def test_on_a_full_disk_what_is_needed_and_what_is_free_differ(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    free = type("Usage", (), {"free": 812})
    monkeypatch.setattr("shutil.disk_usage", lambda _: free)
    said = why_unwritten(tmp_path / "a.cpsam", OSError(errno.ENOSPC, "No space left on device"), 4408)
    assert said.endswith("it takes 4.4 kB, and 812 bytes are free there")
