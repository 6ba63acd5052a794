"""What browsers of readers fetch: the widget's script, and a demo article that embeds it."""

from importlib import resources

from jinja2 import Environment, PackageLoader
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from moderation.web.services import Services
from moderation.web.widget.bundle import embed_etag, embed_script

DEMO_SITE = "demo"
DEMO_THREAD = "/2026/footbridge"

# The demo page is what an article page with a strict policy of its own looks like.
DEMO_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'; "
    "require-trusted-types-for 'script'; trusted-types 'none'"
)

PAGES = Environment(loader=PackageLoader("moderation.web.widget", "."), autoescape=True)


def routes(services: Services) -> list[Route]:
    """The widget's script for every site; the demo page where the policy has its site."""
    demo = [
        Route("/demo", _demo, methods=["GET"]),
        Route("/demo.css", _demo_style, methods=["GET"]),
    ]
    script = Route("/embed.js", _script, methods=["GET"])
    return [script, *(demo if DEMO_SITE in services.policy().sites else ())]


async def _script(request: Request) -> Response:
    """Fetched by pages of other origins, again and again: short-lived, and cheap to confirm."""
    headers = {
        "ETag": embed_etag(),
        "Cache-Control": "public, max-age=300",
        "Cross-Origin-Resource-Policy": "cross-origin",
    }
    if request.headers.get("if-none-match") == embed_etag():
        return Response(status_code=304, headers=headers)
    return Response(embed_script(), headers=headers, media_type="text/javascript")


async def _demo(_request: Request) -> Response:
    page = PAGES.get_template("demo.html")
    text = page.render(site=DEMO_SITE, thread=DEMO_THREAD, script_url="/embed.js")
    return HTMLResponse(text, headers={"Content-Security-Policy": DEMO_POLICY})


async def _demo_style(_request: Request) -> Response:
    style = resources.files("moderation.web.widget").joinpath("demo.css").read_bytes()
    return Response(style, media_type="text/css")
