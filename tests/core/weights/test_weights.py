from __future__ import annotations

import hashlib
import importlib
import json
import logging
import re
import shutil
import subprocess
import sys
import threading
import unicodedata
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import huggingface_hub.constants
import huggingface_hub.file_download
import pytest
import torch

from cpsam_core import weights
from cpsam_core.checkpoints import build_model, write_checkpoint
from cpsam_core.checkpoints.cards import ModelCard, card_path, read_card
from cpsam_core.errors import SettingsError, WeightsError
from cpsam_core.network.config import VitConfig
from cpsam_core.network.vit import FlowVit
from cpsam_core.progress import Cancelled, silent
from cpsam_core.weights import folders, locate, pins
from cpsam_core.weights import transfer as transfer_module
from cpsam_core.weights.verify import Verdict, verify_files, verify_pins

CONFIG = VitConfig.lite(depth=1, width=32, heads=2, tile=32, neck=16)


@pytest.fixture(autouse=True, scope="module")
def one_thread() -> Iterator[None]:
    """Tiny networks on a busy machine: threads would wait for each other longer than they compute."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.fixture(autouse=True)
def places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """Give each test folders of its own and no network."""
    found = SimpleNamespace(own=tmp_path / "own", published=tmp_path / "published", home=tmp_path / "home")
    monkeypatch.setenv("HOME", str(found.home))
    monkeypatch.setenv("USERPROFILE", str(found.home))
    monkeypatch.setenv("CPSAM_MODELS", str(found.own))
    monkeypatch.setenv("CELLPOSE_LOCAL_MODELS_PATH", str(found.published))
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    monkeypatch.delenv("TRANSFORMERS_OFFLINE", raising=False)
    monkeypatch.setenv("HF_HUB_DISABLE_PROGRESS_BARS", "1")
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(huggingface_hub.constants, "HF_TOKEN_PATH", str(tmp_path / "token"))
    return found


@pytest.fixture
def model_file(tmp_path: Path) -> Path:
    torch.manual_seed(0)
    model = FlowVit(CONFIG)
    return write_checkpoint(
        tmp_path / "source" / "nuclei.safetensors", model, ModelCard(name="nuclei", notes="n")
    )


# A stand-in for Hugging Face


def git_hash(data: bytes) -> str:
    return hashlib.sha1(b"blob %d\0" % len(data) + data).hexdigest()


class Hub(ThreadingHTTPServer):
    """Serves one repository and does what a test asks for: break off, damage, refuse."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answer)
        self.files: dict[str, bytes] = {}
        self.break_after: int | None = None  # bytes after which the connection is dropped
        self.damage = False
        self.stated = ""  # the checksum that it claims in place of the true one
        self.small = False  # kept in git, whose checksum is another
        self.page: bytes | None = None  # what a proxy answers to everything
        self.requests: list[tuple[str, str, str | None]] = []  # method, path, range
        self.headers: list[dict[str, str]] = []

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class Answer(BaseHTTPRequestHandler):
    server: Hub

    def do_HEAD(self) -> None:
        self.answer(body=False)

    def do_GET(self) -> None:
        self.answer(body=True)

    def answer(self, body: bool) -> None:
        self.server.requests.append((self.command, self.path, self.headers.get("Range")))
        self.server.headers.append({key.lower(): value for key, value in self.headers.items()})
        if self.server.page is not None:
            self.reply(200, self.server.page, {"Content-Type": "text/html", "ETag": 'W/"3-abc"'}, body)
            return
        if self.path == "/api/models/mouse/cells":
            listing = {"id": "mouse/cells", "siblings": [{"rfilename": file} for file in self.server.files]}
            self.reply(200, json.dumps(listing).encode(), {"Content-Type": "application/json"}, body)
            return
        repository, _, rest = self.path.removeprefix("/").partition("/resolve/")
        revision, _, file = rest.partition("/")
        wanted = pins.REVISION if repository == folders.PUBLISHED_REPOSITORY else "main"
        if repository not in ("mouse/cells", folders.PUBLISHED_REPOSITORY):
            self.reply(404, b"", {"X-Error-Code": "RepoNotFound"}, body)
        elif file not in self.server.files or revision != wanted:
            self.reply(404, b"", {"X-Error-Code": "EntryNotFound"}, body)
        else:
            self.send_file(self.server.files[file], body)

    def send_file(self, data: bytes, body: bool) -> None:
        headers = {"X-Repo-Commit": "c" * 40, "ETag": f'"{git_hash(data)}"'}
        if not self.server.small:
            stated = self.server.stated or hashlib.sha256(data).hexdigest()
            headers |= {"X-Linked-Size": str(len(data)), "X-Linked-ETag": f'"{stated}"'}
        status, start = 200, 0
        if wanted := self.headers.get("Range"):
            start = int(wanted.removeprefix("bytes=").split("-")[0])
            status = 206
            headers["Content-Range"] = f"bytes {start}-{len(data) - 1}/{len(data)}"
        sent = data[start:]
        if self.server.damage:
            sent = bytes([sent[0] ^ 1]) + sent[1:]
        self.reply(status, sent, headers, body)

    def reply(self, status: int, data: bytes, headers: dict[str, str], body: bool) -> None:
        self.send_response(status)
        for key, value in headers.items():
            self.send_header(key, value)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        if not body:
            return
        if self.server.break_after is not None:
            data = data[: self.server.break_after]
            self.server.break_after = 0
            self.close_connection = True
        self.wfile.write(data)

    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    server = Hub()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    monkeypatch.setenv("HF_ENDPOINT", server.address)
    monkeypatch.setenv("HF_HUB_OFFLINE", "0")
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_OFFLINE", False)
    monkeypatch.setattr(huggingface_hub.constants, "DOWNLOAD_CHUNK_SIZE", 1000)
    pin = pins.Pin(len(DATA), hashlib.sha256(DATA).hexdigest())
    monkeypatch.setattr(pins, "PINS", dict.fromkeys(weights.PUBLISHED, pin))
    # Between its tries the hub library waits a second.
    monkeypatch.setattr(huggingface_hub.file_download, "time", SimpleNamespace(sleep=lambda seconds: None))
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


