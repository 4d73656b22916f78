"""Words for what pydantic finds wrong with a brief: what stands there, what would be right.

The rules are in `brief` and `rules`. This is only their translation, for people who know neither
pydantic nor Python.
"""

import json
from collections.abc import Sequence
from types import NoneType, UnionType
from typing import Annotated, Any, NamedTuple, Union, get_args, get_origin

from pydantic import ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from creative_assets.studio import problems
from creative_assets.studio.brief import CampaignBrief
from creative_assets.studio.documents import field_path
from creative_assets.studio.errors import Problem
from creative_assets.studio.problems import did_you_mean, listed, quoted, shown
from creative_assets.studio.values import Frozen

_KEY_OF_A_MAPPING = "[key]"

_KINDS = {
    "string_type": "text",
    "tuple_type": "a list",
    "dict_type": "fields",
    "model_type": "fields",
    "int_type": "a whole number",
    "float_type": "a number",
    "float_parsing": "a number",
    "finite_number": "a number",
    "bool_type": "yes or no",
    "bool_parsing": "yes or no",
}
_BOUNDS = {"ge": "at least {:,.10g}", "le": "at most {:,.10g}", "gt": "more than {:,.10g}"}


class _Words(NamedTuple):
    found: str
    expected: str
    fix: str


class _Spot(NamedTuple):
    """A place in the models: the type that belongs there, and an example of it."""

    annotation: Any
    example: object


def problems_of(error: ValidationError, document: object, limit: int) -> list[Problem]:
    """The first `limit` problems that validating `document` as a brief found."""
    details = [detail for detail in error.errors(include_url=False) if not _follows(detail)]
    return [_problem(detail, document) for detail in details[:limit]]


def _follows(detail: ErrorDetails) -> bool:
    """Whether it only follows from others: pydantic does not count items that are wrong."""
    return detail["type"] == "too_short" and bool(detail["input"])


def _problem(detail: ErrorDetails, document: object) -> Problem:
    location = detail["loc"]
    if location[-1] == _KEY_OF_A_MAPPING and detail["type"] != "extra_forbidden":
        location = location[:-1]
    found, expected, fix = _words(detail, location)
    path = _path(location, document)
    return Problem(field=path, found=found, expected=expected, fix=fix)


def _path(location: Sequence[str | int], document: object) -> str:
    """The path as the author wrote it: a logo given as text has no `default` below it."""
    path = ""
    for part in location:
        if not isinstance(document, dict | list):
            break
        path = field_path(path, part)
        document = _below(document, part)
    return path


def _below(container: dict[str, object] | list[object], part: str | int) -> object:
    if isinstance(container, dict):
        return container.get(str(part))
    return container[part] if isinstance(part, int) and part < len(container) else None


def _words(detail: ErrorDetails, location: Sequence[str | int]) -> _Words:
    value = detail["input"]
    context = detail.get("ctx", {})
    match detail["type"]:
        case "missing":
            return _missing(location)
        case "extra_forbidden":
            return _unknown_field(location)
        case "literal_error":
            known = [str(option) for option in get_args(_spot(location).annotation)]
            fix = did_you_mean(value, known)
            return _Words(shown(value), f"one of {listed(known)}", fix)
        case "string_too_short" | "too_short" | "string_too_long" | "too_long":
            return _wrong_size(detail, location)
        case "greater_than_equal" | "less_than_equal" | "greater_than":
            ((kind, bound),) = context.items()
            expected = f"a number that is {_BOUNDS[kind].format(bound)}"
            return _Words(shown(value), expected, "Correct the number.")
        case problems.REFUSED:
            return _Words(shown(value), context["expected"], context["fix"])
        case kind:
            return _wrong_kind(_KINDS[kind], value, location)


def _wrong_size(detail: ErrorDetails, location: Sequence[str | int]) -> _Words:
    value = detail["input"]
    context = detail["ctx"]
    if "min_length" in context:
        kind = "text" if isinstance(value, str) else "at least one"
        expected = f"{kind}, such as {_example(location)}"
        return _Words(shown(value), expected, "Fill it in, or remove the field if it may go.")
    most = context["max_length"]
    if isinstance(value, str):
        length = len(value.strip())
        found = f"{length} characters, {quoted(value)}"
        return _Words(found, f"at most {most} characters", f"Shorten it by {length - most}.")
    return _Words(shown(value), f"at most {most}", "Leave some out.")


def _missing(location: Sequence[str | int]) -> _Words:
    name = location[-1]
    example = _example(location)
    return _Words("nothing", f"the field `{name}`, such as {example}", f"Add a line `{name}: …`.")


def _unknown_field(location: Sequence[str | int]) -> _Words:
    name = str(location[-1])
    known = list(_fields(_spot(location[:-1]).annotation))
    return _Words(
        f"the unknown field {quoted(name)}",
        f"only the fields {listed(known)}",
        did_you_mean(name, known),
    )


def _wrong_kind(kind: str, value: object, location: Sequence[str | int]) -> _Words:
    example = _example(location)
    if value is None:
        fix = "Write a value there, or remove the field."
        if "#" in example:
            fix += " In YAML a bare `#` starts a comment: put quotes around the value."
    elif kind == "text" and isinstance(value, bool | int | float):
        fix = f'If text is meant, put quotes around it: `"{str(value).lower()}"`.'
    elif kind == "a list" and isinstance(value, str):
        fix = "Put it in square brackets."
    else:
        fix = f"Write it like {example}."
    return _Words(shown(value), f"{kind}, such as {example}", fix)


def _spot(location: Sequence[str | int]) -> _Spot:
    spot = _Spot(CampaignBrief, None)
    for part in location:
        fields = _fields(spot.annotation)
        if fields:
            field = fields[str(part)]
            spot = _Spot(_bare(field.annotation), (field.examples or [None])[0])
        else:
            spot = _Spot(_bare(get_args(spot.annotation)[_item(spot)]), _first(spot.example))
    return spot


def _item(spot: _Spot) -> int:
    return 1 if get_origin(spot.annotation) is dict else 0


def _fields(annotation: object) -> dict[str, FieldInfo]:
    """The fields of a model under the names that authors use; none for other types."""
    if not (isinstance(annotation, type) and issubclass(annotation, Frozen)):
        return {}
    return {field.alias or name: field for name, field in annotation.model_fields.items()}


def _bare(annotation: Any) -> Any:  # noqa: ANN401 - a type form has no type of its own in 3.11
    """`annotation` without `Annotated`, and without the None of what is optional."""
    if get_origin(annotation) is Annotated:
        return _bare(get_args(annotation)[0])
    if get_origin(annotation) in (Union, UnionType):
        return _bare(next(kind for kind in get_args(annotation) if kind is not NoneType))
    return annotation


def _first(example: object) -> object:
    match example:
        case [first, *_]:
            return first
        case dict() if example:
            return next(iter(example.values()))
        case _:
            return None


def _example(location: Sequence[str | int]) -> str:
    return f"`{json.dumps(_spot(location).example, ensure_ascii=False)}`"
