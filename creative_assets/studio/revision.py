"""What reviewers asked to have changed in a variant, over its brief: derived from their decisions.

A decision alone changes what a variant is to be, in one step: its stages' versions follow from the
log, so that nothing between deciding and making can be half-done. What a stage does with a wish is
the stage's matter.
"""

from collections.abc import Sequence

from creative_assets.studio.brief import Message, VariantBrief
from creative_assets.studio.decision_log import Decision
from creative_assets.studio.layouts import all_layouts
from creative_assets.studio.stages import BRANDED_IMAGES
from creative_assets.studio.values import Frozen


class Revision(Frozen):
    """The changes that are wanted; all empty where nobody asked for any.

    Attributes:
        copy_notes: What was said of the copy, oldest first; each asked for one more take.
        words: Lines that the copy takes letter for letter.
        picture_notes: What was said of the pictures; each asked for one more take.
        logo_notes: What was said of the logo's place.
        logo_spot: Where the logo is to stand, by a candidate's name; wins over the model's choice.
        rejected_logos: Versions of branded images of the same pictures, whose spots were rejected.
        layout_turns: How often another layout was asked for.
    """

    copy_notes: tuple[str, ...] = ()
    words: Message | None = None
    picture_notes: tuple[str, ...] = ()
    logo_notes: tuple[str, ...] = ()
    logo_spot: str | None = None
    rejected_logos: tuple[str, ...] = ()
    layout_turns: int = 0


UNREVISED = Revision()


def revision_of(decisions: Sequence[Decision]) -> Revision:
    """The changes that a variant's decisions, oldest first, ask for."""
    words: dict[str, str] = {}
    rejected: list[str] = []
    spot: str | None = None
    notes: dict[str, list[str]] = {"copy": [], "picture": [], "logo": [], "layout": []}
    for request in _requests(decisions):
        if request.words is not None:
            words |= request.words.model_dump(exclude_none=True)
            continue
        if request.spot is not None:
            spot = request.spot
            continue
        notes[str(request.scope)].append(request.note)
        if request.scope == "logo":
            spot = None
            rejected.append(request.versions[BRANDED_IMAGES])
        elif request.scope in {"picture", "layout"}:
            spot = None  # the logo stands among other things now
            rejected.clear()
    return Revision(
        copy_notes=tuple(notes["copy"]),
        words=Message(**words) if words else None,
        picture_notes=tuple(notes["picture"]),
        logo_notes=tuple(notes["logo"]),
        logo_spot=spot,
        rejected_logos=tuple(rejected),
        layout_turns=len(notes["layout"]),
    )


def laid_out(variant: VariantBrief, revision: Revision) -> VariantBrief:
    """The variant with the layout that its reviewers have come to, in the order of all layouts."""
    if not revision.layout_turns:
        return variant
    names = list(all_layouts())
    turned = names[(names.index(variant.layout) + revision.layout_turns) % len(names)]
    return variant.model_copy(update={"layout": turned})


def _requests(decisions: Sequence[Decision]) -> list[Decision]:
    """The change requests, without those that an approval of the same bytes took back."""
    requests: list[Decision] = []
    for decision in decisions:
        if decision.verdict == "request_changes":
            requests.append(decision)
        else:
            requests = [
                request for request in requests if request.finals_sha256 != decision.finals_sha256
            ]
    return requests
