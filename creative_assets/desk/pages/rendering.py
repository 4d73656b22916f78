"""Pages from templates: everything escaped, and what all pages have in common.

What stands on a page is its route's to say; words and marks that several pages share are here.
"""

import hashlib
import uuid
from functools import cache, lru_cache
from typing import Any
from urllib.parse import quote, urlencode

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from creative_assets.desk.pages.static_files import address_of
from creative_assets.studio.dead_letters import what_to_do
from creative_assets.studio.formats import all_formats
from creative_assets.studio.in_words import ended, moment, usd
from creative_assets.studio.locales import display_name, english_name
from creative_assets.studio.store import StoredFile
from creative_assets.studio.typography import direction_of
from creative_assets.studio.values import Size

_SAID = "said"


def page(
    request: Request,
    template: str,
    *,
    status: int = 200,
    **context: Any,  # noqa: ANN401 - what the template names
) -> HTMLResponse:
    """An answer from a template, with who asks and what was said to them by the page before."""
    said = request.session.pop(_SAID, None)
    person = request.state.person
    content = _templates().get_template(template).render(context, person=person, said=said)
    return HTMLResponse(content, status)


def fragment(template: str, **context: Any) -> HTMLResponse:  # noqa: ANN401 - the same
    """A part of a page, for a page that is open."""
    return HTMLResponse(_templates().get_template(template).render(context))


def say(request: Request, text: str) -> None:
    """Let the next page say that something was done."""
    request.session[_SAID] = text[:300]  # it travels in a cookie


def picture_url(variant_key: str, version: str, file: StoredFile, *, small: bool = False) -> str:
    """Where a final is shown, or its thumbnail: an address for exactly these bytes."""
    campaign_id, name = variant_key.partition("/")[0], file.path.rpartition("/")[2]
    folder = "thumbnails" if small else "pictures"
    return f"/{folder}/{quote(campaign_id)}/{version}/{file.sha256}/{quote(name)}"


def size_of(name: str) -> Size | None:
    """The size of a final by its format's name; None where no such format is known any more."""
    fmt = all_formats().get(name.removesuffix("-clean"))
    return fmt.size if fmt else None


def with_query(path: str, query: dict[str, str | None]) -> str:
    """The path with those parameters that are given."""
    given = {name: value for name, value in query.items() if value}
    return f"{path}?{urlencode(given)}" if given else path


@cache
def _templates() -> Environment:
    environment = Environment(
        loader=PackageLoader("creative_assets.desk"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "locale": lru_cache(1_024)(english_name),
        "own_name": lru_cache(1_024)(display_name),
        "direction": lru_cache(1_024)(direction_of),
        "usd": usd,
        "time": moment,
        "ended": ended,
        "label": _label,
        "what_to_do": lambda error_class: what_to_do(error_class or ""),
        "prose": _prose,
        "digest": lambda value: hashlib.sha256(repr(value).encode()).hexdigest()[:12],
        "path": lambda key: quote(key, safe="/"),
    }
    environment.globals |= {
        "static": address_of,
        "picture_url": picture_url,
        "size_of": size_of,
        "with_query": with_query,
        "new_id": lambda: str(uuid.uuid4()),
    }
    return environment


def _prose(text: str) -> Markup:
    """Words of the studio, in which what somebody wrote stands between backticks."""
    parts = text.split("`")
    code = Markup("<code>{}</code>")
    return Markup().join(code.format(part) if n % 2 else part for n, part in enumerate(parts))


def _label(name: str) -> str:
    """A format's name as people say it: 9:16, story."""
    plain = name.removesuffix("-clean")
    ratio = plain.replace("x", ":") if plain.replace("x", "").isdigit() else plain
    return f"{ratio}, clean" if plain != name else ratio