DATA = bytes(range(256)) * 40


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


def test_damaged_content_is_never_kept(hub: Hub, places: SimpleNamespace) -> None:
    hub.files["cpsam"] = DATA
    hub.damage = True
    with pytest.raises(WeightsError, match="checksum"):
        weights.find("cpsam")
    assert [p.name for p in places.published.iterdir()] == [".cpsam.lock"]


def test_a_bad_part_is_thrown_away_and_fetched_anew(hub: Hub, places: SimpleNamespace) -> None:
    hub.files["cpsam"] = DATA
    places.published.mkdir()
    part = places.published / f".cpsam.{hashlib.sha256(DATA).hexdigest()[:16]}.part"
    part.write_bytes(b"x" * 700)
    assert weights.find("cpsam").read_bytes() == DATA
    part.write_bytes(b"x" * (len(DATA) + 5))  # longer than the whole
    (places.published / "cpsam").unlink()
    assert weights.find("cpsam").read_bytes() == DATA
    assert not part.exists()
    part.with_name(".cpsam.0123456789abcdef.part").write_bytes(b"of an older version")
    (places.published / "cpsam").unlink()
    weights.find("cpsam")
    assert [p.name for p in places.published.iterdir()] == ["cpsam"]


PAGE = b"<!DOCTYPE html><html><body>Please log in to the network of the clinic.</body></html>"


def test_the_page_of_a_proxy_is_not_kept(hub: Hub, places: SimpleNamespace) -> None:
    hub.page = PAGE
    with pytest.raises(WeightsError, match="no checksum"):
        weights.find("cpsam")
    assert not (places.published / "cpsam").exists()


def test_a_page_that_was_kept_is_fetched_anew(hub: Hub, places: SimpleNamespace) -> None:
    hub.files["cpsam"] = DATA
    places.published.mkdir()
    (places.published / "cpsam").write_bytes(PAGE)
    assert weights.find("cpsam").read_bytes() == DATA


