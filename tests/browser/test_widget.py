"""The comment widget as readers meet it: in a browser, on the demo page and on a stranger's page.

Each test talks in a thread of its own. What the service would not say on command (too fast,
out of order, hostile names) is put into its mouth by answering the request in its place.
"""

import json
import re
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page, Request, Route, expect

CLEAN_TEXT = "Thank you for this thoughtful piece, it made my day."
HELD_TEXT = (
    "See https://a.example/1 https://b.example/2 https://c.example/3 https://d.example/4 for more."
)
POSTS = re.compile(r"/api/v1/comments$")
LISTS = re.compile(r"/api/v1/comments\?")
HOSTILE = '<img src=x onerror="window.hacked=1"><script>window.hacked=1</script>'
FIELD_MESSAGES = {
    "Comment": "Please enter your comment!",
    "Name": "Please enter your name here",
    "Email": "You have entered an incorrect email address!",
}


@pytest.fixture
def thread() -> str:
    return f"/tests/{uuid4()}"


@pytest.fixture
def widget(page: Page, service: Any, thread: str) -> Locator:
    return open_thread(page, service, thread)


def test_all_faulty_fields_are_told_at_once_beside_the_fields(page: Page, widget: Locator) -> None:
    page.get_by_label("Email").fill("ama at example")
    post(page)

    alert = widget.get_by_role("alert")
    for label, message in FIELD_MESSAGES.items():
        field = page.get_by_label(label)
        expect(alert).to_contain_text(message)
        expect(field).to_have_attribute("aria-invalid", "true")
        expect(field).to_have_accessible_description(re.compile(re.escape(message)))
        assert is_just_below(widget.get_by_text(message), field)
    expect(page.get_by_label("Comment")).to_be_focused()
    expect(page.get_by_label("Website")).not_to_have_attribute("aria-invalid", "true")


def test_a_missing_email_has_its_own_message(page: Page, widget: Locator) -> None:
    fill(page, email="")
    post(page)
    expect(widget.get_by_role("alert")).to_have_text("Please enter your email address here")
    expect(page.get_by_label("Email")).to_be_focused()


def test_errors_of_the_server_stand_beside_their_fields(page: Page, widget: Locator) -> None:
    errors = [
        {"pointer": "/author/url", "code": "url_invalid", "detail": "Please enter a web address"},
        {"pointer": "/author/name", "code": "name_invalid", "detail": "This name cannot be used"},
    ]
    answer_posts(page, 422, {"errors": errors})
    fill(page)
    post(page)
    for label, error in zip(("Website", "Name"), errors, strict=True):
        expect(page.get_by_label(label)).to_have_accessible_description(re.compile(error["detail"]))
    expect(page.get_by_label("Name")).to_be_focused()


def test_a_clean_comment_is_published_at_once(page: Page, widget: Locator) -> None:
    expect(widget.get_by_text("No comments yet. Be the first.")).to_be_visible()
    fill(page, name="Ama Mensah", website="ama.example.org")
    post(page)

    comment = widget.get_by_role("article")
    expect(comment).to_contain_text(CLEAN_TEXT)
    expect(comment).to_be_focused()
    expect(comment.get_by_role("link", name="Ama Mensah")).to_have_attribute(
        "href", "https://ama.example.org/"
    )
    expect(widget.get_by_role("status")).to_have_text("Your comment is published.")
    expect(widget.get_by_role("heading", level=2)).to_have_text("1 comment")
    expect(page.get_by_label("Comment")).to_have_value("")
    expect(page.get_by_label("Name")).to_have_value("Ama Mensah")


def test_a_held_comment_awaits_moderation_before_its_authors_eyes_alone(
    page: Page, service: Any, widget: Locator, thread: str, new_context: Callable[..., Any]
) -> None:
    fill(page, text=HELD_TEXT)
    post(page)
    expect(widget.get_by_text("Your comment is awaiting moderation")).to_be_visible()
    expect(widget.get_by_role("article")).to_contain_text("Visible only to you")

    open_thread(page, service, thread)
    expect(widget.get_by_text("Your comment is awaiting moderation")).to_be_visible()
    expect(widget.get_by_role("article")).to_contain_text("https://a.example/1")

    stranger = open_thread(new_context().new_page(), service, thread)
    expect(stranger.get_by_text("No comments yet. Be the first.")).to_be_visible()
    expect(stranger.get_by_role("article")).to_have_count(0)


