"""Published files are named by a rule that gives each its own name."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from creative_assets.studio.errors import RequestRejectedError
from creative_assets.studio.naming import NAME_FIELDS, check_template, published_path
from creative_assets.studio.store import open_store

FIELDS = {
    "brand": "Nordlys Coffee",
    "campaign": "summer",
    "locale": "de-DE",
    "product": "cold-brew",
    "format": "1x1",
    "version": "0a1b2c",
}


@pytest.mark.parametrize(
    "template, path",
    [
        (
            "{brand}/{campaign}/{locale}/{product}/{format}",
            "Nordlys-Coffee/summer/de-DE/cold-brew/1x1",
        ),
        ("{campaign}_{locale}_{product}_{format}_{version:.3}", "summer_de-DE_cold-brew_1x1_0a1"),
    ],
)
def test_a_rule_names_a_file_by_what_it_is(template: str, path: str) -> None:
    assert published_path(check_template(template), FIELDS) == path


@pytest.mark.parametrize(
    "template",
    [
        "",
        "{campaign}/{locale}/{product}",
        "{campaign}/{locale}/{product}/{format}/{size}",
        "{campaign.__class__}/{campaign}/{locale}/{product}/{format}",
        "{campaign}/{locale}/{product}/{format",
        "{}/{campaign}/{locale}/{product}/{format}",
    ],
)
def test_a_rule_that_could_not_name_each_file_is_refused(template: str) -> None:
    with pytest.raises(RequestRejectedError, match="naming rule"):
        check_template(template)


@given(st.fixed_dictionaries(dict.fromkeys(NAME_FIELDS, st.text())))
def test_no_name_leaves_its_place(fields: dict[str, str]) -> None:
    path = published_path("/".join(f"{{{name}}}" for name in NAME_FIELDS), fields)

    assert len(path.split("/")) == len(NAME_FIELDS)
    assert not {".", "..", ""}.intersection(path.split("/"))
    open_store("memory://names").put(path[:200].strip("/.-"), b"")
