"""Finds links the way a browser, a forum or a careless reader would. Never follows them."""

import re
from collections.abc import Iterator

_TLDS = (
    "com net org info biz edu gov io co uk de fr nl ru cn jp br au ca eu ch pl gh ng za ke tk ml "
    "cf xyz top online site shop store club app dev blog icu vip link click buzz loan bid casino "
    "bet porn xxx sex"
).replace(" ", "|")

# Each part has a bound and starts where a word starts, so that the search stays linear.
_LINK = re.compile(
    rf"""
      <a\s[^<>]{{0,500}}>(?:[^<]{{0,200}}</a>)?
    | \[url\b[^\]]{{0,500}}\](?:[^\[]{{0,200}}\[/url\])?
    | \bh(?:tt|xx)ps?://[^\s<>"'\])]{{1,2000}}
    | \bwww\.[^\s<>"'\])]{{3,2000}}
    | (?<![\w@.-])(?:[\w-]{{1,63}}(?:\.|\[\.\]|\(\.\)|\[dot\]|\(dot\))){{1,6}}(?:{_TLDS})
      (?![\w@-]|\.\w)(?:[/?\#:][^\s<>"'\])]{{0,2000}})?
    """,
    re.IGNORECASE | re.VERBOSE,
)


def find_links(text: str) -> Iterator[str]:
    """Every link in `text`, in reading order, as written: addresses, bare domains, HTML, BBCode."""
    return (match[0].rstrip(".,;:!?") for match in _LINK.finditer(text))