def test_every_published_model_is_pinned() -> None:
    assert tuple(pins.PINS) == weights.PUBLISHED
    assert re.fullmatch(r"[0-9a-f]{40}", pins.REVISION)
    for pin in pins.PINS.values():
        assert re.fullmatch(r"[0-9a-f]{64}", pin.sha256) and pin.size > 3e8
    assert len({pin.sha256 for pin in pins.PINS.values()}) == len(pins.PINS)


def test_another_file_under_a_published_name_is_not_even_fetched(hub: Hub, places: SimpleNamespace) -> None:
    hub.files["cpsam"] = DATA[::-1]
    with pytest.raises(WeightsError, match="another file under the name cpsam"):
        weights.find("cpsam")
    assert {method for method, _, _ in hub.requests} == {"HEAD"}
    assert not places.published.exists()


def test_a_server_that_lies_about_the_checksum_is_found_out(hub: Hub, places: SimpleNamespace) -> None:
    hub.files["cpsam"] = DATA[::-1]
    hub.stated = hashlib.sha256(DATA).hexdigest()
    with pytest.raises(WeightsError, match="wrong checksum"):
        weights.find("cpsam")
    assert [path.name for path in places.published.iterdir()] == [".cpsam.lock"]


def test_verify_tells_right_from_wrong_files(hub: Hub, places: SimpleNamespace) -> None:
    hub.files |= {"cpsam": DATA, "model.safetensors": DATA[:500]}
    path, other = weights.find("cpsam"), weights.find("mouse/cells")
    found = {one.name: one.verdict for one in verify_files()}
    assert found == {"cpsam": Verdict.SAME, "mouse/cells/model.safetensors": Verdict.SAME}
    for damaged in (path, other):
        damaged.write_bytes(b"x" + damaged.read_bytes()[1:])
    assert {one.verdict for one in verify_files()} == {Verdict.DIFFERS}
    assert [one.name for one in verify_files(["mouse/cells"])] == ["mouse/cells/model.safetensors"]
    pins.checksum_path(other).unlink()
    assert [one.verdict for one in verify_files(["mouse/cells"])] == [Verdict.UNKNOWN]
    with pytest.raises(WeightsError, match="cpdino is not on this computer"):
        verify_files(["cpdino"])


def test_a_copy_of_another_size_is_used_with_a_warning(
    hub: Hub, places: SimpleNamespace, caplog: pytest.LogCaptureFixture
) -> None:
    places.published.mkdir()
    (places.published / "cpsam").write_bytes(DATA + b"more")
    assert weights.fetch("cpsam") == places.published / "cpsam"
    assert weights.find("cpsam") == places.published / "cpsam"
    assert caplog.text.count("is not the published file of that name") == 2


def test_the_pins_are_compared_with_what_the_hub_states(
    hub: Hub, monkeypatch: pytest.MonkeyPatch, places: SimpleNamespace
) -> None:
    hub.files |= dict.fromkeys(weights.PUBLISHED, DATA)
    assert {one.verdict for one in verify_pins()} == {Verdict.SAME}
    hub.files["cpdino"] = DATA[:-1]
    assert [one.name for one in verify_pins() if one.verdict is Verdict.DIFFERS] == ["cpdino"]
    assert {method for method, _, _ in hub.requests} == {"HEAD"} and not places.published.exists()
    hub.small = True
    with pytest.raises(WeightsError, match="no SHA-256"):
        verify_pins()
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    with pytest.raises(WeightsError, match="switched off"):
        verify_pins()


