"""A logo's lines of letters are found by their shapes, whatever stands beside them."""

import numpy as np
import pytest

from creative_assets.studio.logo_lettering import Mask, lines_of_letters


def blank() -> Mask:
    return np.zeros((100, 300), dtype=bool)


def write(mask: Mask, top: int, height: int, letters: int) -> None:
    for number in range(letters):
        left = 100 + 20 * number
        mask[top : top + height, left : left + 12] = True


def test_each_line_is_found_with_its_letters_height() -> None:
    mask = blank()
    mask[5:95, 5:80] = True  # the sign beside the name
    write(mask, 10, 40, 6)
    write(mask, 70, 9, 4)

    heights = [line.height for line in lines_of_letters(mask)]

    assert heights == pytest.approx([40 / 300, 9 / 300])


def test_a_line_whose_neighbour_reaches_into_it_is_still_a_line_of_its_own() -> None:
    mask = blank()
    write(mask, 10, 40, 6)
    mask[10:78, 220:232] = True  # a descender
    write(mask, 70, 9, 5)

    assert min(line.height for line in lines_of_letters(mask)) == pytest.approx(9 / 300)


def test_a_sign_a_rule_and_two_dots_are_no_lines() -> None:
    mask = blank()
    mask[5:60, 5:80] = True
    mask[80:82, 100:290] = True
    mask[10:20, 120:130] = mask[10:20, 160:170] = True

    assert lines_of_letters(mask) == ()
