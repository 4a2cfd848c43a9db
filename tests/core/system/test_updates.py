"""Whether there is a newer version, and which torch fits a driver."""

from __future__ import annotations

import importlib.util
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from cpsam_core.errors import CpsamError
from cpsam_core.system.torch_flavour import driver_cuda, flavour_for, install_line
from cpsam_core.system.updates import is_newer, newest_version


@pytest.mark.parametrize(
    ("published", "own", "newer"),
    [
        ("0.2.0", "0.1.9", True),
        ("0.10", "0.9.1", True),
        ("0.1.0", "0.1", False),
        ("0.2.0", "0.2.0.dev31+gabc", True),
        ("0.2.0rc1", "0.2.0", False),
        ("0.1.0", "0+unknown", True),
        ("0.1.0", "0.1.1.dev261+g9c6e", False),
    ],
)
def test_which_version_is_newer(published: str, own: str, newer: bool) -> None:
    assert is_newer(published, own) is newer


@contextmanager
def index(answer: bytes) -> Iterator[str]:
    """Answer every request on a port of this machine."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name of the base class
            """Say nothing."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def test_the_newest_version_is_asked_for() -> None:
    with index(json.dumps({"info": {"version": "3.1.4"}}).encode()) as url:
        assert newest_version(url) == "3.1.4"


@pytest.mark.parametrize("answer", [b"", b"<html>", b"{}", b'{"info": {"version": "<b>1</b> run this"}}'])
def test_answers_that_make_no_sense(answer: bytes) -> None:
    with index(answer) as url, pytest.raises(CpsamError, match="makes no sense"):
        newest_version(url)


def test_without_a_network() -> None:
    with pytest.raises(CpsamError, match="cannot be reached"):
        newest_version("http://127.0.0.1:9/")


@pytest.mark.parametrize(
    ("report", "flavour"),
    [
        ("| NVIDIA-SMI 550.54   Driver Version: 550.54   CUDA Version: 12.4     |", "cu118"),
        ("CUDA Version: 12.6", "cu126"),
        ("CUDA Version: 12.9", "cu128"),
        ("CUDA Version: 14.1", "cu130"),
        ("", "cu128"),
    ],
)
def test_the_flavour_of_torch_fits_the_driver(report: str, flavour: str) -> None:
    assert flavour_for(driver_cuda(report)) == flavour


def test_the_line_is_that_of_the_tool_at_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    assert install_line("cu126").startswith("uv pip install --python ")
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: object())
    assert install_line("cu126").endswith("/whl/cu126")
