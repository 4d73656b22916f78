"""The commands of those who run the desk: who gets in, and serving it."""

import getpass
import signal
from datetime import UTC, datetime
from typing import Annotated
from urllib.parse import urlencode

import typer
from rich.markup import escape
from rich.table import Table

from creative_assets.terminal import errors_in_words, out, read_settings

token = typer.Typer(no_args_is_help=True, help="Who gets into the desk and the REST API.")

_DAY_S = 24 * 60 * 60
_LOOPBACK = frozenset({"127.0.0.1", "localhost"})

TokenId = Annotated[str, typer.Argument(help="The token's ID, as `token list` shows it.")]


@token.command()
def create(
    name: Annotated[str, typer.Argument(help="Who it is for: the name on their decisions.")],
    *,
    role: Annotated[
        list[str], typer.Option(help="submit, review, publish or admin (all of them). Repeatable.")
    ],
    brand: Annotated[
        list[str] | None,
        typer.Option(help="Whose campaigns they see. Repeatable. Left out: every brand."),
    ] = None,
    days: Annotated[int, typer.Option(min=1, max=366, help="How long it is valid.")] = 90,
) -> None:
    """Make a token, and print it: nobody can look it up later."""
    from pydantic import ValidationError  # noqa: PLC0415 - keeps --help fast

    from creative_assets.resources.opening import open_archive  # noqa: PLC0415 - the same
    from creative_assets.studio.access import Access, Person  # noqa: PLC0415 - the same

    try:
        person = Person.model_validate({"name": name, "roles": role, "brands": brand})
    except ValidationError as error:
        wrong = "; ".join(
            f"{each['loc'][0]}: {each['msg']}" for each in error.errors(include_url=False)
        )
        raise typer.BadParameter(wrong) from None
    with errors_in_words(), open_archive(read_settings()) as archive:
        made, text = Access(archive.records.database).issue(person, days * _DAY_S)
    out.print(f"[green]✓[/] {made.id} for {escape(person.name)}, until {_day(made.expires_at)}.")
    out.print("Keep it safe; it is shown only now:")
    typer.echo(text)


@token.command("list")
def list_tokens() -> None:
    """Say who has a token, for what, and until when."""
    from creative_assets.resources.opening import open_archive  # noqa: PLC0415 - keeps --help fast
    from creative_assets.studio.access import Access  # noqa: PLC0415 - the same

    with errors_in_words(), open_archive(read_settings()) as archive:
        tokens = Access(archive.records.database).all()
    table = Table("ID", "name", "roles", "brands", "until")
    for each in tokens:
        person = each.person
        brands = "every brand" if person.brands is None else ", ".join(sorted(person.brands))
        until = _day(each.expires_at) if each.revoked_at is None else "revoked"
        row = (each.id, person.name, ", ".join(sorted(person.roles)), brands, until)
        table.add_row(*map(escape, row))
    out.print(table)


@token.command()
def revoke(token_id: TokenId) -> None:
    """End a token, and every session that was begun with it."""
    from creative_assets.resources.opening import open_archive  # noqa: PLC0415 - keeps --help fast
    from creative_assets.studio.access import Access  # noqa: PLC0415 - the same

    with errors_in_words(), open_archive(read_settings()) as archive:
        Access(archive.records.database).revoke(token_id)
    out.print(f"[green]✓[/] {escape(token_id)} opens nothing any more.")


@token.command()
def link(token_id: TokenId) -> None:
    """Print a link that signs in once, as the token would, within fifteen minutes."""
    from creative_assets.resources.opening import open_archive  # noqa: PLC0415 - keeps --help fast
    from creative_assets.studio.access import Access  # noqa: PLC0415 - the same

    settings = read_settings()
    with errors_in_words(), open_archive(settings) as archive:
        secret = Access(archive.records.database).link_to(token_id)
    typer.echo(_address(settings.desk_url, secret))


def desk(
    *,
    host: Annotated[str, typer.Option(help="The address to listen at.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="The port to listen at.")] = 3001,
) -> None:
    """Serve the review desk and the REST API until interrupted.

    At the loopback, and without a proxy that signs people in, it prints a link for whoever started
    it; what the link opens ends with the desk.
    """
    from creative_assets.desk.serve import app_of, open_desk, server_of  # noqa: PLC0415 - 0.5 s
    from creative_assets.logs import set_up_logs  # noqa: PLC0415 - keeps --help fast
    from creative_assets.studio.access import Person  # noqa: PLC0415 - keeps --help fast

    settings = read_settings()
    set_up_logs(settings)
    with errors_in_words(), open_desk(settings) as opened:
        app = app_of(settings, opened)
        if host not in _LOOPBACK or settings.desk_proxy_address is not None:
            out.print(f"The desk listens at {host}:{port}. People reach it at {settings.desk_url}")
            server_of(app, host, port).run()
            return
        person = Person(name=getpass.getuser(), roles=frozenset({"admin"}))
        own, _ = opened.access.issue(person, _DAY_S)
        out.print("The desk. This link signs you in, once, within 15 minutes:")
        at = (
            settings.desk_url
            if "desk_url" in settings.model_fields_set
            else f"http://{host}:{port}"
        )
        typer.echo(_address(at, opened.access.link_to(own.id)))
        # Left to its default, the signal would end the process before the token is revoked.
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        try:
            server_of(app, host, port).run()
        finally:
            opened.access.revoke(own.id)


def _address(desk_url: str, secret: str) -> str:
    return f"{desk_url}/sign-in?{urlencode({'link': secret})}"


def _day(seconds: float) -> str:
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%d}"
