"""How what is wrong with a brief is told to its author. The rules themselves are in `brief`.

A brief's own text is shown only inside backticks, shortened and with invisible characters spelled
out, so that neither a terminal nor a Markdown page can be made to show something else.
"""

import difflib
import re
from collections.abc import Sequence

from pydantic_core import PydanticCustomError

from creative_assets.studio.errors import Problem

REFUSED = "refused"

_SHOWN_CHARACTERS = 60
_SHOWN_FIELDS = 5
_LIKE_ENOUGH = 0.5
_MARKDOWN = re.compile(r"[\\<>\[\]*_&|~#!@]|:(?=//)|(?<=www)\.")


def refusal(expected: str, fix: str) -> PydanticCustomError:
    """What a validator of the brief's models raises: the words of the `Problem` it becomes."""
    return PydanticCustomError(
        REFUSED, "expected {expected}. {fix}", {"expected": expected, "fix": fix}
    )


def clean(text: str, limit: int = _SHOWN_CHARACTERS) -> str:
    """`text` in one line, at most about `limit` characters, without backticks or invisible ones."""
    short = text if len(text) <= limit else f"{text[:limit]}…"
    visible = (
        character if character.isprintable() else character.encode("unicode_escape").decode()
        for character in short.replace("`", "'")
    )
    return "".join(visible)


def quoted(text: str) -> str:
    """`text`, cleaned, in backticks."""
    return f"`{clean(text)}`" if text.strip() else "an empty text"


def shown(value: object) -> str:
    """A parsed value in words, such as "the number `5`" or "a list of 3"."""
    match value:
        case None:
            return "nothing"
        case bool():
            return f"the yes/no value `{str(value).lower()}`"
        case int() | float():
            return f"the number `{value}`"
        case str():
            return quoted(value)
        case list() | tuple():
            return f"a list of {len(value)}" if value else "an empty list"
        case dict():
            names = ", ".join(quoted(str(key)) for key in list(value)[:_SHOWN_FIELDS])
            more = " …" if len(value) > _SHOWN_FIELDS else ""
            return f"the fields {names}{more}" if value else "no fields"
        case _:
            return quoted(str(value))


def did_you_mean(written: object, known: Sequence[str]) -> str:
    """`Did you mean …?`, or a list to choose from where nothing is like what was written."""
    match = difflib.get_close_matches(clean(str(written)).lower(), known, n=1, cutoff=_LIKE_ENOUGH)
    return f"Did you mean `{match[0]}`?" if match else f"Choose one of {listed(known)}."


def listed(names: Sequence[str]) -> str:
    """The names in backticks, with commas."""
    return ", ".join(f"`{name}`" for name in names)


def problems_markdown(source: str, problems: Sequence[Problem]) -> str:
    """The page that a campaign manager finds beside a brief (`source`) that was not accepted."""
    count = "one thing" if len(problems) == 1 else f"{len(problems)} things"
    title = _prose(f"`{clean(source, limit=200)}` needs {count} changed")
    advice = "Nothing has been made from it. Correct the brief, save it, and it is read again."
    sections = [
        f"## {number}. {_prose(_place(problem))}\n\n"
        f"- **Found:** {_prose(problem.found)}\n"
        f"- **Expected:** {_prose(problem.expected)}\n"
        f"- **What to do:** {_prose(problem.fix)}"
        for number, problem in enumerate(problems, start=1)
    ]
    return "\n\n".join([f"# {title}", advice, *sections]) + "\n"


def _place(problem: Problem) -> str:
    return f"`{problem.field}`" if problem.field else "The brief as a whole"


def _prose(text: str) -> str:
    """`text` as a line of Markdown: what is in backticks stays code, nothing else is markup."""
    line = " ".join(text.split())
    parts = line.split("`")
    paired = len(parts) % 2 == 1 and "``" not in line
    if not paired:
        return _MARKDOWN.sub(r"\\\g<0>", line.replace("`", "'"))
    return "".join(
        f"`{part}`" if index % 2 else _MARKDOWN.sub(r"\\\g<0>", part)
        for index, part in enumerate(parts)
    )
