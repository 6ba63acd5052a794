"""The desk in a real browser: signing in, reading, acting, and being too late."""

import re
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Locator, Page, Response, expect

from tests.service import Service

XSS = "<script>alert(1)</script><img src=x onerror=alert(2)>"
PHONE = {"width": 375, "height": 800}


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A service of this module's own: its queue holds what the tests put there."""
    running = Service(tmp_path_factory.mktemp("desk")).start()
    yield running
    assert running.stop() == 0


@pytest.fixture(autouse=True)
def quiet(page: Page) -> Iterator[None]:
    """No test may leave an error in the console, but for the answers it asks for."""
    said: list[str] = []
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("console", lambda m: said.append(m.text) if m.type == "error" else None)
    yield
    answers = re.compile(r"responded with a status of (403|404|409|410|503)")
    assert [line for line in said if not answers.search(line)] == []


def sign_in(page: Page, service: Service, role: str = "moderator") -> None:
    page.goto(service.sign_in_link(role))
    page.get_by_role("button", name="Sign in as").click()
    expect(page.get_by_role("heading", name="Queue")).to_be_visible()


def card(page: Page, comment_id: str) -> Locator:
    return page.locator(f'[data-card="{comment_id}"]')


def focus_by_keyboard(page: Page, comment_id: str) -> None:
    for _ in range(page.locator("[data-card]").count()):
        page.keyboard.press("j")
        if page.evaluate("document.activeElement.dataset.card") == comment_id:
            return
    pytest.fail("j never reached the card")


def act_elsewhere(service: Service, comment_id: str, action: str, by: str = "Kofi") -> None:
    service.request(
        "POST",
        f"/api/v1/review/{comment_id}/actions",
        {"action": action, "moderator": by},
        {"Authorization": f"Bearer {service.key(['review'])}"},
    )


def status(service: Service, comment_id: str) -> str:
    headers = {"Authorization": f"Bearer {service.key(['read'])}"}
    return str(service.request("GET", f"/api/v1/comments/{comment_id}", None, headers)["status"])


def goto(page: Page, url: str) -> Response:
    answer = page.goto(url)
    assert answer is not None
    return answer


def test_looking_at_a_link_does_not_use_it_up_and_using_it_does(
    page: Page, service: Service, browser: Browser
) -> None:
    link = service.sign_in_link()
    for _ in range(2):
        page.goto(link)
    page.get_by_role("button", name="Sign in as").click()
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()
    with browser.new_context() as other:
        late = other.new_page()
        assert goto(late, link).status == 410
        expect(late.get_by_role("heading", name="This link is used up")).to_be_visible()


def test_a_link_opened_twice_signs_in_once(page: Page, service: Service, browser: Browser) -> None:
    link = service.sign_in_link()
    page.goto(link)
    with browser.new_context() as other:
        first = other.new_page()
        first.goto(link)
        first.get_by_role("button", name="Sign in as").click()
    page.get_by_role("button", name="Sign in as").click()
    expect(page.get_by_role("heading", name="This link is used up")).to_be_visible()


def test_who_is_not_signed_in_is_sent_to_sign_in(page: Page, service: Service) -> None:
    page.goto(f"{service.url}/dashboard/history")
    expect(page).to_have_url(f"{service.url}/dashboard/sign-in")
    expect(page.get_by_text("moderation moderator add NAME")).to_be_visible()


def test_signing_out_ends_the_session(page: Page, service: Service) -> None:
    sign_in(page, service)
    page.get_by_role("button", name="Sign out").click()
    page.goto(f"{service.url}/dashboard")
    expect(page).to_have_url(f"{service.url}/dashboard/sign-in")


def test_a_held_comment_shows_why_with_what_matched_marked(page: Page, service: Service) -> None:
    held = service.hold(text="A card to look at")
    sign_in(page, service)
    reasons = card(page, held).get_by_role("list", name="Reasons")
    expect(reasons).to_contain_text("Links")
    expect(card(page, held).locator(".text mark").first).to_contain_text("example.org/0")


def test_approving_by_keyboard_alone(page: Page, service: Service) -> None:
    held = service.hold(text="Approve me")
    service.hold(text="Stay here")
    sign_in(page, service)
    focus_by_keyboard(page, held)
    page.keyboard.press("a")
    expect(card(page, held)).to_have_count(0)
    expect(page.get_by_role("status")).to_contain_text("Approved.")
    expect(page.locator("[data-card]:focus")).to_have_count(1)
    assert status(service, held) == "published"


def test_rejecting_with_a_reason_and_undoing_it(page: Page, service: Service) -> None:
    held = service.hold(text="Reject me")
    service.hold(text="Stay here too")
    sign_in(page, service)
    mine = card(page, held)
    mine.get_by_text("Reason for rejecting").click()
    mine.get_by_role("combobox", name="Reason").select_option("Threat")
    mine.get_by_label("Note").fill("a note for colleagues")
    mine.get_by_role("button", name="Reject").click()
    expect(mine).to_have_count(0)
    assert status(service, held) == "rejected"
    page.get_by_role("button", name="Undo").click()
    expect(mine).to_be_focused()
    assert status(service, held) == "pending"
    page.get_by_role("link", name="History").click()
    expect(page.get_by_text("Reason: Threat")).to_be_visible()
    expect(page.get_by_text("Note: a note for colleagues")).to_be_visible()


