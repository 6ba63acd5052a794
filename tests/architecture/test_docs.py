"""What the documents and the shipped configuration say, held against the code."""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import BaseModel

from moderation.domain.access import Role
from moderation.domain.comment import STATUS_AFTER, Status
from moderation.domain.decision import Verdict
from moderation.domain.review import TRANSITIONS, Action
from moderation.policy import Rate, Retention, SitePolicy, load_policy
from moderation.screening.rules import RULES
from moderation.settings import Settings
from moderation.store.durability import WANTED
from moderation.store.embedded import CONFIG
from moderation.verdicts import UNSCORED

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
ARCHITECTURE = DOCS / "architecture.md"
POLICY = ROOT / "config" / "policy.toml"
PAGES = sorted(
    page
    for page in (*ROOT.glob("*.md"), *DOCS.rglob("*.md"), *ROOT.glob("moderation/**/*.md"))
    if ".venv" not in page.parts
)
_NETWORK = frozenset({"tcp-keepalive"})
"""Means something on a network and nothing on the embedded server's unix socket."""


def test_every_setting_has_its_row_and_every_row_is_a_setting() -> None:
    rows = re.findall(r"^\| `MODERATION_(\w+)` \|", _read(DOCS / "operations.md"), re.MULTILINE)
    assert sorted(rows) == sorted(name.upper() for name in Settings.model_fields)


def test_the_defaults_of_settings_are_told() -> None:
    page = _read(DOCS / "operations.md")
    told = dict(re.findall(r"^\| `MODERATION_(\w+)` \| (?:`([^`]+)`|none) \|", page, re.MULTILINE))
    defaults = {name: field.default for name, field in Settings.model_fields.items()}
    assert told == {name.upper(): _spelled(default) for name, default in defaults.items()}


def test_every_line_of_the_policy_is_explained() -> None:
    page = _read(DOCS / "policy.md").partition("## Every line")[2]
    rows = set(re.findall(r"^\| `([a-z_.]+)` \|", page, re.MULTILINE))
    retention = {f"retention.{key}" for key in _keys(Retention)}
    assert rows - set(_thresholds()) == {*_keys(SitePolicy), *retention}


def test_the_thresholds_told_are_those_that_ship() -> None:
    page = _read(DOCS / "policy.md")
    told = re.findall(r"^\| `(\w+)` \| ([\d.]+) \| ([\d.]+) \|", page, re.MULTILINE)
    shipped = {name: (limit.hold, limit.reject) for name, limit in _thresholds().items()}
    assert {name: (float(hold), float(reject)) for name, hold, reject in told} == shipped


def test_the_limits_told_are_those_that_ship() -> None:
    told = dict(
        re.findall(r'^\| `limits\.(\w+)` \| `"(.+?)"`', _read(DOCS / "policy.md"), re.MULTILINE)
    )
    assert told == tomllib.loads(_read(POLICY))["defaults"]["limits"]


@pytest.mark.parametrize(
    "document", PAGES, ids=lambda document: document.relative_to(ROOT).as_posix()
)
def test_links_lead_somewhere(document: Path) -> None:
    broken = [to for to in _links(document) if not _leads_somewhere(document, to)]
    assert broken == []


def test_the_shipped_server_configuration_is_that_of_the_embedded_server() -> None:
    lines = _directives(ROOT / "config" / "redis.conf")
    assert {name: value for name, value in lines.items() if name not in _NETWORK} == CONFIG
    assert WANTED.items() <= CONFIG.items()


def test_compose_runs_its_server_with_the_shipped_configuration() -> None:
    server = _compose()["services"]["redis"]
    mounted = [volume.split(":") for volume in server["volumes"]]
    [inside] = [to for source, to, *_ in mounted if source == "./config/redis.conf"]
    program, file, *options = server["command"]
    assert (program, file) == ("valkey-server", inside)
    given = dict(zip(options[::2], options[1::2], strict=True))
    assert {name.removeprefix("--") for name in given}.isdisjoint(CONFIG)
    assert "ports" not in server, "nobody else may reach it: it asks for no password"
    assert any(to == "/data" for _, to, *_ in mounted), "its file outlives the container"


def test_compose_knows_every_setting_it_gives() -> None:
    services = _compose()["services"]
    for name in ("moderation", "worker"):
        given = {key.removeprefix("MODERATION_").lower() for key in services[name]["environment"]}
        assert given <= set(Settings.model_fields)
        assert services[name]["depends_on"]["redis"]["condition"] == "service_healthy"
    assert services["worker"]["profiles"] == ["worker"]


def test_the_image_sets_only_settings_that_exist() -> None:
    given = set(re.findall(r"\bMODERATION_([A-Z_]+)=", _read(ROOT / "Dockerfile")))
    assert given
    assert {name.lower() for name in given} <= set(Settings.model_fields)


def test_the_image_is_given_all_it_copies() -> None:
    kept = set(re.findall(r"^!(\S+)$", _read(ROOT / ".dockerignore"), re.MULTILINE))
    copied = {
        source
        for line in re.findall(r"^COPY (?!--from)(.+)$", _read(ROOT / "Dockerfile"), re.MULTILINE)
        for source in line.split()[:-1]
    }
    assert copied == kept


