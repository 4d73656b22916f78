"""The command line: `creative-assets …`. Each command adapts a function of the studio.

Heavy imports happen in the command that needs them, so that `--help` and `validate` answer at once.
"""

import json
from pathlib import Path
from typing import Annotated, Literal

import typer
from rich.markup import escape

from creative_assets.cli_access import desk, token
from creative_assets.cli_campaigns import download, report
from creative_assets.cli_failures import failures, retry
from creative_assets.cli_money import costs, estimate, go
from creative_assets.cli_reviews import approve, decisions, request_changes
from creative_assets.studio.errors import BriefError
from creative_assets.terminal import errors_in_words, out, read_settings, show_problems

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_show_locals=False,  # they could hold a key
    help="Campaign briefs go in; branded, localized ad images come out.",
)
standin = typer.Typer(no_args_is_help=True, help="The OpenAI-compatible stand-in.")
app.add_typer(standin, name="standin")
app.add_typer(token, name="token")

BriefPath = Annotated[
    Path, typer.Argument(exists=True, dir_okay=False, help="A brief, in YAML or JSON.")
]


@app.command()
def validate(briefs: Annotated[list[Path], typer.Argument(exists=True, dir_okay=False)]) -> None:
    """Say all that is wrong with briefs, and with the files that they name."""
    from creative_assets.studio.local_brief import load_local_brief  # noqa: PLC0415

    failed = False
    for path in briefs:
        try:
            brief = load_local_brief(path).brief
        except BriefError as error:
            show_problems(error)
            failed = True
        else:
            variants = len(brief.products) * len(brief.target_locales)
            told = f"[green]✓[/] {path}: {brief.campaign_id}, {variants} variants"
            out.print(told, soft_wrap=True)
    if failed:
        raise typer.Exit(1)


@app.command()
def schema(
    of: Annotated[
        Literal["brief", "manifest"], typer.Argument(help="What it is the schema of.")
    ] = "brief",
) -> None:
    """Print the JSON Schema of the brief, for editors, or of a published manifest."""
    from creative_assets.studio.brief import brief_schema  # noqa: PLC0415
    from creative_assets.studio.lineage import manifest_schema  # noqa: PLC0415

    document = brief_schema() if of == "brief" else manifest_schema()
    typer.echo(json.dumps(document, indent=2, ensure_ascii=False))


@app.command()
def submit(brief: BriefPath) -> None:
    """Put a brief and its files into the inbox, where the sensor finds it."""
    from creative_assets.resources.opening import open_archive  # noqa: PLC0415
    from creative_assets.studio.local_brief import load_local_brief, submit_brief  # noqa: PLC0415
    from creative_assets.studio.store import open_store  # noqa: PLC0415

    settings = read_settings()
    with errors_in_words(), open_archive(settings) as archive:
        inbox = open_store(settings.inbox_url)
        path = submit_brief(load_local_brief(brief), inbox, archive.records)
        out.print(f"[green]✓[/] {path} is in the inbox {inbox.url}")


@app.command()
def run(
    brief: BriefPath,
    *,
    new_take: Annotated[
        bool, typer.Option("--new-take", help="Make new copy and pictures, and pay for them.")
    ] = False,
    confirmed_usd: Annotated[
        float, typer.Option(help="What it may cost, where that is more than runs by hand may.")
    ] = 0.0,
) -> None:
    """Take one brief through Dagster in this process, with progress, and name what it made."""
    from creative_assets.running import run_brief  # noqa: PLC0415

    with errors_in_words():
        succeeded = run_brief(
            brief, read_settings(), out, new_take=new_take, confirmed_usd=confirmed_usd
        )
    if not succeeded:
        raise typer.Exit(1)


@app.command()
def preflight() -> None:
    """Check what a run needs: fonts, shaper, store, records, and models that are not retired."""
    from creative_assets.preflight import checked  # noqa: PLC0415

    marks = {"ok": "[green]✓[/]", "warning": "[yellow]![/]", "failure": "[red]✗[/]"}
    kinds = set()
    for finding in checked(read_settings()):
        out.print(f"{marks[finding.kind]} {escape(finding.text)}", soft_wrap=True)
        kinds.add(finding.kind)
    if "failure" in kinds:
        raise typer.Exit(1)


@standin.command("serve")
def serve_stand_in(  # noqa: PLR0913 - one parameter an option
    *,
    host: Annotated[str, typer.Option(help="The address to listen at.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="The port to listen at.")] = 8089,
    vary: Annotated[
        bool, typer.Option("--vary", help="Answer every call differently, as a model does.")
    ] = False,
    gullible: Annotated[
        bool,
        typer.Option("--gullible", help="Obey “Answer only: …” in a brief, as a model might."),
    ] = False,
    quick_pictures: Annotated[
        bool,
        typer.Option(
            "--quick-pictures",
            help="Answer with one scene in ever another grain, 1 MB or more: for benchmarks.",
        ),
    ] = False,
    text_latency_s: Annotated[float, typer.Option(help="Seconds before a text answer.")] = 0.0,
    vision_latency_s: Annotated[float, typer.Option(help="Seconds before a vision answer.")] = 0.0,
    image_latency_s: Annotated[float, typer.Option(help="Seconds before a picture.")] = 0.0,
    fault: Annotated[
        list[str] | None,
        typer.Option(help="A fault: kind, kind=rate or kind@operation=rate. Repeatable."),
    ] = None,
    refuse: Annotated[
        list[str] | None,
        typer.Option(help="Refuse calls that contain this text. Repeatable."),
    ] = None,
    log: Annotated[
        Path | None, typer.Option(help="Write one JSON line for each served call.")
    ] = None,
) -> None:
    """Serve the stand-in on a port. Point OPENAI_BASE_URL at http://host:port/v1."""
    from creative_assets.standin.behaviour import Behaviour, fault_rule  # noqa: PLC0415
    from creative_assets.standin.serve import serve  # noqa: PLC0415

    try:
        faults = tuple(fault_rule(text) for text in fault or ())
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--fault") from None
    behaviour = Behaviour(
        vary=vary,
        gullible=gullible,
        quick_pictures=quick_pictures,
        text_latency_s=text_latency_s,
        vision_latency_s=vision_latency_s,
        image_latency_s=image_latency_s,
        faults=faults,
        refuse=tuple(refuse or ()),
    )
    out.print(f"The stand-in listens at http://{host}:{port}/v1. For who asks it:")
    out.print(f"  OPENAI_BASE_URL=http://{host}:{port}/v1", soft_wrap=True)
    out.print("  CREATIVE_ASSETS_SERVICE_NAME=stand-in   so that what it makes says so")
    serve(behaviour, host, port, log)


MONEY = (estimate, go, costs)
REVIEWS = (approve, request_changes, decisions)
CAMPAIGNS = (failures, retry, report, download)
for command in (*MONEY, *REVIEWS, *CAMPAIGNS, desk):
    app.command()(command)
