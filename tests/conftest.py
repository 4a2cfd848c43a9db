"""Loads pytest-qt where Qt can run, and says plainly what is left out where it cannot."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from hypothesis import settings

os.environ.setdefault("PYTEST_QT_API", "pyqt6")
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
# Several processes, so one thread each.
if "PYTEST_XDIST_WORKER" in os.environ:
    os.environ.setdefault("OMP_NUM_THREADS", "1")

# The same examples on every machine and however busy it is; `--hypothesis-profile default` draws others each time.
settings.register_profile("same", derandomize=True, deadline=None)
settings.load_profile("same")

try:
    import PyQt6.QtWidgets  # noqa: F401 - a bare Linux machine lacks libEGL and others that Qt needs
except ImportError as error:
    QT_PROBLEM = str(error)
else:
    QT_PROBLEM = ""

pytest_plugins = [] if QT_PROBLEM else ["pytestqt.plugin"]
collect_ignore = ["gui", "test_benchmarks.py"] if QT_PROBLEM else []


@pytest.fixture(scope="session", autouse=True)
def _own_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep training examples out of the user's cache."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CPSAM_CACHE", str(tmp_path_factory.mktemp("cache")))
        yield


def pytest_configure(config: pytest.Config) -> None:
    """Fail instead of leaving the window untested where that is asked for, as continuous integration does."""
    if QT_PROBLEM and os.environ.get("CPSAM_REQUIRE_QT"):
        pytest.exit(f"Qt does not run here: {QT_PROBLEM}", returncode=1)


def pytest_report_header() -> list[str]:
    """Say when the tests of the window are left out, and how to get them."""
    if not QT_PROBLEM:
        return []
    return [
        f"LEFT OUT: tests of the window, since Qt does not run here ({QT_PROBLEM}); the README names the packages"
    ]
