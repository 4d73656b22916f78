"""The contact sheet as a web page: every final in its place, one file that needs no other.

It is opened from the store's folder: its links to the finals are relative. What is shown on it is
`contact_sheet`'s to say, and nothing is read or written here. Other pages show pictures in the same
way: with `pictures` in their body, and `backgrounds` and `PICTURES_STYLE` in their style.
"""

import base64
import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from urllib.parse import quote

from creative_assets.studio.previews import places_in_row
from creative_assets.studio.values import Box, Size

_HIGH_PX = 176  # as high as a preview of four formats is

_STYLE = """
body { font: 15px/1.45 system-ui, sans-serif; color: #1c1c1e; background: #faf9f6; margin: 3rem; }
h1 { font-size: 1.7rem; margin: 0; }
h2 { font-size: 1.2rem; margin: 3rem 0 0; }
p { color: #68686e; margin: .3rem 0; }
section > div { display: grid; grid-template-columns: 11rem 1fr; gap: 1.5rem; padding: 1.2rem 0;
  border-top: 1px solid #e2e0da; margin-top: .6rem; }
h3 { font-size: 1rem; margin: 0; }
a { color: inherit; }
@media (max-width: 45rem) { body { margin: 1rem; } section > div { display: block; }
  header { margin-bottom: .8rem; } }
"""

PICTURES_STYLE = """
ul.pictures { display: flex; flex-wrap: wrap; align-items: end; gap: 1.2rem; list-style: none;
  margin: 0; padding: 0; font-size: .8rem; }
.pictures span { display: block; background-repeat: no-repeat; box-shadow: 0 1px 4px #0003;
  -webkit-print-color-adjust: exact; print-color-adjust: exact; }
"""


@dataclass(frozen=True)
class Shown:
    """One final: its format, its size, and its path from the page on; None to link to nothing."""

    format: str
    size: Size
    path: str | None


@dataclass(frozen=True)
class Place:
    """One variant's place on the page.

    Attributes:
        locale: Its name in English.
        tag: Such as `de-DE`.
        finals: In the order of the preview; none where the variant is not finished.
        preview: The finals side by side, as `previews` makes them; None where it is lost.
    """

    product: str
    locale: str
    tag: str
    finals: tuple[Shown, ...] = ()
    preview: bytes | None = None


def draw_page(title: str, note: str, places: Sequence[Place]) -> str:
    """The page, with a section for each product and a row for each locale, as HTML."""
    numbered = itertools.groupby(enumerate(places), key=lambda each: each[1].product)
    sections = "\n".join(
        f"<section><h2>{escape(product)}</h2>{''.join(_row(*each) for each in rows)}</section>"
        for product, rows in numbered
    )
    return f"""<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>{escape(title)}</title><style>{_STYLE}{PICTURES_STYLE}{backgrounds(places)}</style></head>
<body><h1>{escape(title)}</h1><p>{escape(note)}</p>
{sections}
</body>
</html>
"""


def backgrounds(places: Sequence[Place]) -> str:
    """The pictures of all places, each once, as rules for the style of their page."""
    return "\n".join(
        f".v{number} span {{ background-image: url(data:image/webp;base64,"
        f"{base64.b64encode(place.preview).decode()}) }}"
        for number, place in enumerate(places)
        if place.preview is not None
    )


def pictures(number: int, place: Place) -> str:
    """The finals of the place with that number side by side, as HTML; empty where none are."""
    if not place.finals:
        return ""
    boxes = places_in_row([shown.size for shown in place.finals], 100 * _HIGH_PX)
    items = [
        _item(shown, _picture(place, shown, _cut(box, boxes[-1].right_px)))
        for shown, box in zip(place.finals, boxes, strict=True)
    ]
    return f'<ul class="pictures v{number}">{"".join(items)}</ul>'


def _row(number: int, place: Place) -> str:
    content = pictures(number, place) or "<p>not finished</p>"
    name = f"<h3>{escape(place.locale)}</h3><p>{escape(place.tag)}</p>"
    return f"<div><header>{name}</header>{content}</div>\n"


def _item(shown: Shown, picture: str) -> str:
    content = f"{picture}{escape(shown.format)}"
    if shown.path is None:
        return f"<li>{content}</li>"
    link = f'<a href="{escape(quote(shown.path))}" title="{shown.size} px">'
    return f"<li>{link}{content}</a></li>"


def _picture(place: Place, shown: Shown, style: str) -> str:
    if place.preview is None:
        return ""
    label = f"{place.product} for {place.tag}, {shown.format}"
    return f'<span role="img" aria-label="{escape(label)}"{style}></span>'


def _cut(box: Box, row_width: int) -> str:
    """How to show one picture of a row, at its place in a row 100 times as large, and no other."""
    row_height = 100 * _HIGH_PX
    across = 100 * box.left_px / ((row_width - box.width_px) or 1)
    down = 100 * box.top_px / ((row_height - box.height_px) or 1)
    style = {
        "width": f"{box.width_px / 100:.0f}px",
        "height": f"{box.height_px / 100:.0f}px",
        "background-size": (
            f"{100 * row_width / box.width_px:.2f}% {100 * row_height / box.height_px:.2f}%"
        ),
        "background-position": f"{across:.2f}% {down:.2f}%",
    }
    return f' style="{";".join(f"{name}:{value}" for name, value in style.items())}"'