@pytest.mark.parametrize("name", ["0001", "0002", "0003", "0004", "0005", "0006"])
def test_decisions_say_what_was_decided_and_why(name: str) -> None:
    [page] = (DOCS / "decisions").glob(f"{name}-*.md")
    headings = re.findall(r"^## (.+)$", _read(page), re.MULTILINE)
    assert headings == ["Context", "Decision", "Consequences"]


def test_the_picture_of_states_is_the_table_of_transitions() -> None:
    drawn = set(re.findall(r"^    (\w+) --> (\w+): (.+)$", _read(ARCHITECTURE), re.MULTILINE))
    verdicts = {("scoring", str(to), f"verdict {verdict}") for verdict, to in STATUS_AFTER.items()}
    moves = {
        (str(before), str(after), str(action))
        for action, pairs in TRANSITIONS.items()
        for before, after in pairs.items()
    }
    assert drawn == verdicts | moves


def test_every_room_is_told() -> None:
    table = _read(ARCHITECTURE).partition("## Rooms")[2].partition("## Storage")[0]
    told = {
        room for row in re.findall(r"^\| (`[^|]+) \|", table, re.MULTILINE) for room in _rooms(row)
    }
    built = {path.stem for path in (ROOT / "moderation").iterdir() if not path.stem.startswith("_")}
    assert told == built


def test_every_script_is_told() -> None:
    told = re.findall(
        r"^\| `(\w+)` \| ", _read(ARCHITECTURE).partition("## Storage")[2], re.MULTILINE
    )
    scripts = {path.stem for path in (ROOT / "moderation" / "store" / "lua").glob("*.lua")}
    assert set(told) == scripts


def test_every_rule_is_told() -> None:
    rows = set(
        re.findall(r"^\| `(\w+)` \| (?:hold|reject)", _read(DOCS / "policy.md"), re.MULTILINE)
    )
    assert {rule.__name__ for rule in RULES} | {"language", UNSCORED.rule} == rows


def test_the_words_of_the_domain_are_in_the_glossary() -> None:
    glossary = _read(DOCS / "glossary.md")
    words = [str(word) for enum in (Status, Verdict, Action, Role) for word in enum]
    assert [word for word in words if not re.search(rf"\b{word}\b", glossary)] == []


def test_every_figure_is_told() -> None:
    rows = re.findall(r"^\| `(moderation_\w+)` \|", _read(DOCS / "operations.md"), re.MULTILINE)
    source = "".join(_read(ROOT / "moderation" / name) for name in ("vitals.py", "web/metrics.py"))
    counted = {"moderation_http_requests": "moderation_http_requests_total"}
    written = set(re.findall(r'"(moderation_[a-z_]+)"', source))
    model = {
        f"moderation_model_{name}"
        for name in re.findall(r'^        "(\w+)": \("', source, re.MULTILINE)
    }
    assert set(rows) == {counted.get(name, name) for name in written} | model


def test_every_line_of_the_log_is_told() -> None:
    page = _read(DOCS / "operations.md").partition("## Logs")[2].partition("## Retention")[0]
    told = {
        word for row in re.findall(r"^\| (`.+?`) \|", page, re.MULTILINE) for word in _coded(row)
    }
    sources = map(_read, (ROOT / "moderation").rglob("*.py"))
    logged = {event for text in sources for event in re.findall(r'log\.\w+\(\s*"(\w+)"', text)}
    assert told == logged


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def _rooms(row: str) -> list[str]:
    return re.findall(r"`(\w+)(?:/|\.py)`", row)


def _coded(row: str) -> list[str]:
    return re.findall(r"`(\w+)`", row)


def _spelled(default: object) -> str:
    """A default as its row spells it; "" for none."""
    empty = default is None or default == ()
    return "" if empty else str(default).lower() if isinstance(default, bool) else str(default)


def _keys(model: type[BaseModel]) -> Iterator[str]:
    """Dotted names of a table's keys. Labels are not keys, and a limit is written as one text."""
    for name in model.model_fields.keys() - {"thresholds"}:
        inner = _table(model, name)
        yield from (f"{name}.{key}" for key in _keys(inner)) if inner else (name,)


def _table(model: type[BaseModel], name: str) -> type[BaseModel] | None:
    annotation = model.model_fields[name].annotation
    is_table = isinstance(annotation, type) and issubclass(annotation, BaseModel)
    return annotation if is_table and annotation is not Rate else None


def _thresholds() -> dict[str, Any]:
    return load_policy(POLICY).sites["demo"].thresholds


def _links(page: Path) -> Iterator[str]:
    text = re.sub(r"```.*?```", "", _read(page), flags=re.DOTALL)
    for target in re.findall(r"\]\(([^)\s]+)\)|(?:src|srcset|href)=\"([^\"]+)\"", text):
        link = target[0] or target[1]
        if not re.match(r"[a-z]+:", link):
            yield link


def _leads_somewhere(page: Path, target: str) -> bool:
    path, _, anchor = target.partition("#")
    file = (page.parent / path).resolve() if path else page
    if not file.exists():
        return False
    return not anchor or anchor in _anchors(file)


def _anchors(page: Path) -> set[str]:
    """The anchors of a page's headings, as code hosts make them."""
    headings = re.findall(r"^#+ (.+)$", _read(page), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def _directives(path: Path) -> dict[str, str]:
    lines = (line.partition("#")[0].split() for line in _read(path).splitlines())
    return {line[0]: "".join(line[1:]).strip('"') for line in lines if line}


def _compose() -> Any:
    return yaml.safe_load(_read(ROOT / "docker-compose.yml"))
