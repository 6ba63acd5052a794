"""The widget's script as it is served: small, whole, and free of what a strict page refuses."""

import gzip
import re

from moderation.web.widget.bundle import PARTS, embed_etag, embed_script

BUDGET = 8 * 1024


def test_the_script_with_its_style_fits_the_budget() -> None:
    assert len(gzip.compress(embed_script(), 9)) <= BUDGET


def test_every_part_is_there_and_none_of_our_comments() -> None:
    script = embed_script().decode()
    assert len(PARTS) == len(set(PARTS))
    assert "customElements.define" in script
    assert not re.search(r"^\s*//", script, re.MULTILINE)


def test_nothing_parses_markup_runs_text_or_touches_cookies() -> None:
    assert not re.search(
        rb"innerHTML|outerHTML|insertAdjacent|eval\(|\bFunction\(|cookie", embed_script()
    )


def test_quoted_text_is_served_as_written() -> None:
    assert b"Your comment was not published. It does not meet this site's rules." in embed_script()


def test_the_tag_names_the_content() -> None:
    assert re.fullmatch(r'"[0-9a-f]{32}"', embed_etag())
