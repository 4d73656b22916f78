"""Whether exact words may and can be set on a variant's pictures, before anything is made of them.

New words keep the plans, so that where they have to fit is known already.
"""

from collections.abc import Iterator

from creative_assets.studio.brief import Message
from creative_assets.studio.checks.folding import banned_words_in
from creative_assets.studio.compose import check_fit
from creative_assets.studio.decision_log import ShownFinals
from creative_assets.studio.errors import DecisionRejectedError, RenderError
from creative_assets.studio.exhibit import Exhibit, exhibit_of
from creative_assets.studio.finals import overlay_text, text_style
from creative_assets.studio.formats import format_named
from creative_assets.studio.review import Opinion, Rewording
from creative_assets.studio.store import Store


def check_words(opinion: Opinion, shown: ShownFinals, store: Store) -> None:
    """Check that the exact words that an opinion gives, if it does, are allowed and fit.

    Raises:
        DecisionRejectedError: They do not; a line for each word or format says why.
    """
    if not isinstance(opinion, Rewording):
        return
    exhibit = exhibit_of(shown, store)
    found = [*banned(opinion.words, exhibit), *misfits(opinion.words, exhibit, store)]
    if found:
        raise DecisionRejectedError("\n".join(found), field="words")


def banned(words: Message, exhibit: Exhibit) -> Iterator[str]:
    """What the words have in them that the brief bans."""
    if exhibit.brief is None:
        return
    for field, text in words.model_dump(exclude_none=True).items():
        for word in banned_words_in(text, exhibit.brief.banned_words, exhibit.brief.locale):
            yield (
                f"The {field.replace('_', ' ')} has the banned word {word!r}. Use another one, or "
                "have it taken from the brief's list."
            )


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