@pytest.mark.parametrize(
    "address", ["http://mirror.example.org", "ftp://huggingface.co", "mirror.example.org"]
)
def test_a_mirror_without_encryption_is_refused(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_ENDPOINT", address)
    monkeypatch.setenv("HF_HUB_OFFLINE", "0")
    with pytest.raises(WeightsError, match="https"):
        weights.find("cpsam")


@pytest.mark.parametrize(
    ("address", "told"),
    [
        ("https://huggingface.co/a/b", True),
        ("http://huggingface.co/a/b", False),
        ("https://mirror.example.org/a/b", False),
        ("https://huggingface.co.example.org/a/b", False),
        ("https://cdn.huggingface.co/a/b", False),
    ],
)
def test_the_token_goes_to_hugging_face_only(
    address: str, told: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    from cpsam_core.weights import transfer

    monkeypatch.setattr(transfer, "get_token", lambda: "secret")
    assert ("authorization" in transfer._headers(address)) == told


def test_a_mirror_never_sees_the_token(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_TOKEN", "secret")
    hub.files["model.safetensors"] = DATA
    assert weights.find("mouse/cells").read_bytes() == DATA
    assert hub.headers and not any("authorization" in headers for headers in hub.headers)


@pytest.mark.parametrize("damage", [False, True])
def test_small_files_have_the_checksum_of_git(hub: Hub, damage: bool) -> None:
    hub.files["tiny.pth"] = DATA
    hub.small, hub.damage = True, damage
    if damage:
        with pytest.raises(WeightsError, match="checksum"):
            weights.find("mouse/cells/tiny.pth")
    else:
        assert weights.find("mouse/cells/tiny.pth").read_bytes() == DATA


def test_repository_named_without_a_file(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    hub.files |= {"README.md": b"text", "sub/cells.safetensors": DATA}
    path = weights.find("mouse/cells")
    assert path.read_bytes() == DATA and path.name == "cells.safetensors"
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    assert weights.find("mouse/cells") == path


def test_repository_with_several_files(hub: Hub) -> None:
    hub.files |= {"a.pth": DATA, "b.pth": DATA}
    with pytest.raises(WeightsError, match=r"a\.pth, b\.pth"):
        weights.find("mouse/cells")
    hub.files["cpsam_v2"] = DATA[:100]
    assert weights.find("mouse/cells").read_bytes() == DATA[:100]


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("mouse/cells/none.pth", "has no file none.pth"),
        ("no/body/x.pth", "no public repository"),
        ("mouse/cells/../../x", "not the name of a file"),
        ("mouse/cells--x/f", "not an id"),
    ],
)
def test_what_hugging_face_does_not_have(hub: Hub, name: str, words: str) -> None:
    hub.files["cpsam"] = DATA
    with pytest.raises(WeightsError, match=words):
        weights.find(name)


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
        with pytest.raises(WeightsError, match="MB more"):
            weights.find("cpsam")
    places.published.rename(places.published.with_name("moved"))
    places.published.write_text("a file where the folder should be")
    with pytest.raises(WeightsError):
        weights.find("cpsam")


def test_full_disk_while_writing(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    hub.files["cpsam"] = DATA

    def full(*args: object, **kwargs: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(transfer_module, "http_get", full)
    with pytest.raises(WeightsError, match="disk is full"):
        weights.find("cpsam")


def test_copy_in_the_cache_of_the_hub_library(tmp_path: Path) -> None:
    """Weights that another program fetched with huggingface_hub are used where they are."""
    repository = tmp_path / "cache" / ("models--" + folders.PUBLISHED_REPOSITORY.replace("/", "--"))
    snapshot = repository / "snapshots" / ("c" * 40)
    snapshot.mkdir(parents=True)
    (repository / "refs").mkdir()
    (repository / "refs" / "main").write_text("c" * 40)
    (snapshot / "cpsam").write_bytes(DATA)
    assert weights.find("cpsam") == snapshot / "cpsam"


# Finding


def test_published_weights_are_found_where_cellpose_keeps_them(places: SimpleNamespace) -> None:
    folder = places.home / ".cellpose" / "models"
    folder.mkdir(parents=True)
    (folder / "cpsam").write_bytes(DATA)
    (folder / "my_finetuned").write_bytes(DATA)
    assert weights.find("cpsam") == folder / "cpsam"
    assert weights.find("my_finetuned") == folder / "my_finetuned"
    places.published.mkdir()
    (places.published / "cpsam").write_bytes(DATA)
    assert weights.find("cpsam") == places.published / "cpsam"


def test_paths(model_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert weights.find(model_file) == model_file
    assert weights.find(str(model_file)) == model_file
    monkeypatch.chdir(model_file.parent)
    assert weights.find("nuclei.safetensors") == Path("nuclei.safetensors")
    for missing in ("none.pth", "./none", "source/none.pth", model_file.with_name("none"), "a\\b"):
        with pytest.raises(WeightsError, match="does not exist"):
            weights.find(missing)


def test_unknown_names(model_file: Path) -> None:
    weights.add_model(model_file, "nuclei")
    with pytest.raises(WeightsError, match="Did you mean nuclei"):
        weights.find("nucleii")
    for strange in ("", "\0", "x" * 5000, "a b?"):
        with pytest.raises(WeightsError):
            weights.find(strange)


def test_embedded_model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert folders.embedded_file().parent.name == "models"
    monkeypatch.setattr(locate, "embedded_file", lambda: tmp_path / "cpsam-lite.safetensors")
    with pytest.raises(WeightsError, match="install again"):
        weights.find("cpsam-lite")
    (tmp_path / "cpsam-lite.safetensors").write_bytes(DATA)
    assert weights.find("cpsam-lite") == tmp_path / "cpsam-lite.safetensors"


# The user's own models


def test_list_names_every_kind(model_file: Path, places: SimpleNamespace) -> None:
    before = weights.list_models()
    assert [(m.name, m.kind) for m in before] == [
        ("cpsam-lite", "embedded"),
        ("cpsam_v2", "published"),
        ("cpsam", "published"),
        ("cpdino", "published"),
        ("cpdino-vitb", "published"),
    ]
    assert not before[1].present and before[1].size is None
    places.published.mkdir()
    (places.published / "cpsam").write_bytes(DATA)
    weights.add_model(model_file)
    (places.own / ".hidden").write_bytes(b"")
    (places.own / "folder").mkdir()
    after = weights.list_models()
    assert [m.name for m in after] == ["cpsam-lite", *weights.PUBLISHED, "nuclei"]
    assert after[2].present and after[2].size == len(DATA)
    assert after[-1].card is not None and after[-1].card.notes == "n"


def test_add_rename_remove(model_file: Path, places: SimpleNamespace) -> None:
    added = weights.add_model(model_file, "Kerne 核 ядра")
    assert added.present and added.card is not None and added.card.name == "Kerne 核 ядра"
    assert weights.find("Kerne 核 ядра") == added.path and added.path.read_bytes() == model_file.read_bytes()
    renamed = weights.rename_model("Kerne 核 ядра", "kerne.v2")
    assert renamed.card is not None and (renamed.card.name, renamed.card.notes) == ("kerne.v2", "n")
    assert sorted(p.name for p in places.own.iterdir()) == ["kerne.v2.json", "kerne.v2.safetensors"]
    with pytest.raises(WeightsError):
        weights.find("Kerne 核 ядра")
    assert weights.rename_model("kerne.v2", "Kerne.v2").name == "Kerne.v2"
    weights.remove_model("Kerne.v2")
    assert not list(places.own.iterdir()) and model_file.exists()


def test_a_file_put_into_the_folder_is_found_in_either_unicode_form(
    model_file: Path, places: SimpleNamespace
) -> None:
    places.own.mkdir()
    (places.own / unicodedata.normalize("NFD", "Zähler.pth")).write_bytes(model_file.read_bytes())
    for form in ("NFC", "NFD"):
        assert weights.find(unicodedata.normalize(form, "Zähler")).is_file()
    with pytest.raises(SettingsError, match="already"):
        weights.add_model(model_file, "ZÄHLER")


def test_taken_names(model_file: Path) -> None:
    weights.add_model(model_file, "a")
    weights.add_model(model_file, "b")
    with pytest.raises(SettingsError, match="already"):
        weights.add_model(model_file, "A")
    with pytest.raises(SettingsError, match="already"):
        weights.rename_model("a", "B")


@pytest.mark.parametrize(
    "name",
    [
        "",
        "  ",
        "a/b",
        "a\\b",
        "..",
        ".x",
        "x.",
        "CON",
        "nul.v1",
        "com1",
        "a:b",
        "a\nb",
        "a\0b",
        "x" * 300,
        "核" * 80,
        "cpsam",
        "CPSAM_v2",
        "cpsam-lite",
        "x.pth",
        "x.json",
        "\ud800",
    ],
)
def test_impossible_names(name: str, model_file: Path, places: SimpleNamespace) -> None:
    with pytest.raises(SettingsError) as caught:
        weights.add_model(model_file, name)
    assert "\n" not in str(caught.value) and not places.own.exists()


def test_bad_files_are_not_added(tmp_path: Path, places: SimpleNamespace) -> None:
    (tmp_path / "page.pth").write_bytes(b"<html>")
    for bad in (tmp_path / "page.pth", tmp_path / "none.pth"):
        with pytest.raises(WeightsError):
            weights.add_model(bad)
    assert not places.own.exists()


@pytest.mark.parametrize("name", ["cpsam-lite", "cpsam", "none"])
def test_models_of_the_program_stay(name: str) -> None:
    with pytest.raises(WeightsError):
        weights.remove_model(name)
    with pytest.raises(WeightsError):
        weights.rename_model(name, "new")


def test_remove_without_permission(model_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    weights.add_model(model_file, "a")

    def refuse(*args: object, **kwargs: object) -> None:
        raise PermissionError(13, "Permission denied")

    for method in ("unlink", "rename"):
        monkeypatch.setattr(Path, method, refuse)
    with pytest.raises(WeightsError, match="Permission denied"):
        weights.remove_model("a")
    with pytest.raises(WeightsError, match="Permission denied"):
        weights.rename_model("a", "b")


# Ready to run


def test_load_network(model_file: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    added = weights.add_model(model_file, "mine")
    network = weights.load_network("mine", device="cpu", precision="float32")
    assert network.config == CONFIG and network.name == "mine"
    tiles = torch.randn(2, 3, CONFIG.tile, CONFIG.tile)
    from cpsam_core.checkpoints import read_state

    model = build_model(read_state(added.path)[0], CONFIG)
    with torch.no_grad():
        expected = model(tiles)
    torch.testing.assert_close(torch.from_numpy(network(tiles.numpy())), expected, rtol=1e-4, atol=1e-5)
    with pytest.raises(SettingsError):
        weights.load_network("mine", device="abacus")
    assert card_path(added.path).is_file() and read_card(added.path) is not None


def test_load_start_can_be_trained(model_file: Path) -> None:
    weights.add_model(model_file, "mine")
    before = weights.find("mine").read_bytes()
    model, card = weights.load_start("mine", in_channels=1, out_channels=5)
    assert card is not None and card.name == "mine"
    optimiser = torch.optim.SGD(model.parameters(), 0.1)
    loss = model.train()(torch.randn(1, 1, CONFIG.tile, CONFIG.tile)).square().mean()
    loss.backward()
    optimiser.step()
    assert loss.item() > 0
    assert weights.find("mine").read_bytes() == before


def test_names_and_lists_need_no_torch() -> None:
    code = (
        "import sys, cpsam_core.weights as weights; weights.list_models(); weights.check_name('a');"
        "sys.exit('torch' in sys.modules or 'huggingface_hub' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize("told", [False, True])
def test_one_bar_in_the_terminal(hub: Hub, told: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """The bar of the hub library is on where nobody else reports, and is not left switched off."""
    transfer: Any = importlib.import_module("cpsam_core.weights.transfer")

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


def test_what_is_known_is_told_without_fetching_it(places: SimpleNamespace, model_file: Path) -> None:
    weights.add_model(model_file)
    for name in ("cpsam-lite", "nuclei", str(model_file), "cpsam_v2", "owner/repository"):
        assert weights.is_known(name), name
    weights.remove_model("nuclei")
    model_file.unlink()
    for name in ("nuclei", str(model_file), "", "\0", "@Invalid()", "/nowhere/" + "x" * 5000):
        assert not weights.is_known(name), name
    assert not places.published.exists()
