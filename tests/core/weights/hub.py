"""A stand-in for Hugging Face, and what it serves."""

from __future__ import annotations

import hashlib
import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from cpsam_core.weights import folders, pins


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


DATA = bytes(range(256)) * 40
