"""The commands about a whole campaign: its report, and its published files."""

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from creative_assets.terminal import errors_in_words, out, read_settings

CampaignId = Annotated[str, typer.Argument(help="The campaign's ID, as its brief says it.")]


def report(
    campaign: CampaignId,
    *,
    to: Annotated[
        Path | None, typer.Option(help="Where to put a copy, such as report.html.", dir_okay=False)
    ] = None,
) -> None:
    """Write a campaign's report: one page with its pictures, decisions, findings and cost."""
    from creative_assets.resources.opening import open_archive  # noqa: PLC0415 - keeps --help fast
    from creative_assets.studio.report import write_report  # noqa: PLC0415 - the same

    with errors_in_words(), open_archive(read_settings()) as archive:
        file = write_report(campaign, archive.store, archive.records)
        place = f"{archive.store.url}/{file.path}"
        if to is not None:
            _write(to, [archive.store.get(file.path)])
            place = str(to)
    out.print(f"[green]✓[/] {escape(place)}, {file.size_bytes / 1e6:.1f} MB", soft_wrap=True)


def download(
    campaign: CampaignId,
    *,
    to: Annotated[Path, typer.Option(help="The zip to write.", dir_okay=False)],
) -> None:
    """Put a campaign's published files, as they are approved now, into a zip with manifests."""
    from creative_assets.resources.opening import open_archive  # noqa: PLC0415 - keeps --help fast
    from creative_assets.studio.download import standing_publications, zipped  # noqa: PLC0415
    from creative_assets.studio.store import open_store  # noqa: PLC0415

    settings = read_settings()
    with errors_in_words(), open_archive(settings) as archive:
        publications = standing_publications(campaign, archive.records)
        _write(to, zipped(publications, open_store(settings.publish_url)))
    size = f"{to.stat().st_size / 1e6:.1f} MB"
    out.print(
        f"[green]✓[/] {escape(str(to))}: {len(publications)} variants, {size}", soft_wrap=True
    )


def _write(path: Path, pieces: Iterable[bytes]) -> None:
    """Write a file whole or not at all."""
    temporary = path.with_name(f".{path.name}.part")
    try:
        with temporary.open("wb") as file:
            file.writelines(pieces)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
