"""What the structured answers say, by the schema's name, and an answer to any other schema.

Copy is `copywriter`, locale facts are `culture`, scenes are `direction`; the logo's spot is here.
"""

import operator
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from creative_assets.standin.copywriter import draft_copy
from creative_assets.standin.culture import context_pack
from creative_assets.standin.direction import art_direction
from creative_assets.standin.wire import Json, WireError

BOUNDS: dict[str, Callable[[float, float], bool]] = {
    "minimum": operator.ge,
    "maximum": operator.le,
    "exclusiveMinimum": operator.gt,
    "exclusiveMaximum": operator.lt,
}
# What a logo spot needs to be preferred because it is the same in several formats: enough of both,
# and not much less calm than its format's calmest, unless it is wished for, or one for all of them.
GOOD_CONTRAST, GOOD_CALMNESS, LESS_CALM, ON_SUBJECT = 3.0, 0.6, 0.2, 0.12
FIRST_CHOICES = 2  # where there is none, the first ones of each are chosen from


@dataclass(frozen=True)
class Schema:
    """The JSON schema that an answer must have; `name` says which of the studio's it is."""

    name: str
    document: Json


def structured(schema: Schema, facts: Json, nonce: int) -> Any:  # noqa: ANN401 - any JSON value
    """The answer to `facts` that is valid for `schema`; another `nonce` gives another answer.

    Raises:
        WireError: The facts or the schema are not what they should be.
    """
    write = WRITERS.get(schema.name)
    try:
        if write is None or not facts:
            return minimal(schema.document, schema.document)
        return _fitted(write(facts, nonce), schema.document)
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
        # Whoever reaches the port may send anything; that is their mistake, not the server's.
        message = f"The stand-in cannot answer {schema.name}: {error!r} in its facts or schema."
        raise WireError(400, message, param="messages") from error


def small_talk(text: str, nonce: int) -> str:
    """The answer to a chat that asks for no structure."""
    quoted = " ".join(text.split())[:120]
    number = f" (answer {nonce})" if nonce else ""
    return (
        f"This is the stand-in, no language model{number}. It read “{quoted}”, and it answers "
        "structured requests for context packs, ad copy, art direction and logo spots."
    )


def logo_choices(facts: Json, nonce: int) -> Json:
    """A candidate for each format: the wish, else the spot that is good in most, else its best."""
    formats = [entry for entry in facts.get("formats", ()) if entry.get("candidates")]
    wish = facts.get("wish")
    agreed = {
        spot["name"]
        for entry in formats
        for spot in entry["candidates"]
        if spot["name"] == wish or spot.get("in_formats") == len(formats)
    }
    places: dict[str, list[int]] = {}
    for entry in formats:
        for place, spot in enumerate(entry["candidates"]):
            if _is_good(spot, entry, agreed):
                places.setdefault(spot["name"], []).append(place)
    # Candidates stand best first: of spots that are as common, the sum of places decides.
    ranks = {name: (-len(found), sum(found)) for name, found in places.items()}
    most = min((count for count, _ in ranks.values()), default=0)
    common = [name for name in sorted(ranks, key=ranks.__getitem__) if ranks[name][0] == most]
    if wish not in places:
        wish = common[nonce % len(common)] if most < -1 else None
    return {"choices": [_choice(entry, wish, agreed, nonce) for entry in formats]}


def _is_good(spot: Json, entry: Json, agreed: set[str]) -> bool:
    # Beside the subject a logo competes with it.
    if spot["name"].startswith("middle") or spot.get("on_subject", 0) > ON_SUBJECT:
        return False
    if spot["name"] in agreed:
        return bool(spot.get("contrast", 0) >= GOOD_CONTRAST)
    calmest = max(other.get("calmness", 0) for other in entry["candidates"])
    calm_enough = max(GOOD_CALMNESS, calmest - LESS_CALM)
    return bool(spot.get("contrast", 0) >= GOOD_CONTRAST and spot.get("calmness", 0) >= calm_enough)


def _choice(entry: Json, wish: str | None, agreed: set[str], nonce: int) -> Json:
    candidates = entry["candidates"]
    named = [spot for spot in candidates if spot["name"] == wish and _is_good(spot, entry, agreed)]
    best = candidates[:FIRST_CHOICES]
    chosen = named[0] if named else best[nonce % len(best)]
    why = "one spot for most formats" if named else "the best of this format"
    numbers = f"contrast {chosen.get('contrast', 0):.1f}, calmness {chosen.get('calmness', 0):.2f}"
    return {
        "format": entry["format"],
        "candidate": chosen["name"],
        "reason": f"Stand-in: {chosen['name']} is {why}; {numbers}.",
    }


def minimal(schema: Json, root: Json) -> Any:  # noqa: ANN401, C901, PLR0911 - one branch a schema type
    """The smallest value that is valid for `schema`, whose references point into `root`."""
    if "$ref" in schema:
        return minimal(_resolved(schema["$ref"], root), root)
    if "const" in schema:
        return schema["const"]
    if "enum" in schema:
        return schema["enum"][0]
    for union in ("anyOf", "oneOf", "allOf"):
        if union in schema:
            # Null, where it is allowed, also ends a schema that refers to itself.
            options = sorted(schema[union], key=lambda option: option.get("type") != "null")
            return minimal(options[0], root)
    kind = schema.get("type", "object")
    match kind[0] if isinstance(kind, list) else kind:
        case "string":
            return "stand-in".ljust(schema.get("minLength", 0), ".")[: schema.get("maxLength")]
        case "integer" | "number":
            return _minimal_number(schema)
        case "boolean":
            return False
        case "null":
            return None
        case "array":
            return [minimal(schema["items"], root) for _ in range(schema.get("minItems", 0))]
        case _:
            properties = schema.get("properties", {})
            required = schema.get("required", ())
            return {name: minimal(properties.get(name, {}), root) for name in required}


def _minimal_number(schema: Json) -> float:
    """0, or a number near the bounds that lies within them."""
    bounds: list[float] = [schema[name] for name in BOUNDS if name in schema]
    near = [number + step for step in (0, 1, -1) for number in bounds]
    middle = [sum(bounds) / len(bounds)] if bounds else []
    return next(number for number in (0, *near, *middle) if _is_within(number, schema))


def _is_within(number: float, schema: Json) -> bool:
    return all(is_kept(number, schema[name]) for name, is_kept in BOUNDS.items() if name in schema)


def _resolved(reference: str, root: Json) -> Json:
    """What a reference such as `#/$defs/Choice` points at."""
    target = root
    for step in reference.removeprefix("#").strip("/").split("/"):
        target = target[step] if step else target
    return target


def _fitted(answer: Json, document: Json) -> Json:
    """`answer` with the properties that the schema knows, and minimal ones where some lack."""
    properties = document.get("properties", {})
    known = {name: value for name, value in answer.items() if name in properties}
    lacking = [name for name in document.get("required", ()) if name not in known]
    return known | {name: minimal(properties[name], document) for name in lacking}


WRITERS: dict[str, Callable[[Json, int], Json]] = {
    "ContextPack": context_pack,
    "CopyDraft": draft_copy,
    "ArtDirection": art_direction,
    "LogoChoices": logo_choices,
}
