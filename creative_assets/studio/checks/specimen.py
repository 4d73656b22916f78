"""A finished variant, laid out for the checks: its finals' bytes and pixels, and what made them.

Plain data, read from the store before any check begins. What a check asks is not here.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from PIL import Image

from creative_assets.studio.brief import VariantBrief
from creative_assets.studio.checks import Finding
from creative_assets.studio.checks.stray_marks import StrayMarks
from creative_assets.studio.compose import TextReport, TextStyle
from creative_assets.studio.copywriting import AdCopy
from creative_assets.studio.formats import Format, format_named
from creative_assets.studio.images import as_rgb, open_picture
from creative_assets.studio.layout import FormatPlan
from creative_assets.studio.logo import Logo
from creative_assets.studio.pictures import BasePicture
from creative_assets.studio.provenance import Marks


@dataclass(frozen=True)
class FinalFile:
    """One final as it will be delivered, with its plan and the report of its text."""

    plan: FormatPlan
    text: TextReport
    content: bytes

    @property
    def format(self) -> Format:
        """The format that it is for."""
        return format_named(self.plan.format)

    @cached_property
    def picture(self) -> Image.Image:
        """Its pixels, RGB.

        Raises:
            RenderError: The file is broken.
        """
        return as_rgb(open_picture(self.content, f"the final {self.plan.format}"))

    @property
    def name(self) -> str:
        """Of the final among the variant's: its format's."""
        return self.plan.format

    @property
    def upscale(self) -> float:
        """Pixels of the final for each pixel of the generated picture."""
        return self.plan.upscale


@dataclass(frozen=True)
class CleanFile:
    """One final without text and logo, as it will be delivered."""

    name: str
    format: Format
    upscale: float
    content: bytes

    @cached_property
    def picture(self) -> Image.Image:
        """Its pixels, RGB.

        Raises:
            RenderError: The file is broken.
        """
        return as_rgb(open_picture(self.content, f"the final {self.name}"))


@dataclass(frozen=True)
class BaseFile:
    """One generated picture; `stray` where somebody has looked for such marks already."""

    facts: BasePicture
    content: bytes
    stray: StrayMarks | None = None

    @cached_property
    def picture(self) -> Image.Image:
        """Its pixels, RGB.

        Raises:
            RenderError: The file is broken.
        """
        return as_rgb(open_picture(self.content, f"the picture {self.facts.size}"))


@dataclass(frozen=True)
class Specimen:
    """All that the checks look at.

    Attributes:
        marks: What every final should say about itself.
        photos: The product's own photos, by the brief's names.
    """

    variant: VariantBrief
    copy: AdCopy
    style: TextStyle
    marks: Marks
    logo: Logo
    finals: tuple[FinalFile, ...]
    clean: tuple[CleanFile, ...]
    pictures: tuple[BaseFile, ...]
    photos: Mapping[str, bytes]


@dataclass(frozen=True)
class Verdict:
    """What a check found, and what it measured: the worst of all finals, by name with unit."""

    findings: tuple[Finding, ...]
    numbers: Mapping[str, float]
