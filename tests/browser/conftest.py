"""A real Chromium, and a page of another origin that embeds the widget."""

import http.server
import shutil
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from tests.service import Service

FOREIGN_PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Elsewhere</title>
<h1>A page elsewhere</h1>
<script async src="{url}/embed.js" data-site="demo" data-thread="/elsewhere"></script></html>"""


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.fail("The browser tests need Chromium: make test installs it (apt: chromium).")
    quiet = ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"]
    background = ["--disable-background-networking", "--disable-component-update"]
    return {
        **browser_type_launch_args,
        "executable_path": chromium,
        "args": [*quiet, *background],
    }


@pytest.fixture(scope="session")
def foreign_page_url(service: Service) -> Iterator[str]:
    """http://localhost:PORT, where the service is http://127.0.0.1:OTHER: another origin."""
    page = FOREIGN_PAGE.format(url=service.url).encode()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.end_headers()
            self.wfile.write(page)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    port = int(service.foreign_origin.rpartition(":")[2])
    server = http.server.ThreadingHTTPServer(("127.0.0.1", port), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"{service.foreign_origin}/"
    server.shutdown()
    server.server_close()
