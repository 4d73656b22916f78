"""A drawing that would take for ever to draw is refused, however small its file is."""

import pytest

from creative_assets.studio.errors import RenderError
from creative_assets.studio.images import inspect_image


def svg(inside: str) -> bytes:
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 90 30">{inside}</svg>'.encode()


def doubled(levels: int) -> str:
    """Groups that use the one before them twice."""
    groups = ['<g id="l0"><path d="M0 0h9v9z"/></g>']
    groups += [
        f'<g id="l{each}">' + f'<use href="#l{each - 1}"/>' * 2 + "</g>"
        for each in range(1, levels)
    ]
    return "".join(groups)


def masked(levels: int) -> str:
    """Masks whose shapes are masked by the one before them."""
    shape = '<path d="M0 0h9v9z" mask="url(#m{})"/>'
    masks = ['<mask id="m0"><path d="M0 0h9v9z"/></mask>']
    masks += [
        f'<mask id="m{each}">{shape.format(each - 1) * 3}</mask>' for each in range(1, levels)
    ]
    return "".join(masks) + shape.format(levels - 1)


@pytest.mark.parametrize(
    "inside,reason",
    [
        (doubled(40), "draws"),
        (masked(8), "layers"),
        ('<path d="M0 0h9v9z" opacity=".5"/>' * 101, "101 layers"),
        ('<path d="M0 0h9v9z" style="fill: red; opacity: .5"/>' * 101, "101 layers"),
        (
            "<style>.a { clip-path: url(#c) }</style>"
            '<clipPath id="c"><path d="M0 0h9v9z"/></clipPath>' + '<path class="a b"/>' * 101,
            "101 layers",
        ),
        ('<g id="a"><use href="#a"/></g>', "'a' within itself"),
        ('<g id="a"><use href="#b"/></g><g id="b"><use href="#a"/></g>', "within itself"),
        ('<mask id="m"><path mask="url( \'#m\' )"/></mask>', "'m' within itself"),
        (
            "".join(f'<g id="l{n}"><use href="#l{n + 1}"/></g>' for n in range(300)),
            "more than 100 deep",
        ),
    ],
)
def test_a_drawing_that_unfolds_when_it_is_drawn_is_refused(inside: str, reason: str) -> None:
    with pytest.raises(RenderError) as refused:
        inspect_image(svg(inside), "logo.svg")

    assert str(refused.value).startswith("logo.svg")
    assert reason in str(refused.value)


@pytest.mark.parametrize(
    "inside",
    [
        doubled(5),
        masked(3),
        '<path d="M0 0h9v9z" style="opacity:1;mask:none;fill-opacity:.5"/>' * 500,
        "<style>.a { fill: url(#g) }</style>"
        '<linearGradient id="g"><stop offset="0"/></linearGradient>' + '<path class="a"/>' * 2_000,
        '<linearGradient id="a" href="#b"/><linearGradient id="b"/><path fill="url(#a)"/>',
    ],
)
def test_a_drawing_as_programs_export_it_is_fine(inside: str) -> None:
    assert inspect_image(svg(inside), "logo.svg").kind == "svg"
