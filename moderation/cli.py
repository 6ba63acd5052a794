"""The command line: reads options, calls the house, prints. Exit codes: 0 ok, 1 refused, 2 usage.

Heavy parts are imported by the command that needs them, so that --help answers at once.
"""

import json
import logging
import sys
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Annotated, Any

import structlog
import typer

from moderation.domain.access import Role, Scope
from moderation.domain.errors import ModerationError, Refused
from moderation.policy import Policy, load_policy
from moderation.settings import Settings, read_settings

app = typer.Typer(
    help="Self-hosted comment moderation.", no_args_is_help=True, add_completion=False
)
key_app = typer.Typer(help="Keys of site backends.", no_args_is_help=True)
moderator_app = typer.Typer(help="People of the review desk.", no_args_is_help=True)
model_app = typer.Typer(help="Toxicity models.", no_args_is_help=True)
app.add_typer(key_app, name="key")
app.add_typer(moderator_app, name="moderator")
app.add_typer(model_app, name="model")

DEFAULT_SCOPES = (Scope.SUBMIT, Scope.READ, Scope.SCORE)
FIRST_ADMINISTRATOR = "administrator"

Site = Annotated[str, typer.Option("--site", help="A site of the policy.")]
OneSite = Annotated[str | None, typer.Option("--site", help="Whose thresholds to apply.")]


def main() -> None:
    """Run the command line; a refusal is one sentence on stderr and exit code 1."""
    try:
        app()
    except (Refused, ModerationError) as error:
        print(f"moderation: {error}", file=sys.stderr)  # noqa: T201
        sys.exit(1)


@app.command()
def serve(
    host: Annotated[str | None, typer.Option(help="MODERATION_HOST")] = None,
    port: Annotated[int | None, typer.Option(help="MODERATION_PORT")] = None,
) -> None:
    """Start everything: the API, the widget, the dashboard, the model, and a store of its own."""
    from moderation.access import Access
    from moderation.process import serve as run_service

    settings = read_settings(host=host, port=port)
    _log_to_stderr(settings)

    async def announce(access: Access) -> None:
        base = base_url(settings)
        typer.echo(
            f"\nModeration is up: {base}/demo (demo article) · {base}/dashboard · {base}/docs"
        )
        if not await access.has_moderators():
            token = await access.add_moderator(
                FIRST_ADMINISTRATOR, role=Role.ADMINISTRATOR, site=None
            )
            typer.echo(f"Sign in once, within 24 hours: {sign_in_url(settings, token)}")
        typer.echo("Stop with Ctrl-C.")

    _run(run_service(settings, announce=announce))


@app.command()
def worker() -> None:
    """Decide about comments beside `serve`, on the same Redis or data directory."""
    from moderation.process import work

    settings = read_settings()
    _log_to_stderr(settings)
    _run(work(settings))


@app.command()
def score(
    texts: Annotated[list[str], typer.Argument(help="Texts to score.")],
    site: OneSite = None,
) -> None:
    """Score texts with the model, and say what the policy would do: a JSON line for each."""
    from moderation.app import open_scorer
    from moderation.assessment import Assessor

    settings = read_settings()
    policy = load_policy(settings.policy)
    judged_by = policy.sites[_site_of(policy, site)]

    async def run() -> None:
        async with open_scorer(settings) as scorer:
            for found in await Assessor(scorer).assess(texts, judged_by):
                line = {
                    "scores": {label: round(score, 6) for label, score in found.scores.items()},
                    "verdict": found.verdict,
                    "language": found.language,
                    "reasons": [finding.detail for finding in found.reasons],
                }
                typer.echo(json.dumps(line, ensure_ascii=False))

    _run(run())


@app.command()
def evaluate(
    file: Annotated[Path, typer.Argument(help="Labelled comments: csv, tsv or parquet.")],
    text_column: Annotated[
        str | None, typer.Option(help="Default: text, comment_text, comment or body.")
    ] = None,
    label_column: Annotated[
        list[str] | None, typer.Option(help="COLUMN or COLUMN=LABEL; may be repeated.")
    ] = None,
    site: OneSite = None,
    json_file: Annotated[Path | None, typer.Option("--json", help="Write the figures.")] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="Take the first rows alone.")] = None,
) -> None:
    """Say how good the model and the policy are on comments that people have labelled."""
    from moderation.app import open_scorer
    from moderation.assessment import Assessor
    from moderation.evaluation.columns import choose_columns
    from moderation.evaluation.files import column_names, insist_on_place, write_json
    from moderation.evaluation.judging import judge
    from moderation.evaluation.page import page
    from moderation.evaluation.report import Report, Source, report
    from moderation.evaluation.rows import read_rows

    settings = read_settings()
    policy = load_policy(settings.policy)
    name = _site_of(policy, site)
    names = column_names(file)
    if json_file:
        insist_on_place(json_file)

    async def run() -> Report:
        async with open_scorer(settings) as scorer:
            columns = choose_columns(
                names,
                labels=scorer.labels,
                text_column=text_column,
                label_columns=label_column or (),
            )
            rows = read_rows(file, columns, limit=limit)
            count = len(rows.texts)
            with typer.progressbar(length=count, label="Scoring", file=sys.stderr) as bar:
                found = await judge(
                    rows.texts, Assessor(scorer), policy.sites[name], progress=bar.update
                )
        source = Source(file.name, columns, name, policy.fingerprint, scorer.stamp)
        return report(rows, found, policy.sites[name], source=source)

    figures = _run(run())
    typer.echo("\n".join(page(figures)))
    if json_file:
        write_json(json_file, figures.as_json())


