"""Every key of the store, spelled here alone.

key                          type    members                                          lifetime
{SITE}:comment:ID            hash    the comment, its findings and its decision       until erased
{SITE}:thread:THREAD         hash    id, url, title, created_at                       for good
{SITE}:published:THREAD      zset    comment id by created_at                         for good
{SITE}:queue                 zset    comment id by -priority: waits for a moderator   until acted on
{SITE}:claims                zset    comment id by deadline (server time, ms)         until acted on
{SITE}:claimants             hash    comment id → moderator                           until acted on
{SITE}:rejected              zset    comment id by time of rejection                  retention.rejected
{SITE}:scoring               stream  id of a comment that waits for its decision      until decided
{SITE}:dead                  stream  id of a comment no model could score             retention.dead_letters
{SITE}:audit                 stream  who did what to which comment, and why           retention.audit
{SITE}:author:HASH           hash    first_seen, published, held, rejected            for good
{SITE}:said:HASH             string  how often a text arrived                         repeats.window_s
{SITE}:duplicate:HASH        string  comment id                                       24 h
{SITE}:idempotency:HASH      hash    fingerprint, comment id                          24 h
{SITE}:limit:CLASS:WHO       string  GCRA: theoretical arrival time (ms)              until full again
{SITE}:answer:REQUEST        list    answer of a script that may be repeated          10 s
{door}:limit:door:WHO        string  GCRA of the coarse limit an address has          until full again
{door}:answer:REQUEST        list    as above                                         10 s
{access}:key:HASH            hash    an API key: id, site, name, scopes               until revoked
{access}:keys                hash    key id → HASH                                    until revoked
{access}:moderator:NAME      hash    role, site                                       until removed
{access}:moderators          set     names                                            for good
{access}:link:HASH           string  name of the moderator who may sign in            24 h
{access}:session:HASH        string  name of the moderator who is signed in           12 h

All keys of a site carry its tag, so that one script may touch them on a cluster. A comment's id
starts with its site ("demo.0192…"): one read finds it, and no index spans sites.
"""

SCORERS = "scorers"
"""The consumer group of every scoring stream."""


def site_of(comment_id: str) -> str:
    """The site a comment id names; "" when it names none."""
    return comment_id.partition(".")[0] if "." in comment_id else ""


def comment(comment_id: str) -> str:
    return f"{{{site_of(comment_id)}}}:comment:{comment_id}"


def thread(site: str, thread_id: str) -> str:
    return f"{{{site}}}:thread:{thread_id}"


def published(site: str, thread_id: str) -> str:
    return f"{{{site}}}:published:{thread_id}"


def queue(site: str) -> str:
    return f"{{{site}}}:queue"


def claims(site: str) -> str:
    return f"{{{site}}}:claims"


def claimants(site: str) -> str:
    return f"{{{site}}}:claimants"


def rejected(site: str) -> str:
    return f"{{{site}}}:rejected"


def scoring(site: str) -> str:
    return f"{{{site}}}:scoring"


def dead(site: str) -> str:
    return f"{{{site}}}:dead"


def audit(site: str) -> str:
    return f"{{{site}}}:audit"


def author(site: str, author_hash: str) -> str:
    return f"{{{site}}}:author:{author_hash}"


def said(site: str, text_hash: str) -> str:
    return f"{{{site}}}:said:{text_hash}"


def duplicate(site: str, what: str) -> str:
    return f"{{{site}}}:duplicate:{what}"


def idempotency(site: str, what: str) -> str:
    return f"{{{site}}}:idempotency:{what}"


def limit(site: str, kind: str, who: str) -> str:
    return f"{{{site}}}:limit:{kind}:{who}"


def answer(site: str, request: str) -> str:
    return f"{{{site}}}:answer:{request}"


def api_key(secret_hash: str) -> str:
    return f"{{access}}:key:{secret_hash}"


def api_keys() -> str:
    return "{access}:keys"


def moderator(name: str) -> str:
    return f"{{access}}:moderator:{name}"


def moderators() -> str:
    return "{access}:moderators"


def link(token_hash: str) -> str:
    return f"{{access}}:link:{token_hash}"


def session(token_hash: str) -> str:
    return f"{{access}}:session:{token_hash}"


ALL_NOTICES = "{*}:notices"
"""Pattern of the channels of every site."""

DOOR = "door"
"""Stands where a site would: the coarse limit is weighed before the site is known."""


def notices(site: str) -> str:
    """Channel: a comment's id and new status, published by the script that changed it."""
    return f"{{{site}}}:notices"