def test_a_rejected_comment_keeps_its_text(page: Page, widget: Locator) -> None:
    answer_posts(page, 201, {"id": "1", "status": "rejected", "comment": None})
    fill(page)
    post(page)
    expect(widget.get_by_role("alert")).to_contain_text("Your comment was not published.")
    expect(widget.get_by_role("alert")).to_contain_text("It does not meet this site's rules.")
    expect(page.get_by_label("Comment")).to_have_value(CLEAN_TEXT)


def test_saying_the_same_twice_is_answered_with_the_servers_words(
    page: Page, widget: Locator
) -> None:
    email = f"{uuid4()}@example.org"
    fill(page, email=email)
    post(page)
    expect(widget.get_by_role("article")).to_have_count(1)
    fill(page, email=email)
    post(page)
    expect(widget.get_by_role("alert")).to_have_text(
        "Duplicate comment detected; it looks as though you've already said that!"
    )
    expect(widget.get_by_role("article")).to_have_count(1)


def test_too_fast_counts_down_and_lets_the_author_post_again(page: Page, widget: Locator) -> None:
    detail = "You are posting comments too quickly. Slow down."
    answer_posts(page, 429, {"detail": detail}, headers={"Retry-After": "2"})
    fill(page)
    post(page)
    expect(widget.get_by_role("alert")).to_have_text(detail)
    button = widget.get_by_role("button", name="Post Comment")
    expect(button).to_be_disabled()
    expect(button).to_have_text("Post Comment")
    expect(button).to_be_enabled()


@pytest.mark.parametrize("status", [0, 503])
def test_an_absent_service_loses_nothing_and_the_repeat_keeps_its_key(
    page: Page, widget: Locator, status: int
) -> None:
    seen = count_posts(page)
    answer_posts(page, status, {"detail": "The store is away."})
    fill(page)
    post(page)
    expect(widget.get_by_role("alert")).to_contain_text("Your text is kept")
    expect(page.get_by_label("Comment")).to_have_value(CLEAN_TEXT)

    page.unroute(POSTS)
    post(page)
    expect(widget.get_by_role("article")).to_contain_text(CLEAN_TEXT)
    first, second = (request.headers["idempotency-key"] for request in seen)
    assert first == second


def test_the_draft_and_its_reply_target_survive_a_reload(
    page: Page, service: Any, widget: Locator, thread: str
) -> None:
    answer_lists(page, [comment("1", "Kofi", "First!")])
    widget = open_thread(page, service, thread)
    widget.get_by_role("button", name="Reply", exact=True).click()
    fill(page, text="Half a thought", name="Esi")

    widget = open_thread(page, service, thread)
    expect(widget.get_by_role("heading", name="Reply to Kofi")).to_be_visible()
    expect(page.get_by_label("Comment")).to_have_value("Half a thought")
    expect(page.get_by_label("Name")).to_have_value("Esi")


def test_a_double_click_posts_once(page: Page, widget: Locator) -> None:
    seen = count_posts(page)
    fill(page)
    widget.get_by_role("button", name="Post Comment").dblclick()
    expect(widget.get_by_role("article")).to_have_count(1)
    assert len(seen) == 1


def test_changed_content_gets_a_new_key(page: Page, widget: Locator) -> None:
    seen = count_posts(page)
    answer_posts(page, 503, {})
    for text in ("One thought", "Another thought"):
        fill(page, text=text, email="ama@example.org")
        post(page)
        expect(widget.get_by_role("alert")).to_contain_text("Your text is kept")
    assert len({request.headers["idempotency-key"] for request in seen}) == 2


def test_replies_stand_below_what_they_answer(page: Page, widget: Locator) -> None:
    fill(page, text="What a lovely bridge this is, thank you.", name="Kofi")
    post(page)
    widget.get_by_role("button", name="Reply", exact=True).click()
    expect(page.get_by_label("Comment")).to_be_focused()
    fill(page, text="I agree with you, it is a lovely bridge.", name="Esi")
    post(page)

    reply = widget.locator("li li article")
    expect(reply).to_contain_text("I agree with you")
    expect(widget.get_by_role("heading", level=2)).to_have_text("2 comments")
    expect(widget.get_by_role("heading", name="Leave a comment")).to_be_visible()