@app.command("check-config")
def check_config() -> None:
    """Read the settings, the policy and its lists, and say what they are."""
    settings = read_settings()
    policy = load_policy(settings.policy)
    for name, site in policy.sites.items():
        entries = len(site.blocklist.entries)
        typer.echo(f"site {name}: origins {', '.join(site.origins)}; {entries} blocked words")
    typer.echo(f"The policy is fine (fingerprint {policy.fingerprint}).")


@key_app.command("add")
def add_key(
    site: Site,
    name: Annotated[str, typer.Option("--name", help="What the key is for.")] = "",
    scope: Annotated[list[Scope] | None, typer.Option("--scope", help="May be repeated.")] = None,
) -> None:
    """Make a key; it is shown once, alone on the last line."""
    scopes = frozenset(scope or DEFAULT_SCOPES)

    async def run(settings: Settings) -> str:
        from moderation.app import open_access, open_store

        async with open_store(settings) as store:
            return await open_access(settings, store).add_key(site=site, name=name, scopes=scopes)

    token = _run(run(read_settings()))
    typer.echo(f"A key of site {site} with scopes {', '.join(sorted(scopes))}; keep it safe:")
    typer.echo(token)


@moderator_app.command("add")
def add_moderator(
    name: Annotated[str, typer.Argument(help="Shown to colleagues.")],
    role: Annotated[Role, typer.Option("--role")] = Role.MODERATOR,
    site: Annotated[str | None, typer.Option("--site", help="One site only.")] = None,
) -> None:
    """Add a moderator, or give one another role; prints a one-time sign-in link."""
    settings = read_settings()

    async def run() -> str:
        from moderation.app import open_access, open_store

        async with open_store(settings) as store:
            return await open_access(settings, store).add_moderator(name, role=role, site=site)

    typer.echo(f"{name} signs in once, within 24 hours:")
    typer.echo(sign_in_url(settings, _run(run())))


@model_app.command("list")
def list_models() -> None:
    """The bundled model and the one in use, with the hash of their weights."""
    from moderation.scoring.loading import load_scorer

    settings = read_settings()
    for spec in dict.fromkeys(("bundled", settings.scorer)):
        stamp = load_scorer(spec, threads=1).stamp
        in_use = "in use" if spec == settings.scorer else ""
        typer.echo(
            f"{spec}\t{stamp.id}\t{stamp.version}\tsha256:{stamp.weights}\t{in_use}".rstrip()
        )


def _site_of(policy: Policy, site: str | None) -> str:
    """`site`, or the first one of the policy."""
    name = site or next(iter(policy.sites), "")
    if name not in policy.sites:
        raise Refused(f"There is no site {name!r} in the policy.")
    return name


def base_url(settings: Settings) -> str:
    """Where browsers find the service."""
    host = "127.0.0.1" if settings.host in {"0.0.0.0", "::"} else settings.host  # noqa: S104
    return settings.public_url or f"http://{host}:{settings.port}"


def sign_in_url(settings: Settings, token: str) -> str:
    """The one-time link that signs a moderator in."""
    return f"{base_url(settings)}/dashboard/sign-in/{token}"


def _run(work: Coroutine[Any, Any, Any]) -> Any:
    try:
        import uvloop

        return uvloop.run(work)
    except BaseExceptionGroup as group:
        # A loop beside the main work failed: its refusal is the reason, not the group around it.
        if refusal := group.subgroup(Refused):
            raise _first(refusal) from None
        raise


def _first(group: BaseExceptionGroup[Any]) -> BaseException:
    error: BaseException = group
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error


def _log_to_stderr(settings: Settings) -> None:
    """One JSON line an event; never a text, an email, an address or a key (see design: logs)."""
    level = logging.getLevelNamesMapping().get(settings.log_level.upper(), logging.INFO)
    renderer: Callable[..., Any] = (
        structlog.dev.ConsoleRenderer()
        if settings.log_format == "console"
        else structlog.processors.JSONRenderer()
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.WriteLoggerFactory(file=sys.stderr),
    )
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s %(message)s")
