"""How much there is to draw in an SVG once each of its references is followed.

A file of one kilobyte can ask for millions of shapes, as a group may use another one twice, and
that one a third. What may stand in a drawing at all is `images`' to say.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final
from xml.etree import ElementTree as ET

from creative_assets.studio.errors import RenderError

MAX_DRAWN_ELEMENTS: Final = 20_000
MAX_DRAWN_LAYERS: Final = 100
"""One takes up to 50 ms to draw."""
MAX_REFERENCES_DEEP: Final = 100

_REFERENCE = re.compile(r"url\(\s*[\"']?#([^)\"']+)")
_RULE = re.compile(r"([^{}]*)\{([^{}]*)\}")
_NAME = re.compile(r"[\w-]+")
# Properties that draw a layer of its own, but for these values.
_LAYERED = frozenset({"mask", "clip-path", "opacity", "mix-blend-mode", "isolation"})
_PLAIN = frozenset({"none", "normal", "auto", "inherit", "1", "1.0", "100%"})


@dataclass(frozen=True)
class _Cost:
    """Elements that are drawn, and layers that are laid over each other, with all below them."""

    elements: int
    layers: int


def check_cost(root: ET.Element, name: str) -> None:
    """Refuse a drawing that would take long to draw, or for ever.

    Raises:
        RenderError: It has too much to draw, or refers to itself.
    """
    cost = _Drawing(root, name).cost_of(root)
    if cost.elements > MAX_DRAWN_ELEMENTS or cost.layers > MAX_DRAWN_LAYERS:
        raise RenderError(
            f"{name}: draws {cost.elements:,} elements in {cost.layers:,} layers, each reference "
            f"followed; expected at most {MAX_DRAWN_ELEMENTS:,} in {MAX_DRAWN_LAYERS:,}. Flatten "
            "its masks, clips and repeated parts."
        )


@dataclass
class _Drawing:
    """A drawing while its cost is added up."""

    root: ET.Element
    name: str
    known: dict[ET.Element, _Cost | None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.by_id = {each.get("id"): each for each in self.root.iter() if each.get("id")}
        styles = (each for each in self.root.iter() if each.tag.rpartition("}")[2] == "style")
        self.rules = [
            (frozenset(_NAME.findall(selector)), "*" in selector, body)
            for style in styles
            for selector, body in _RULE.findall("".join(style.itertext()))
        ]

    def cost_of(self, element: ET.Element, deep: int = 0) -> _Cost:
        """What drawing the element takes; each is added up once, however often it is used."""
        if deep > MAX_REFERENCES_DEEP:
            raise self._refusal(f"has references more than {MAX_REFERENCES_DEEP} deep")
        if element in self.known:
            known = self.known[element]
            if known is None:
                raise self._refusal(f"has an element {element.get('id')!r:.60} within itself")
            return known
        self.known[element] = None
        styles = [*element.attrib.items(), *self._styles_of(element)]
        elements, layers = 1, int(any(map(_is_layered, styles)))
        for each in (*element, *self._referred_to(styles)):
            below = self.cost_of(each, deep + 1)
            elements, layers = elements + below.elements, layers + below.layers
        cost = self.known[element] = _Cost(elements, layers)
        return cost

    def _styles_of(self, element: ET.Element) -> Iterator[tuple[str, str]]:
        """What the drawing's style sheets may say of the element."""
        names = {
            element.tag.rpartition("}")[2],
            element.get("id"),
            *element.get("class", "").split(),
        }
        for selected, is_any, body in self.rules:
            if is_any or not selected.isdisjoint(names):
                yield "style", body

    def _referred_to(self, styles: list[tuple[str, str]]) -> Iterator[ET.Element]:
        for attribute, value in styles:
            is_link = attribute.rpartition("}")[2] == "href"
            for name in [value.strip().removeprefix("#")] if is_link else _REFERENCE.findall(value):
                if name.strip() in self.by_id:
                    yield self.by_id[name.strip()]

    def _refusal(self, found: str) -> RenderError:
        return RenderError(f"{self.name}: {found}; expected none. Export it again, flattened.")


def _is_layered(style: tuple[str, str]) -> bool:
    attribute, value = style
    declared = [f"{attribute}:{value}"] if attribute != "style" else value.split(";")
    pairs = (each.partition(":") for each in declared)
    return any(key.strip() in _LAYERED and said.strip() not in _PLAIN for key, _, said in pairs)
