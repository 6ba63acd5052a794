"""`python -m bench.screenshots`: the pictures of docs/images, taken of a running service."""

import shutil
import tempfile
from pathlib import Path
from typing import Any, Literal, TypeAlias

from playwright.sync_api import Browser, ViewportSize, sync_playwright

from tests.service import Service, write_policy

IMAGES = Path(__file__).parents[1] / "docs" / "images"
Scheme: TypeAlias = Literal["light", "dark"]

THREAD = "/2026/footbridge"
DESK: ViewportSize = {"width": 1280, "height": 900}
PHONE: ViewportSize = {"width": 375, "height": 800}

SHOTS: tuple[tuple[str, str, Scheme, ViewportSize], ...] = (
    ("demo-light", "/demo", "light", DESK),
    ("demo-dark", "/demo", "dark", DESK),
    ("demo-phone", "/demo", "light", PHONE),
    ("queue-light", "/dashboard", "light", DESK),
    ("queue-dark", "/dashboard", "dark", DESK),
    ("queue-phone", "/dashboard", "dark", PHONE),
    ("history-light", "/dashboard/history", "light", DESK),
)
"""Name of the picture, path, colour scheme, size of the window."""

COMMENTS = (
    ("Ama Mensah", "I cross it every morning with my baskets. Forty minutes saved, both ways."),
    ("Kojo Boateng", "Well written. Could we hear from the canoe pilots too, two months on?"),
    ("Ifeoma", "My Muslim neighbours hold their Friday market on the far side now. Lovely to see."),
)
HELD = (
    ("Deal Finder", "Cheap roofing http://a.example http://b.example http://c.example now!"),
    ("Lena", "Das ist wirklich ein schöner Artikel, vielen Dank dafür!"),
    ("Nobody", "The council are a bunch of crooks and the mayor is an idiot."),
    ("Angry", "You will pay for this, I know where you live"),
)


def main() -> None:
    """Start a service, give it comments, take the pictures."""
    IMAGES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        service = Service(folder, policy=write_policy(folder)).start()
        try:
            _seed(service)
            with sync_playwright() as playwright:
                browser = playwright.chromium.launch(
                    executable_path=shutil.which("chromium"),
                    args=["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"],
                )
                _take_all(browser, service)
        finally:
            service.stop()


def _seed(service: Service) -> None:
    ids = [_post(service, author, text)["id"] for author, text in COMMENTS]
    _post(service, "Reporter", "We asked them; their answer is in Saturday's paper.", ids[1])
    for author, text in HELD:
        _post(service, author, text)


def _post(service: Service, name: str, text: str, parent_id: str | None = None) -> dict[str, str]:
    email = f"{name.split(maxsplit=1)[0].lower()}@example.org"
    return service.post(
        thread={"id": THREAD, "url": f"{service.url}/demo", "title": "The footbridge"},
        author={"name": name, "email": email},
        text=text,
        parent_id=parent_id,
    )


def _take_all(browser: Browser, service: Service) -> None:
    state = _signed_in(browser, service.sign_in_link(name="Efua"))
    for name, path, scheme, size in SHOTS:
        context = browser.new_context(viewport=size, color_scheme=scheme, storage_state=state)
        page = context.new_page()
        page.goto(service.url + path, wait_until="networkidle")
        page.screenshot(path=IMAGES / f"{name}.png", full_page=True)
        context.close()


def _signed_in(browser: Browser, link: str) -> Any:
    context = browser.new_context()
    page = context.new_page()
    page.goto(link)
    page.get_by_role("button", name="Sign in as").click()
    page.wait_for_url("**/dashboard*")
    return context.storage_state()


if __name__ == "__main__":
    main()
