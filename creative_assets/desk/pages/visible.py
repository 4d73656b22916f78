"""What somebody may see: campaigns of their brands, and the variants of these.

Whatever is not theirs to see is answered like what is not there.
"""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, HTTPException, Query

from creative_assets.desk.desk import TheDesk
from creative_assets.desk.sign_in import SignedIn
from creative_assets.studio.listing import (
    ListedVariant,
    Standing,
    VariantFilter,
    listed,
)
from creative_assets.studio.records.variants import VariantState


def _variant(variant: str, desk: TheDesk, person: SignedIn) -> ListedVariant:
    found = listed([variant], desk.archive.records)
    if not found or not found[0].row.active or not person.sees(found[0].row.brand):
        raise HTTPException(404, f"There is no variant {variant} for you to see.")
    return found[0]


VisibleVariant = Annotated[ListedVariant, Depends(_variant)]
"""The variant whose key is in the path, where it is there to see."""


@dataclass(frozen=True)
class Selection:
    """Which of a campaign's variants somebody looks through, as the address says."""

    locale: str | None
    product: str | None
    status: VariantState | None
    decision: Standing | None

    @property
    def query(self) -> dict[str, str | None]:
        """As parameters of an address."""
        return {
            "for_locale": self.locale,
            "for_product": self.product,
            "status": self.status,
            "decision": self.decision,
        }

    def of(self, campaign_id: str) -> VariantFilter:
        """As a filter of the campaign's variants."""
        return VariantFilter(
            campaign_id=campaign_id,
            locale=self.locale,
            product_id=self.product,
            status=self.status,
            decision=self.decision,
        )


_STATUSES: tuple[VariantState, ...] = ("waiting", "running", "done", "failed")
_STANDINGS: tuple[Standing, ...] = ("pending", "approved", "changes_requested")


def _selection(
    for_locale: Annotated[str, Query()] = "",
    for_product: Annotated[str, Query()] = "",
    status: Annotated[str, Query()] = "",
    decision: Annotated[str, Query()] = "",
) -> Selection:
    # A form sends what is not chosen as empty, and an old address may name what is gone.
    return Selection(
        locale=for_locale or None,
        product=for_product or None,
        status=next((known for known in _STATUSES if known == status), None),
        decision=next((known for known in _STANDINGS if known == decision), None),
    )


Selected = Annotated[Selection, Depends(_selection)]
"""What the address asks for of a campaign's variants."""
