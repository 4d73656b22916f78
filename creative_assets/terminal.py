"""What every command shares: the terminal, the settings, and errors in words."""

from collections.abc import Iterator
from contextlib import contextmanager

import typer
from pydantic import ValidationError
from rich.console import Console
from rich.markup import escape

from creative_assets.settings import Settings
from creative_assets.studio.errors import BriefError, CreativeAssetsError

out = Console()
err = Console(stderr=True)


@contextmanager
def errors_in_words() -> Iterator[None]:
    """What the studio raises ends the command with its message and no traceback."""
    try:
        yield
    except BriefError as error:
        show_problems(error)
        raise typer.Exit(1) from None
    except CreativeAssetsError as error:
        err.print(f"[red]{type(error).__name__}[/]: {escape(str(error))}")
        raise typer.Exit(1) from None


def read_settings() -> Settings:
    """The settings, or an end of the command that names those that make no sense."""
    try:
        return Settings()
    except ValidationError as error:
        for problem in error.errors(include_url=False):
            name = "__".join(str(part) for part in problem["loc"]).upper()
            place = name if name.startswith("OPENAI_") else f"CREATIVE_ASSETS_{name}"
            err.print(f"[red]✗[/] {place}: {escape(problem['msg'])}.")
        raise typer.Exit(1) from None


def show_problems(error: BriefError) -> None:
    """All that is wrong with a brief, each with its fix."""
    count = len(error.problems)
    noun = "problem" if count == 1 else "problems"
    err.print(f"[red]✗[/] {escape(error.source)} has {count} {noun}:")
    for problem in error.problems:
        err.print(f"\n  [bold]{escape(problem.field or 'the brief')}[/]")
        err.print(f"    found     {escape(problem.found)}")
        err.print(f"    expected  {escape(problem.expected)}")
        err.print(f"    fix       {escape(problem.fix)}")
