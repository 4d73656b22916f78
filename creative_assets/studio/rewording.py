"""Whether exact words can be set on the pictures of a variant, before anything is made of them.

New words keep the plans, so that where they have to fit is known already.
"""

from collections.abc import Iterator

from creative_assets.studio.brief import Message
from creative_assets.studio.compose import check_fit
from creative_assets.studio.decision_log import ShownFinals
from creative_assets.studio.errors import DecisionRejectedError, RenderError
from creative_assets.studio.exhibit import Exhibit, exhibit_of
from creative_assets.studio.finals import overlay_text, text_style
from creative_assets.studio.formats import format_named
from creative_assets.studio.review import Opinion, Rewording
from creative_assets.studio.store import Store


def check_words(opinion: Opinion, shown: ShownFinals, store: Store) -> None:
    """Check that the exact words that an opinion gives, if it does, fit the finals' formats.

    Raises:
        DecisionRejectedError: They do not; a line for each format says why.
    """
    if not isinstance(opinion, Rewording):
        return
    if found := list(misfits(opinion.words, exhibit_of(shown, store), store)):
        raise DecisionRejectedError("\n".join(found), field="words")


def misfits(words: Message, exhibit: Exhibit, store: Store) -> Iterator[str]:
    """Why the words cannot be set, for each format in which they cannot; none where all is well.

    Nothing is said of what is not in the store any more.
    """
    if exhibit.brief is None or exhibit.copy is None or exhibit.branded is None:
        return
    fonts = {font.name: store.get_verified(font) for font in exhibit.brief.fonts}
    style = text_style(exhibit.brief, fonts)
    copy = exhibit.copy.model_copy(update=words.model_dump(exclude_none=True))
    for image in exhibit.branded.images:
        fmt = format_named(image.plan.format)
        try:
            check_fit(image.plan, fmt, overlay_text(copy, fmt), style)
        except RenderError as error:
            yield str(error)
