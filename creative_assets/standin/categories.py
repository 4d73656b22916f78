"""What kind of product it is, guessed from the words of its name and description.

The words are in `data/categories.toml`; what is said about a category is not here.
"""

import re
import tomllib
from functools import cache
from importlib.resources import files

from creative_assets.standin.wire import Json

GENERIC = "generic"


def category_of(product: Json) -> str:
    """The category with the most of its words in the product; `generic` where none fits.

    A word in the name counts three times: descriptions also speak of what goes with a product.
    """
    name = str(product.get("name") or "").casefold()
    text = f"{name} {name} {name} {product.get('description') or ''}".casefold()
    counts = {category: len(re.findall(pattern, text)) for category, pattern in _patterns().items()}
    best = max(counts, key=counts.__getitem__)
    return best if counts[best] else GENERIC


@cache
def _patterns() -> dict[str, str]:
    """For each category, a pattern that finds its words where a word begins."""
    text = files(__package__).joinpath("data/categories.toml").read_text(encoding="utf-8")
    return {
        category: rf"\b(?:{'|'.join(map(re.escape, words))})"
        for category, words in tomllib.loads(text).items()
    }
