"""The check of the specification: each final is the file that its format asks for.

Only the file as a whole is judged here: its size, type, profile and marks, and that it shows
something.
"""

import io
from collections.abc import Iterator
from functools import partial

import numpy as np
from PIL import Image

from creative_assets.studio.checks import Finding
from creative_assets.studio.checks.specimen import CleanFile, FinalFile, Specimen, Verdict
from creative_assets.studio.export import srgb_profile
from creative_assets.studio.formats import MAX_UPSCALE, file_types_for
from creative_assets.studio.provenance import Marks, read_marks

# Of 255 levels: the quietest photograph has five times as much, an even area after JPEG a tenth.
_LEAST_SPREAD = 3.0


def check_specification(specimen: Specimen) -> Verdict:
    """Everything that is wrong with the files of a variant's finals, the clean ones included."""
    files: tuple[FinalFile | CleanFile, ...] = (*specimen.finals, *specimen.clean)
    findings = [finding for file in files for finding in _wrong_with(file, specimen)]
    numbers = {
        "largest_bytes": max(len(file.content) for file in files),
        "largest_upscale": round(max(file.upscale for file in files), 3),
    }
    return Verdict(tuple(findings), numbers)


def _wrong_with(final: FinalFile | CleanFile, specimen: Specimen) -> Iterator[Finding]:
    fmt = final.format
    finding = partial(Finding, check="specification", format=final.name)
    with Image.open(io.BytesIO(final.content)) as opened:
        size, kind = opened.size, (opened.format or "").lower()
        profile = opened.info.get("icc_profile")
    expected = (fmt.size.width_px, fmt.size.height_px)
    if size != expected:
        yield finding(
            rule="pixels",
            message=f"The final is {size[0]}x{size[1]}; expected exactly {fmt.size}. Materialize "
            "final_creatives again.",
            numbers={"width_px": size[0], "height_px": size[1]},
        )
    allowed = file_types_for(fmt, specimen.variant.file_type)
    if kind not in allowed:
        yield finding(
            rule="file-type",
            message=f"The final is a {kind or 'file of no known type'}; {fmt.name} takes "
            f"{' or '.join(allowed)}. Materialize final_creatives again.",
        )
    if fmt.max_bytes is not None and len(final.content) > fmt.max_bytes:
        yield finding(
            rule="bytes",
            message=f"The final has {len(final.content):,} bytes; {fmt.name} takes at most "
            f"{fmt.max_bytes:,}. Materialize final_creatives again.",
            numbers={"bytes": len(final.content), "bytes_allowed": fmt.max_bytes},
        )
    if profile != srgb_profile():
        yield finding(
            rule="profile",
            message=f"The final carries {'another' if profile else 'no'} colour profile; expected "
            "the project's sRGB profile. Materialize final_creatives again.",
        )
    marks = read_marks(final.content)
    expected_marks = specimen.marks.clean() if isinstance(final, CleanFile) else specimen.marks
    if marks != expected_marks:
        yield finding(rule="marks", message=_marks_message(marks, expected_marks))
    spread = _spread(final.picture)
    if spread < _LEAST_SPREAD:
        yield finding(
            rule="blank",
            message=f"The final is nearly even: its levels spread by {spread:.1f} of 255; at least "
            f"{_LEAST_SPREAD:g} expected. Ask for a new picture.",
            numbers={"spread_levels": round(spread, 2)},
        )
    if final.upscale > MAX_UPSCALE:
        yield finding(
            rule="upscale",
            message=f"The picture was enlarged {final.upscale:.2f} times; at most "
            f"{MAX_UPSCALE:g} expected. Ask for a larger picture, or leave the format out.",
            numbers={"upscale": round(final.upscale, 3)},
        )


def _marks_message(found: Marks | None, expected: Marks) -> str:
    if found is None:
        return "The final does not say how it was made. Materialize final_creatives again."
    wrong = [name for name, value in expected if value != getattr(found, name)]
    return (
        f"The final's marks differ from what it is in {', '.join(wrong)}. Materialize "
        "final_creatives again."
    )


def _spread(picture: Image.Image) -> float:
    """The standard deviation of the lightness, of 255 levels, at a coarse look."""
    return float(np.asarray(picture.reduce(8).convert("L")).std())
