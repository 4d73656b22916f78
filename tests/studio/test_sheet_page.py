"""The page has every final in its place, and needs no other file to be looked at."""

import re
from html.parser import HTMLParser

import pytest

from creative_assets.studio.sheet_page import Place, Shown, draw_page
from creative_assets.studio.values import Size

SQUARE = Shown("1x1", Size(width_px=1080, height_px=1080), "final_creatives/1/1x1.jpg")
BANNER = Shown("display-728x90", Size(width_px=728, height_px=90), "final_creatives/1/b.jpg")
DONE = Place("Cold Brew", "German (Germany)", "de-DE", (SQUARE, BANNER), b"webp")


class Elements(HTMLParser):
    """The start tags of a page, with their attributes."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


def test_every_final_is_a_picture_that_links_to_its_file() -> None:
    page = draw_page("Nordlys: summer", "all done", [DONE])

    links = [attributes["href"] for tag, attributes in Elements(page).found if tag == "a"]
    assert links == ["final_creatives/1/1x1.jpg", "final_creatives/1/b.jpg"]
    assert page.count("data:image/webp;base64,d2VicA==") == 1
    assert page.count("background-position") == 2


def test_the_page_fetches_nothing() -> None:
    page = draw_page("Nordlys: summer", "all done", [DONE])

    assert {tag for tag, _ in Elements(page).found} & {"img", "link", "script"} == set()
    assert re.findall(r"url\((?!data:)", page) == []


def test_a_variant_that_is_not_finished_keeps_its_place() -> None:
    page = draw_page("t", "n", [DONE, Place("Cold Brew", "Japanese (Japan)", "ja-JP")])

    assert page.count("<h2>") == 1
    assert "not finished" in page.split("ja-JP")[1]


def test_a_lost_preview_leaves_the_links() -> None:
    page = draw_page("t", "n", [Place("Cold Brew", "German", "de-DE", (SQUARE,), None)])

    assert "final_creatives/1/1x1.jpg" in page
    assert "data:" not in page


@pytest.mark.parametrize("name", ["<script>alert(1)</script>", '"><img src=x>', "R&D"])
def test_names_from_a_brief_are_text_and_never_markup(name: str) -> None:
    page = draw_page(name, name, [Place(name, name, name, (SQUARE,), b"webp")])

    assert {tag for tag, _ in Elements(page).found} & {"script", "img"} == set()
    assert "R&D" not in page


def test_each_picture_is_cut_out_of_the_row_where_it_stands() -> None:
    page = draw_page("t", "n", [DONE])

    styles = [
        attributes["style"] or "" for tag, attributes in Elements(page).found if tag == "span"
    ]
    facts = [dict(part.split(":") for part in style.split(";")) for style in styles]
    assert [fact["width"] for fact in facts] == ["176px", "352px"]
    assert [fact["height"] for fact in facts] == ["176px", "44px"]
    assert [fact["background-position"].split()[0] for fact in facts] == ["0.00%", "100.00%"]
