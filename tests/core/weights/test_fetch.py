"""Published weights come over the network once, whole, and whatever breaks in between."""

from __future__ import annotations

import shutil
from types import SimpleNamespace
from typing import Any

import huggingface_hub.constants
import pytest

from cpsam_core import weights
from cpsam_core.errors import WeightsError
from cpsam_core.progress import Cancelled, silent
from cpsam_core.weights import folders, pins, transfer
from tests.core.weights.hub import DATA, Hub


def test_published_weights_are_fetched_once(hub: Hub, places: SimpleNamespace) -> None:
    hub.files["cpsam_v2"] = DATA
    steps: list[tuple[int, int, str]] = []

    def progress(done: int, total: int, note: str = "") -> None:
        steps.append((done, total, note))

    path = weights.find("cpsam_v2", progress)
    assert path == places.published / "cpsam_v2" and path.read_bytes() == DATA
    assert steps[-1] == (len(DATA), len(DATA), "cpsam_v2") and len(steps) > 5
    assert [done for done, _, _ in steps] == sorted(done for done, _, _ in steps)
    count = len(hub.requests)
    assert weights.find("cpsam_v2") == path and len(hub.requests) == count
    assert [p.name for p in places.published.iterdir()] == ["cpsam_v2"], "neither lock nor part is left"


def test_nothing_but_the_file_is_asked_for_and_nothing_told(hub: Hub) -> None:
    hub.files["cpsam"] = DATA
    weights.find("cpsam")
    path = f"/{folders.PUBLISHED_REPOSITORY}/resolve/{pins.REVISION}/cpsam"
    assert {(method, where) for method, where, _ in hub.requests} == {("HEAD", path), ("GET", path)}
    assert {headers["user-agent"] for headers in hub.headers} == {"cpsam-gui"}
    assert not any("authorization" in headers for headers in hub.headers)


def test_a_dropped_connection_is_taken_up_again(hub: Hub) -> None:
    hub.files["cpsam"] = DATA
    hub.break_after = 4500

    def revive(done: int, total: int, note: str = "") -> None:
        if done >= 4000:
            hub.break_after = None

    assert weights.find("cpsam", revive).read_bytes() == DATA
    assert "bytes=4000-" in [wanted for _, _, wanted in hub.requests]


def test_a_broken_transfer_goes_on_in_the_next_session(hub: Hub, places: SimpleNamespace) -> None:
    hub.files["cpsam"] = DATA
    hub.break_after = 5500
    with pytest.raises(WeightsError, match="what arrived is kept"):
        weights.find("cpsam")
    assert not (places.published / "cpsam").exists()
    hub.break_after = None
    hub.requests.clear()
    assert weights.find("cpsam").read_bytes() == DATA
    assert [wanted for method, _, wanted in hub.requests if method == "GET"] == ["bytes=5000-"]


def test_cancelled_and_continued(hub: Hub, places: SimpleNamespace) -> None:
    hub.files["cpsam"] = DATA

    def cancel(done: int, total: int, note: str = "") -> None:
        if done >= 3000:
            raise Cancelled

    with pytest.raises(Cancelled):
        weights.find("cpsam", cancel)
    assert not (places.published / "cpsam").exists()
    hub.requests.clear()
    assert weights.find("cpsam").read_bytes() == DATA
    assert hub.requests[-1][2] == "bytes=3000-"


def test_server_that_cannot_be_reached(
    hub: Hub, monkeypatch: pytest.MonkeyPatch, places: SimpleNamespace
) -> None:
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    for name in ("cpsam", "mouse/cells"):
        with pytest.raises(WeightsError, match="cannot be reached") as caught:
            weights.find(name)
        assert "cpsam-lite" in str(caught.value)


def test_offline_and_absent(places: SimpleNamespace) -> None:
    with pytest.raises(WeightsError) as caught:
        weights.find("cpsam_v2")
    message = str(caught.value)
    assert "\n" not in message
    for part in ("cpsam_v2", str(places.published), str(places.home / ".cellpose" / "models"), "cpsam-lite"):
        assert part in message


def test_no_room_and_no_permission(
    hub: Hub, places: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    hub.files["cpsam"] = DATA
    with monkeypatch.context() as patch:
        patch.setattr(shutil, "disk_usage", lambda path: SimpleNamespace(free=100))
        with pytest.raises(
            WeightsError, match=r"need [0-9,.]+ (bytes|kB|MB) more, but .* has only 100 bytes"
        ):
            weights.find("cpsam")
    places.published.rename(places.published.with_name("moved"))
    places.published.write_text("a file where the folder should be")
    with pytest.raises(WeightsError):
        weights.find("cpsam")


def test_full_disk_while_writing(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    hub.files["cpsam"] = DATA

    def full(*args: object, **kwargs: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(transfer, "http_get", full)
    with pytest.raises(WeightsError, match="disk is full"):
        weights.find("cpsam")


@pytest.mark.parametrize("told", [False, True])
def test_one_bar_in_the_terminal(hub: Hub, told: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """The bar of the hub library is on where nobody else reports, and is not left switched off."""
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_DISABLE_PROGRESS_BARS", None)
    hub.files["cpsam"] = DATA
    during: list[bool] = []
    real = transfer.http_get

    def spy(*args: Any, **kwargs: Any) -> None:
        during.append(transfer.are_progress_bars_disabled())
        real(*args, **kwargs)

    monkeypatch.setattr(transfer, "http_get", spy)
    weights.find("cpsam", (lambda done, total, note="": None) if told else silent)
    assert during == [told]
    assert not transfer.are_progress_bars_disabled()
