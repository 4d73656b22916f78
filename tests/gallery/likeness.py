"""How alike two pictures are at the place where they are least alike."""

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from skimage.metrics import structural_similarity

GOLDEN_REDUCED_BY = 2
_TILE_PX = 32


def golden_of(final: Image.Image) -> Image.Image:
    """What is kept of a final: half its size, in grey."""
    return final.convert("L").reduce(GOLDEN_REDUCED_BY)


def least_tile_ssim(one: Image.Image, other: Image.Image) -> float:
    """The lowest mean SSIM (Wang et al., 2004) of any tile of 32 px; both grey, of one size.

    A mean over the whole picture does not see one wrong glyph.
    """
    levels = [np.asarray(picture, dtype=np.float64) for picture in (one, other)]
    _, map_ = structural_similarity(*levels, data_range=255, full=True)
    return float(_tile_means(map_).min())


def _tile_means(values: NDArray[np.float64]) -> NDArray[np.float64]:
    rows, columns = (np.arange(0, side, _TILE_PX) for side in values.shape)
    sums = np.add.reduceat(np.add.reduceat(values, rows, axis=0), columns, axis=1)
    heights, widths = (
        np.diff(np.append(starts, side))
        for starts, side in zip((rows, columns), values.shape, strict=True)
    )
    means: NDArray[np.float64] = sums / np.outer(heights, widths)
    return means