def test_cancelling_a_reply_keeps_the_text(page: Page, service: Any, thread: str) -> None:
    answer_lists(page, [comment("1", "Kofi", "First!")])
    widget = open_thread(page, service, thread)
    widget.get_by_role("button", name="Reply", exact=True).click()
    page.get_by_label("Comment").fill("Second!")
    widget.get_by_role("button", name="Cancel reply").click()
    expect(page.get_by_label("Comment")).to_have_value("Second!")
    expect(widget.get_by_role("heading", name="Leave a comment")).to_be_visible()


def test_threads_indent_three_times_and_orphans_say_so(
    page: Page, service: Any, thread: str
) -> None:
    chain = [
        comment(str(n), f"Author {n}", f"Level {n}", parent_id=str(n - 1) if n else None)
        for n in range(5)
    ]
    answer_lists(page, [*chain, comment("orphan", "Yaa", "Alone", parent_id="elsewhere")])
    widget = open_thread(page, service, thread)
    expect(widget.get_by_role("article")).to_have_count(6)
    expect(widget.locator("li li li li")).to_have_count(2)
    expect(widget.locator("li li li li li")).to_have_count(0)
    expect(widget.get_by_role("article").filter(has_text="Level 4")).to_contain_text(
        "in reply to Author 3"
    )
    expect(widget.get_by_role("article").filter(has_text="Alone")).to_contain_text(
        "in reply to a comment"
    )


def test_show_more_goes_on_with_the_next_page(page: Page, service: Any, thread: str) -> None:
    def answer(route: Route) -> None:
        last = "cursor=next" in route.request.url
        rows = [comment("2" if last else "1", "Kofi", "Second page" if last else "First page")]
        route.fulfill(
            json={"data": rows, "has_more": not last, "next_cursor": None if last else "next"}
        )

    page.route(LISTS, answer)
    page.route("**/api/v1/counts?*", lambda route: route.fulfill(json={"counts": {thread: 73}}))
    widget = open_thread(page, service, thread)
    expect(widget.get_by_role("heading", level=2)).to_have_text("73 comments")
    widget.get_by_role("button", name="Show more").click()
    expect(widget.get_by_role("article").filter(has_text="Second page")).to_be_focused()
    expect(widget.get_by_role("button", name="Show more")).to_be_hidden()


def test_a_list_that_does_not_come_can_be_asked_for_again(
    page: Page, service: Any, thread: str
) -> None:
    page.route(LISTS, lambda route: route.abort())
    widget = open_thread(page, service, thread)
    expect(widget.get_by_role("status")).to_have_text("Comments could not be loaded.")
    page.unroute(LISTS)
    widget.get_by_role("button", name="Retry").click()
    expect(widget.get_by_text("No comments yet. Be the first.")).to_be_visible()


def test_posting_needs_no_mouse(page: Page, widget: Locator) -> None:
    page.get_by_label("Comment").focus()
    for text in (CLEAN_TEXT, "Efua", f"{uuid4()}@example.org"):
        page.keyboard.type(text)
        page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    expect(widget.get_by_role("checkbox")).to_be_focused()
    page.keyboard.press("Space")
    expect(widget.get_by_role("checkbox")).to_be_checked()
    page.keyboard.press("Tab")
    expect(widget.get_by_role("button", name="Post Comment")).to_be_focused()
    page.keyboard.press("Enter")
    expect(widget.get_by_role("article")).to_contain_text(CLEAN_TEXT)
    remembered = page.evaluate("JSON.parse(localStorage['moderation:author'])")
    assert remembered["name"] == "Efua"


def test_hostile_names_and_texts_stay_text(page: Page, service: Any, thread: str) -> None:
    text = f"{HOSTILE} javascript:alert(1) https://ok.example/path. \u202egnp.exe"
    answer_lists(page, [comment("1", HOSTILE, text, url="javascript:window.hacked=1")])
    widget = open_thread(page, service, thread)
    article = widget.get_by_role("article")
    expect(article).to_contain_text(HOSTILE)
    expect(article.locator("img, script")).to_have_count(0)
    link = article.get_by_role("link", name="https://ok.example/path", exact=True)
    expect(link).to_have_attribute("rel", "nofollow ugc noopener")
    expect(article.locator("a:not(.when)")).to_have_count(1)
    expect(article.locator("bdi")).to_have_text(HOSTILE)
    assert page.evaluate("window.hacked") is None


def test_a_permalink_leads_to_its_comment(page: Page, service: Any, thread: str) -> None:
    answer_lists(page, [comment(str(n), "Kofi", f"Comment number {n}") for n in range(20)])
    widget = open_thread(page, service, thread)
    target = widget.get_by_role("article").filter(has_text="Comment number 0")
    target.locator("a.when").click()
    expect(page).to_have_url(re.compile("#comment-0$"))
    expect(target).to_be_focused()
    expect(target).to_be_in_viewport()


