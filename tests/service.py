"""A real `moderation serve` in a process of its own, for the tests: real store, model and HTTP."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from uuid import uuid4

ROOT = Path(__file__).parent.parent
POLICY = ROOT / "config" / "policy.toml"
CLOSED_THREAD = "/closed"
START_S = 60.0

# All tests come from one address; only the tests of the limits want them as strict as they ship.
ROOMY = {
    "address": "60000/60 burst 6000",
    "author": "60000/60 burst 6000",
    "thread": "60000/60 burst 6000",
    "new_threads": "60000/60 burst 6000",
}


def write_policy(folder: Path, *, limits: Mapping[str, str] = ROOMY, **demo: object) -> Path:
    """The shipped policy with other limits, a closed thread, and `demo` lines for the demo site."""
    text = POLICY.read_text(encoding="utf-8")
    for name, rate in limits.items():
        text = re.sub(rf"^{name} = .*$", f'{name} = "{rate}"', text, count=1, flags=re.MULTILINE)
    lines = {"closed_threads": [CLOSED_THREAD], **demo}
    for name, value in lines.items():
        text = re.sub(rf"(\[sites\.demo\](?s:.*))^{name} = .*\n", r"\1", text, flags=re.MULTILINE)
        text += f"{name} = {json.dumps(value)}\n"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "policy.toml").write_text(text, encoding="utf-8")
    blocklist = (ROOT / "config" / "blocklist.txt").read_text(encoding="utf-8")
    (folder / "blocklist.txt").write_text(blocklist, encoding="utf-8")
    return folder / "policy.toml"


class Service:
    """One running service; `folder` holds its data, its policy and its log."""

    site = "demo"
    closed_thread = CLOSED_THREAD

    def __init__(
        self, folder: Path, *, policy: Path | None = None, env: Mapping[str, str] | None = None
    ) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.port = free_port()
        self.foreign_origin = f"http://localhost:{free_port()}"
        self.url = f"http://127.0.0.1:{self.port}"
        self.log = folder / "service.log"
        self.output = folder / "service.out"
        self.env = os.environ | {
            "MODERATION_DATA_DIR": str(folder / "data"),
            "MODERATION_POLICY": str(policy or self._policy()),
            "MODERATION_PORT": str(self.port),
            "MODERATION_DOOR_RATE_PER_MINUTE": "100000",
            **(env or {}),
        }
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> "Service":
        """Start and wait until it is ready."""
        with self.output.open("ab") as output, self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self._command("serve"), env=self.env, stdout=output, stderr=log
            )
        self.wait_until_ready()
        return self

    def wait_until_ready(self) -> None:
        deadline = time.monotonic() + START_S
        while not self._is_ready():
            assert self.process is not None
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise AssertionError(f"the service did not start:\n{self.log.read_text()}")
            time.sleep(0.05)

    def stop(self) -> int:
        """Stop as an operator would; the exit code."""
        assert self.process is not None
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout=60)

    def kill(self) -> None:
        """kill -9: the process alone, its embedded server lives on."""
        assert self.process is not None
        self.process.kill()
        self.process.wait()

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """A command of the command line, beside the running service."""
        return subprocess.run(
            self._command(*arguments),
            env=self.env,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    def key(self, scopes: Sequence[str] = ("submit", "read", "score")) -> str:
        """A new key of the demo site."""
        options = [piece for scope in scopes for piece in ("--scope", scope)]
        made = self.run("key", "add", "--site", self.site, *options)
        assert made.returncode == 0, made.stderr
        return made.stdout.strip().splitlines()[-1]

    def sign_in_link(self, role: str = "moderator", name: str | None = None) -> str:
        """A one-time link of a new moderator."""
        name = name or f"Moderator {uuid4().hex[:6]}"
        made = self.run("moderator", "add", name, "--role", role)
        assert made.returncode == 0, made.stderr
        return made.stdout.strip().splitlines()[-1]

    def hold(self, text: str = "Look here", **fields: Any) -> str:
        """Post a comment that the link rule holds; its id."""
        links = " ".join(f"https://example.org/{n}" for n in range(4))
        return self._posted(f"{text} {links}", "pending", fields)

    def publish(self, text: str = "Thank you for this thoughtful piece.", **fields: Any) -> str:
        """Post a comment that is published at once; its id."""
        return self._posted(text, "published", fields)

    def post(self, **fields: Any) -> dict[str, Any]:
        """Post a comment as the widget on a page of the site does; the answer."""
        return self.request("POST", "/api/v1/comments", submission(**fields))

    def request(
        self, method: str, path: str, body: object = None, headers: Mapping[str, str] | None = None
    ) -> Any:
        """A JSON request from a page of the site."""
        request = urllib.request.Request(
            self.url + path,
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Content-Type": "application/json", "Origin": self.url, **(headers or {})},
        )
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.loads(answer.read())

    def _policy(self) -> Path:
        return write_policy(self.folder, origins=["self", self.foreign_origin])

    def _posted(self, text: str, status: str, fields: Mapping[str, Any]) -> str:
        answer = self.post(text=text, **fields)
        assert answer["status"] == status, answer
        return str(answer["id"])

    def _command(self, *arguments: str) -> list[str]:
        return [sys.executable, "-m", "moderation", *arguments]

    def _is_ready(self) -> bool:
        try:
            with urllib.request.urlopen(self.url + "/health/ready", timeout=5) as answer:
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError):
            return False


def submission(**fields: Any) -> dict[str, Any]:
    """A good submission of someone new, with `fields` laid on."""
    who = uuid4().hex[:8]
    good = {
        "site": "demo",
        "thread": {"id": "/2026/article", "url": None, "title": "An article"},
        "author": {"name": f"Ama {who}", "email": f"ama.{who}@example.org"},
        "text": f"A kind word about the bridge, number {who}.",
    }
    if isinstance(fields.get("thread"), str):
        fields["thread"] = {"id": fields["thread"]}
    return good | fields


def free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return int(listening.getsockname()[1])
