"""The main job, end to end, as a reader and a moderator see it on the shipped model and policy."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.service import Service, write_policy

KIND = "Thank you for this thoughtful piece, it made my day."
RUDE = "you are a worthless idiot"
THREAT = "I will find you and kill you"
LINKS = "Buy here http://a.example/1 http://b.example/2 http://c.example/3 http://d.example/4"
GERMAN = "Das ist wirklich ein schöner Artikel, vielen Dank dafür!"

# Sentences that name identities and mean no harm: a filter that rejects these silences people.
BENIGN = (
    "I am a gay man and I loved this piece",
    "My Muslim neighbours celebrate with us",
    "As a black woman I felt seen by this article",
    "The Jewish community centre opened its doors today",
    "My trans daughter read this and smiled",
    "Deaf visitors will be glad about the new signs at the museum",
    "Our Hindu and Christian friends cooked together for the festival",
    "The lesbian couple next door just adopted a puppy",
    "Mexican bakeries like this one keep our street alive",
    "He is blind and the best guitar player I know",
)


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A service of this module's own, so that its queue holds nothing else."""
    folder = tmp_path_factory.mktemp("main-job")
    running = Service(folder, policy=write_policy(folder)).start()
    yield running
    assert running.stop() == 0


def test_comments_are_judged_reviewed_and_seen(page: Page, browser: Browser, desk: Service) -> None:
    complaints: list[str] = []
    page.on("console", lambda m: complaints.append(m.text) if m.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(f"{desk.url}/demo")
    post(page, KIND, "Kind")
    expect(page.get_by_role("article").filter(has_text=KIND)).to_be_visible()
    for name, text in {"Links": LINKS, "German": GERMAN, "Threat": THREAT, "Rude": RUDE}.items():
        post(page, text, name)

    moderator = browser.new_page()
    moderator.goto(desk.sign_in_link())
    moderator.get_by_role("button", name="Sign in as").click()
    expect(card(moderator, "Links")).to_contain_text("http://a.example/1")
    expect(card(moderator, "Links")).to_contain_text("4 links")
    expect(card(moderator, "German")).to_contain_text("German")
    card(moderator, "German").get_by_role("button", name="Approve").click()
    expect(card(moderator, "German")).to_have_count(0)
    card(moderator, "Links").get_by_role("button", name="Reject").click()
    expect(card(moderator, "Links")).to_have_count(0)
    moderator.close()

    page.reload()
    expect(page.get_by_role("article").filter(has_text=GERMAN)).to_be_visible()
    for refused in (LINKS, THREAT, RUDE):
        assert not is_public(desk, refused)
    assert complaints == []


def test_what_is_plainly_abusive_is_never_public(desk: Service) -> None:
    for text in (THREAT, RUDE):
        answer = desk.post(text=text, thread="/abuse")
        assert answer["status"] in {"pending", "rejected"}, text


def test_sentences_that_name_identities_pass(desk: Service) -> None:
    statuses = [desk.post(text=text, thread="/identities")["status"] for text in BENIGN]
    assert "rejected" not in statuses
    assert statuses.count("published") >= 8, dict(zip(BENIGN, statuses, strict=True))


def post(page: Page, text: str, name: str) -> None:
    page.get_by_label("Comment", exact=True).fill(text)
    page.get_by_label("Name", exact=True).fill(name)
    page.get_by_label("Email", exact=True).fill(f"{name.lower()}@example.org")
    with page.expect_response("**/api/v1/comments") as answered:
        page.get_by_role("button", name="Post Comment").click()
    assert answered.value.status in {201, 202}


def card(moderator: Page, author: str):
    return moderator.locator("[data-card]").filter(has_text=author)


def is_public(desk: Service, text: str) -> bool:
    listed = desk.request("GET", "/api/v1/comments?site=demo&thread=/2026/footbridge")
    return any(comment["text"] == text for comment in listed["data"])