def test_a_page_of_another_origin_can_list_and_post(page: Page, foreign_page_url: str) -> None:
    page.goto(foreign_page_url)
    widget = page.locator("moderation-comments")
    text = f"Greetings from across the water, reader {uuid4().hex[:8]}."
    fill(page, text=text)
    post(page)
    expect(widget.get_by_role("article").filter(has_text=text)).to_be_visible()
    assert page.context.cookies() == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_phone_never_scrolls_sideways_and_has_room_for_thumbs(
    page: Page, service: Any, thread: str, scheme: Any
) -> None:
    page.set_viewport_size({"width": 375, "height": 812})
    page.emulate_media(color_scheme=scheme)
    show_a_lively_thread(page, service, thread)
    assert page.evaluate("document.documentElement.scrollWidth") <= 375
    assert is_just_below(
        page.get_by_text("You have entered an incorrect email address!"), page.get_by_label("Email")
    )
    for control in (
        page.locator("moderation-comments").locator("button, input, textarea, select, a.when").all()
    ):
        box = control.bounding_box()
        assert box is None or (box["height"] >= 44 and box["width"] >= 44), control.inner_text()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(page: Page, service: Any, thread: str, scheme: Any) -> None:
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    show_a_lively_thread(page, service, thread)
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()


def open_thread(page: Page, service: Any, thread: str) -> Locator:
    page.goto(f"{service.url}/demo")
    widget = page.locator("moderation-comments")
    widget.evaluate("(element, thread) => element.setAttribute('thread', thread)", thread)
    expect(widget.get_by_role("status")).not_to_have_text("Loading comments…")
    return widget


def show_a_lively_thread(page: Page, service: Any, thread: str) -> None:
    rows = [
        comment(str(n), "Ama Mensah", "w" * 90, parent_id=str(n - 1) if n else None)
        for n in range(5)
    ]
    answer_lists(
        page,
        [
            *rows,
            comment(
                "9", "ليلى حداد", "مقال جميل https://ok.example/ شكرا", url="https://ok.example"
            ),
        ],
    )
    widget = open_thread(page, service, thread)
    expect(widget.get_by_role("article")).to_have_count(6)
    page.get_by_label("Email").fill("wrong")
    post(page)
    expect(widget.get_by_text("Please enter your name here")).to_be_visible()


def fill(
    page: Page,
    *,
    text: str = CLEAN_TEXT,
    name: str = "Ama",
    email: str | None = None,
    website: str = "",
) -> None:
    page.get_by_label("Comment").fill(text)
    page.get_by_label("Name").fill(name)
    page.get_by_label("Email").fill(f"{uuid4()}@example.org" if email is None else email)
    page.get_by_label("Website").fill(website)


def post(page: Page) -> None:
    page.get_by_role("button", name="Post Comment").click()


def comment(
    id_: str, name: str, text: str, *, parent_id: str | None = None, url: str | None = None
) -> dict[str, Any]:
    moment = f"2026-11-20T08:00:{len(text) % 60:02}Z"
    author = {"name": name, "url": url}
    return {
        "id": id_,
        "parent_id": parent_id,
        "author": author,
        "text": text,
        "created_at": moment,
        "edited_at": None,
    }


def answer_lists(page: Page, rows: list[dict[str, Any]]) -> None:
    page.route(
        LISTS,
        lambda route: route.fulfill(json={"data": rows, "has_more": False, "next_cursor": None}),
    )


def answer_posts(
    page: Page, status: int, body: dict[str, Any], headers: dict[str, str] | None = None
) -> None:
    def answer(route: Route) -> None:
        if status:
            route.fulfill(
                status=status,
                body=json.dumps(body),
                headers={"Content-Type": "application/json", **(headers or {})},
            )
        else:
            route.abort()

    page.route(POSTS, answer)


def count_posts(page: Page) -> list[Request]:
    seen: list[Request] = []
    page.on("request", lambda request: seen.append(request) if request.method == "POST" else None)
    return seen


def is_just_below(message: Locator, field: Locator) -> bool:
    lower, upper = message.bounding_box(), field.bounding_box()
    if lower is None or upper is None:
        return False
    gap = lower["y"] - (upper["y"] + upper["height"])
    return 0 <= gap < 16 and abs(lower["x"] - upper["x"]) < 2
