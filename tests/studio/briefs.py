"""A brief as people write it, with the files that it names, for tests to change."""

import copy
import io
from collections.abc import Mapping
from typing import Any

from PIL import Image

YAML = """
campaign_id: nordlys-summer-2027
brand:
  name: Nordlys Coffee
  primary_color: "#0B3D2E"
  palette: ["#F4E9D8", "#d74"]
  logo: nordlys.svg
  tone: warm, plain-spoken
  banned_words: {de-DE: [billig], de: [gratis], "*": [cheap]}
  legal_text: {de-DE: Nur solange der Vorrat reicht., "*": While stocks last.}
  legal_guidelines: [No health claims.]
audience:
  region: Nordics and DACH
  description: |
    Commuters
    who care about good coffee
  age_range: {from: 25, to: 40}
  interests: [cycling]
products:
  - id: cold-brew
    name: Nordlys Cold Brew
    description: Steeped for 18 hours
    photos: [photos/cold-brew.png]
    messages: {en-US: {headline: Colder}}
  - id: filter
    name: Nordlys Filter
    description: Roasted light
target_locales: [de-de, en-US, no]
messages: {en: {headline: Summer, subline: Poured slowly}}
"""

BRIEF: dict[str, Any] = {
    "campaign_id": "nordlys-summer-2027",
    "brand": {
        "name": "Nordlys Coffee",
        "primary_color": "#0B3D2E",
        "palette": ["#F4E9D8"],
        "logo": {"default": "nordlys.svg", "light": "light.png", "clear_space": 0.5},
        "tone": "warm",
        "banned_words": {"de-DE": ["billig"], "*": ["cheap"]},
        "legal_text": {"de-DE": "Nur solange der Vorrat reicht."},
        "legal_guidelines": ["No health claims."],
    },
    "audience": {
        "region": "Nordics",
        "description": "Commuters",
        "age_range": {"from": 25, "to": 40},
        "interests": ["cycling"],
    },
    "products": [
        {
            "id": "cold-brew",
            "name": "Cold Brew",
            "description": "Steeped",
            "photos": ["photos/cold-brew.png"],
            "messages": {"de-DE": {"headline": "Kalt"}},
        },
        {"id": "filter", "name": "Filter", "description": "Roasted"},
    ],
    "target_locales": ["en-US", "de-DE"],
    "messages": {"en-US": {"headline": "Summer", "subline": "Poured", "call_to_action": "Try"}},
    "output": {"aspect_ratios": ["1x1", "9x16"], "file_type": "png", "clean_twins": True},
    "placement": {"logo": "top-right"},
    "imagery": "shared",
    "contact": "ann@example.com",
    "budget_usd": 50,
}

MISSING = object()


def changed(path: tuple[str | int, ...], value: object) -> dict[str, Any]:
    """The brief above with `value` at `path`; without that field where it is MISSING."""
    return changed_all({path: value})


def changed_all(values: Mapping[tuple[str | int, ...], object]) -> dict[str, Any]:
    """The brief above with each value at its path; without the fields that are MISSING."""
    brief = copy.deepcopy(BRIEF)
    for path, value in values.items():
        place: Any = brief
        for part in path[:-1]:
            place = place[part]
        if value is MISSING:
            del place[path[-1]]
        else:
            place[path[-1]] = value
    return brief


def picture(width_px: int, height_px: int) -> bytes:
    output = io.BytesIO()
    Image.new("RGB", (width_px, height_px), "teal").save(output, "PNG")
    return output.getvalue()


SVG = b"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 90 30">
<rect width="90" height="30"/></svg>"""
FILES = {
    "nordlys.svg": SVG,
    "light.png": picture(200, 50),
    "photos/cold-brew.png": picture(400, 400),
}