def test_u_restores_the_last_rejected_one_even_after_an_approval(
    page: Page, service: Service
) -> None:
    rejected, approved = service.hold(text="Reject by key"), service.hold(text="Approve by key")
    service.hold(text="Left over")
    sign_in(page, service)
    for comment_id, key in ((rejected, "r"), (approved, "a")):
        focus_by_keyboard(page, comment_id)
        page.keyboard.press(key)
        expect(card(page, comment_id)).to_have_count(0)
    page.keyboard.press("u")
    expect(card(page, rejected)).to_be_focused()
    assert status(service, rejected) == "pending"
    assert status(service, approved) == "published"


def test_shortcuts_keep_quiet_while_somebody_types(page: Page, service: Service) -> None:
    held = service.hold(text="Type a note")
    sign_in(page, service)
    card(page, held).get_by_text("Reason for rejecting").click()
    card(page, held).get_by_label("Note").press_sequentially("arcu?")
    expect(card(page, held).get_by_label("Note")).to_have_value("arcu?")
    expect(page.get_by_role("dialog")).to_have_count(0)
    assert status(service, held) == "pending"


def test_the_help_opens_and_closes_by_keyboard(page: Page, service: Service) -> None:
    sign_in(page, service)
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keyboard")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_claiming_and_releasing_one(page: Page, service: Service, browser: Browser) -> None:
    held = service.hold(text="Claim me")
    sign_in(page, service)
    focus_by_keyboard(page, held)
    page.keyboard.press("c")
    expect(card(page, held)).to_contain_text("yours, ")
    with browser.new_context() as other:
        colleague = other.new_page()
        sign_in(colleague, service)
        expect(card(colleague, held)).to_contain_text("being read by Moderator")
        expect(card(colleague, held).get_by_role("button")).to_have_count(0)
    page.get_by_role("link", name="Mine (").click()
    page.reload()
    card(page, held).get_by_role("button", name="Release").click()
    expect(card(page, held).get_by_role("button", name="Claim")).to_be_visible()


def test_claiming_ten_shows_what_is_mine(page: Page, service: Service) -> None:
    service.hold(text="One of ten")
    sign_in(page, service)
    page.get_by_role("button", name="Claim 10").click()
    expect(page).to_have_url(re.compile(r"mine=1"))
    expect(page.locator("[data-card]").first).to_contain_text("yours, ")
    releases = page.get_by_role("button", name="Release")
    for left in reversed(range(releases.count())):
        releases.first.click()
        expect(releases).to_have_count(left)


def test_being_too_late_says_who_was_faster_and_how_it_stands(page: Page, service: Service) -> None:
    held = service.hold(text="Too late")
    sign_in(page, service)
    act_elsewhere(service, held, "approve")
    card(page, held).get_by_role("button", name="Reject").click()
    expect(page.get_by_role("status")).to_contain_text("Kofi was faster")
    expect(card(page, held)).to_contain_text("published")
    assert status(service, held) == "published"


def test_a_viewer_sees_no_buttons_and_may_not_act(page: Page, service: Service) -> None:
    held = service.hold(text="Only to look at")
    sign_in(page, service, role="viewer")
    expect(card(page, held)).to_be_visible()
    expect(card(page, held).get_by_role("button")).to_have_count(0)
    answer = page.request.post(
        f"{service.url}/dashboard/comments/{held}/actions",
        form={"action": "approve", "seen": "pending"},
        headers={"Origin": service.url, "Sec-Fetch-Site": "same-origin"},
    )
    assert answer.status == 403
    assert "Not allowed" in answer.text()
    assert status(service, held) == "pending"


def test_markup_of_strangers_is_text(page: Page, service: Service) -> None:
    held = service.hold(text=XSS)
    sign_in(page, service)
    expect(card(page, held).locator(".text")).to_contain_text(XSS)
    assert card(page, held).locator("script, img").count() == 0
    page.goto(f"{service.url}/dashboard/history")
    expect(page.get_by_text(XSS).first).to_be_visible()


def test_a_path_that_leads_nowhere_is_a_page(page: Page, service: Service) -> None:
    assert goto(page, f"{service.url}/dashboard/nowhere").status == 404
    expect(page.get_by_role("heading", name="Not found")).to_be_visible()


@pytest.mark.parametrize("path", ["", "/history", "/policy"])
def test_a_phone_need_not_scroll_sideways(page: Page, service: Service, path: str) -> None:
    service.hold(text="Averylongword" * 20)
    page.set_viewport_size(PHONE)
    sign_in(page, service)
    page.goto(f"{service.url}/dashboard{path}")
    assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_stands_in_anyones_way(page: Page, service: Service, scheme: str) -> None:
    held = service.hold(text=f"Accessible {scheme}")
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    page.goto(f"{service.url}/dashboard/sign-in")
    assert Axe().run(page).violations_count == 0
    sign_in(page, service)
    for path in ("", "/history", "/policy", f"/comments/{held}"):
        page.goto(f"{service.url}/dashboard{path}")
        found = Axe().run(page)
        assert found.violations_count == 0, found.generate_report()


def test_everything_works_without_javascript(service: Service, browser: Browser) -> None:
    held = service.hold(text="No script")
    with browser.new_context(java_script_enabled=False) as context:
        page = context.new_page()
        sign_in(page, service)
        card(page, held).get_by_role("button", name="Reject").click()
        expect(page.get_by_role("status")).to_contain_text("Rejected.")
        page.get_by_role("button", name="Undo").click()
        expect(page.get_by_role("status")).to_contain_text("Back in the queue.")
        act_elsewhere(service, held, "approve")
        card(page, held).get_by_role("button", name="Reject").click()
        expect(page.get_by_role("alert")).to_contain_text("Kofi was faster")
        expect(card(page, held)).to_contain_text("published")
    assert status(service, held) == "published"
