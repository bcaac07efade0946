"""Turning somebody away, with one sentence that says why.

Belongs here: the answer itself, the sentence's way into the access log, and the answer where all else failed.
Does not belong here: when somebody is turned away.
"""

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.templating import Jinja2Templates

DENIED = frozenset({401, 403, 413, 429})
"""Answers that turn somebody away; each is a line of the access log."""

_HEADINGS = {
    400: "This cannot be read",
    408: "Not sent to the end",
    401: "You are not signed in",
    403: "You cannot do this",
    404: "There is no such page",
    409: "Nothing was recorded",
    413: "Too large",
    422: "Something is missing",
    429: "Too many attempts",
    503: "Not now",
}


def refusal(request: Request, status: int, sentence: str) -> Response:
    """Return the page that says `sentence`; the access log will say it too."""
    request.state.refusal = sentence
    templates: Jinja2Templates = request.app.state.templates
    heading = _HEADINGS.get(status, "This cannot be done")
    context = {"heading": heading, "sentence": sentence}
    return templates.TemplateResponse(request, "refusal.html", context, status_code=status)


def unexpected(request: Request, number: str) -> Response:
    """Return the page for an error that nobody expected, with the number under which it is in the log."""
    templates: Jinja2Templates = request.app.state.templates
    text = templates.get_template("unexpected.html").render(number=number)
    return HTMLResponse(text, status_code=500)
