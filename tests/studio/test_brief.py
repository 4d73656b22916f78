"""A brief is read whole or refused with all its problems, and so are the files that it names."""

import json
from importlib.resources import files
from typing import Any

import jsonschema
import pytest

from creative_assets.studio.brief import (
    CampaignBrief,
    brief_schema,
)
from creative_assets.studio.errors import BriefError, Problem
from creative_assets.studio.reading import MAX_PROBLEMS, read_brief, read_with_files
from tests.studio.briefs import BRIEF, FILES, MISSING, SVG, YAML, changed, picture


def problems_of(content: bytes | str, name: str = "brief.yaml") -> tuple[Problem, ...]:
    with pytest.raises(BriefError) as caught:
        read_brief(content.encode() if isinstance(content, str) else content, name)
    return caught.value.problems


def problems_of_json(brief: object) -> tuple[Problem, ...]:
    return problems_of(json.dumps(brief), "brief.json")


def reread(path: tuple[str | int, ...], value: object) -> CampaignBrief:
    return read_brief(json.dumps(changed(path, value)).encode(), "brief.json")


# Reading


def test_yaml_and_json_say_the_same() -> None:
    from_yaml = read_brief(YAML.encode(), "brief.yaml")
    as_json = from_yaml.model_dump_json(exclude_defaults=True).encode()

    assert read_brief(as_json, "BRIEF.JSON") == from_yaml


def test_text_colours_and_locales_are_put_into_their_usual_form() -> None:
    brief = read_brief(YAML.encode(), "brief.yaml")

    assert brief.brand.palette == ("#f4e9d8", "#dd7744")
    assert brief.target_locales == ("de-DE", "en-US", "no")
    assert brief.audience.description == "Commuters\nwho care about good coffee"


def test_a_byte_order_mark_is_no_problem() -> None:
    assert read_brief(b"\xef\xbb\xbf" + YAML.encode(), "b.yml") == read_brief(
        YAML.encode(), "b.yml"
    )


def test_norway_stays_norwegian() -> None:
    text = YAML.replace("de: [gratis]", "no: [no, off, yes]")
    brief = read_brief(text.encode(), "brief.yaml")

    assert brief.brand.banned_words["no"] == ("no", "off", "yes")
    assert brief.target_locales[-1] == "no"


def test_a_date_stays_text() -> None:
    text = YAML.replace("tone: warm, plain-spoken", "tone: 2027-06-01")

    assert read_brief(text.encode(), "brief.yaml").brand.tone == "2027-06-01"


def test_an_anchor_can_be_used_again() -> None:
    text = YAML.replace("[billig]", "&words [billig]").replace("[gratis]", "*words")

    assert read_brief(text.encode(), "b.yaml").brand.banned_words["de"] == ("billig",)


def test_defaults_are_all_formats_as_localized_jpeg() -> None:
    brief = read_brief(YAML.encode(), "brief.yaml")

    assert brief.output.formats == ("1x1", "4x5", "9x16", "16x9")
    assert brief.output.file_type == "jpeg"
    assert brief.imagery == "localized"
    assert brief.placement.logo is None


def test_every_field_given_twice_is_named() -> None:
    text = YAML.replace("  tone: warm", "  tone: cold\n  tone: warm")
    text = text.replace("name: Nordlys Filter", "name: Filter\n    name: Nordlys Filter")
    expected = ["brand.tone", "products[1].name"]

    assert [problem.field for problem in problems_of(text)] == expected
    assert {problem.found for problem in problems_of(text)} == {"the field twice"}


def test_a_field_given_twice_in_json_is_named() -> None:
    content = json.dumps(BRIEF).replace('"tone": "warm"', '"tone": "warm", "tone": "cold"')

    assert [problem.field for problem in problems_of(content, "b.json")] == ["brand.tone"]


def test_half_a_character_in_json_is_named() -> None:
    problems = problems_of_json(changed(("brand", "tone"), "warm \ud83d"))

    assert [(problem.field, problem.found) for problem in problems] == [
        ("brand.tone", "half a character, in `warm \\ud83d`")
    ]


@pytest.mark.parametrize(
    "content,found",
    [
        (b"", "an empty file"),
        (b"# only a comment", "an empty file"),
        (b"just text", "`just text`"),
        (b"- a\n- b", "a list of 2"),
        (b"[]", "an empty list"),
    ],
)
def test_a_brief_consists_of_fields(content: bytes, found: str) -> None:
    (problem,) = problems_of(content)

    assert (problem.field, problem.found) == ("", found)


@pytest.mark.parametrize(
    "content", [b"x" * 50_000_000, b"campaign_id: \xff", b"a: [1", b"[" * 100_000], ids=len
)
def test_what_cannot_be_parsed_is_a_problem_of_the_whole(content: bytes) -> None:
    assert [problem.field for problem in problems_of(content)] == [""]


def test_problems_of_the_text_and_of_the_fields_come_together() -> None:
    text = YAML.replace("Roasted light", "!!str Roasted").replace("imagery", "x")
    text = text.replace("id: filter", "id: Filter")

    assert [problem.field for problem in problems_of(text)] == ["", "products[1].id"]


# Rules


@pytest.mark.parametrize(
    "path,value,field,fix",
    [
        (("campaign_id",), "Summer 2027", "campaign_id", "Write `summer-2027`."),
        (("campaign_id",), "a/b", "campaign_id", "Write `a-b`."),
        (("campaign_id",), "../up", "campaign_id", "Write `up`."),
        (("campaign_id",), "été", "campaign_id", "Write `ete`."),
        (("campaign_id",), "x", "campaign_id", "Choose such an ID."),
        (("campaign_id",), "x" * 64, "campaign_id", "Choose such an ID."),
        (("campaign_id",), "summer\n", "campaign_id", "Write `summer`."),
        (("campaign_id",), 5, "campaign_id", 'put quotes around it: `"5"`'),
        (("campaign_id",), MISSING, "campaign_id", "Add a line `campaign_id: …`."),
        (("products", 1, "id"), "Filter", "products[1].id", "Write `filter`."),
        (("products", 1, "id"), "..", "products[1].id", "Choose such an ID."),
        (("products", 1, "id"), "cold-brew", "products[1].id", "change one of the two"),
        (("products", 1, "name"), "", "products[1].name", "Fill it in"),
        (("products", 1, "name"), "x" * 121, "products[1].name", "Shorten it by 1."),
        (("products", 1, "name"), "a\nb", "products[1].name", "Join the lines."),
        (("products", 1, "name"), "a\x00b", "products[1].name", "Type the text again"),
        (("products", 1, "name"), "a\u202eb", "products[1].name", "Type the text again"),
        (("products", 1, "name"), "a\u2066b", "products[1].name", "Type the text again"),
        (("products", 1, "name"), "a\U000e0041b", "products[1].name", "Type the text again"),
        (("products", 1, "name"), True, "products[1].name", 'put quotes around it: `"true"`'),
        (("products", 1, "nmae"), "x", "products[1].nmae", "Did you mean `name`?"),
        (("[key]",), "x", "[key]", "Choose one of `campaign_id`"),
        (("messages", "[key]"), {"headline": "x"}, "messages.[key]", "Use the language's"),
        (("products", 1, "description"), "x" * 2001, "products[1].description", "by 1."),
        (("products",), [], "products", "Fill it in"),
        (("products",), "cold-brew", "products", "square brackets"),
        (("products", 1), "filter", "products[1]", "Write it like"),
        (("target_locales",), [], "target_locales", "Fill it in"),
        (("target_locales",), "de-DE", "target_locales", "square brackets"),
        (("target_locales", 1), "de_DE", "target_locales[1]", "Did you mean `de-DE`?"),
        (("target_locales",), ["de-DE", "en-US", "jp"], "target_locales[2]", "`ja-JP`?"),
        (("target_locales",), ["de-DE", "en-US", "en-UK"], "target_locales[2]", "`en-GB`?"),
        (("target_locales",), ["de-DE", "en-US", "qq"], "target_locales[2]", "code"),
        (("target_locales",), ["de-DE", "en-US", "de-de"], "target_locales[2]", "Remove it"),
        (("target_lokales",), [], "target_lokales", "Did you mean `target_locales`?"),
        (("brand", "primary_color"), "red", "brand.primary_color", "Write `#` and 6"),
        (("brand", "primary_color"), "#12345", "brand.primary_color", "Write `#` and 6"),
        (("brand", "primary_color"), None, "brand.primary_color", "bare `#` starts a comment"),
        (("brand", "palette"), ["#fff"] * 13, "brand.palette", "Leave some out."),
        (("brand", "palette"), ["#fff", "#ggg"], "brand.palette[1]", "Write `#` and 6"),
        (("brand", "banned_words"), ["x"], "brand.banned_words", "Write it like"),
        (("brand", "banned_words", "de"), "x", "brand.banned_words.de", "square brackets"),
        (("brand", "banned_words", "fr-FR"), [], "brand.banned_words.fr-FR", "Add `fr-FR`"),
        (("brand", "banned_words", "de-de"), [], "brand.banned_words.de-de", "Remove it"),
        (("brand", "legal_text", "fr-FR"), "x", "brand.legal_text.fr-FR", "Add `fr-FR`"),
        (("brand", "legal_text", "*"), "x" * 301, "brand.legal_text.*", "Shorten it by 1."),
        (("brand", "legal_text", "xx"), "x", "brand.legal_text.xx", "Use the language's"),
        (("messages", "fr-FR"), {"headline": "x"}, "messages.fr-FR", "Add `fr-FR`"),
        (("messages", "*"), {"headline": "x"}, "messages.*", "Name the language"),
        (("messages", "en-US"), {}, "messages.en-US", "Add the approved copy"),
        (("messages", "en-US"), "x", "messages.en-US", "Write it like"),
        (("messages", "en-US", "headline"), "x" * 81, "messages.en-US.headline", "by 1."),
        (("messages", "en-US", "subline"), "x" * 161, "messages.en-US.subline", "by 1."),
        (("messages", "en-US", "call_to_action"), "x" * 41, "messages.en-US.call_to_action", "1."),
        (
            ("products", 0, "messages", "fr-FR"),
            {"headline": "x"},
            "products[0].messages.fr-FR",
            "Add `fr-FR`",
        ),
        (("audience", "age_range"), {"from": 5, "to": 4}, "audience.age_range", "Exchange"),
        (("audience", "age_range", "from"), -1, "audience.age_range.from", "Correct the number."),
        (("audience", "age_range", "to"), "40", "audience.age_range.to", "Write it like `40`."),
        (("audience", "age_range", "to"), MISSING, "audience.age_range.to", "Add a line `to: …`."),
        (("brand", "logo", "clear_space"), 2, "brand.logo.clear_space", "Correct the number."),
        (("budget_usd",), 0, "budget_usd", "Correct the number."),
        (("budget_usd",), "fifty", "budget_usd", "Write it like `50`."),
        (("output", "clean_twins"), "perhaps", "output.clean_twins", "Write it like `true`."),
        (("output", "aspect_ratios"), [], "output.aspect_ratios", "Fill it in"),
        (("output", "aspect_ratios"), ["16:9"], "output.aspect_ratios[0]", "`16x9`?"),
        (("output", "aspect_ratios"), ["1x1", "1x1"], "output.aspect_ratios", "Remove the"),
        (("output", "channels"), ["storys"], "output.channels[0]", "Did you mean `story`?"),
        (("output", "channels"), ["16:9"], "output.channels[0]", "Did you mean `16x9`?"),
        (("output", "channels"), ["pin", "pin"], "output.channels", "Remove the"),
        (("output", "channels"), "stories", "output.channels", "Put it in square"),
        (("output", "file_type"), "jpg", "output.file_type", "Did you mean `jpeg`?"),
        (("placement", "logo"), "top right", "placement.logo", "Did you mean `top-right`?"),
        (("imagery",), "none", "imagery", "Choose one of `localized`, `shared`."),
    ],
)
def test_one_wrong_value_is_one_problem_at_its_own_path(
    path: tuple[str | int, ...], value: object, field: str, fix: str
) -> None:
    (problem,) = problems_of_json(changed(path, value))

    assert problem.field == field
    assert fix in problem.fix


@pytest.mark.parametrize(
    "name,expected",
    [
        ("/etc/logo.svg", "not a place on one machine"),
        ("~/logo.svg", "not a place on one machine"),
        ("C:/logo.svg", "not a place on one machine"),
        ("../logo.svg", "without `..`"),
        ("a/../../logo.svg", "without `..`"),
        ("a\\logo.svg", "with forward slashes"),
        ("http://example.com/logo.svg", "not an address"),
        ("https://example.com/logo.svg", "not an address"),
        ("s3://bucket/logo.svg", "not an address"),
        ("file:///etc/logo.svg", "not an address"),
        ("data:image/svg+xml,logo.svg", "not an address"),
        ("./logo.svg", "without `./` or `//`"),
        ("a//logo.svg", "without `./` or `//`"),
        ("logo.gif", "ends in .svg, .png"),
        ("logo", "ends in .svg, .png"),
        (".svg", "ends in .svg, .png"),
        ("logo.svg\n", "in one line"),
        ("lo\x00go.svg", "without invisible characters"),
        ("x" * 252 + ".svg", "at most 255 characters"),
        ("", "text, such as"),
    ],
)
def test_a_logo_is_a_file_in_the_brief_s_own_folder(name: str, expected: str) -> None:
    (short,) = problems_of_json(changed(("brand", "logo"), name))
    (long,) = problems_of_json(changed(("brand", "logo"), {"default": "a.svg", "dark": name}))

    assert short.field == "brand.logo"
    assert long.field == "brand.logo.dark"
    assert expected in short.expected
    assert expected in long.expected


def test_a_photo_is_no_svg() -> None:
    (problem,) = problems_of_json(changed(("products", 0, "photos"), ["a.svg"]))

    assert problem.field == "products[0].photos[0]"
    assert problem.expected == "a file name that ends in .png, .jpg, .jpeg, .webp"


def test_a_language_without_a_target_may_stay() -> None:
    assert reread(("brand", "banned_words", "fr"), ["laid"]).brand.banned_words["fr"] == ("laid",)


def test_the_joiners_and_marks_that_scripts_need_are_kept() -> None:
    persian = "\N{ARABIC LETTER MEEM}\u200c\N{ARABIC LETTER KHAH}"
    for text in (persian, "क्\u200dष", "\u200fمر", "👩\u200d🚀"):
        assert reread(("products", 1, "name"), text).products[1].name == text


def test_all_problems_of_all_sections_come_at_once() -> None:
    text = """
campaign_id: Summer!
brand: {name: 5, logo: ../x.svg, colour: red, banned_words: {fr-FR: [x]}}
audience: nobody
products: [{id: a, name: A}, {id: a, name: B, description: b}, 7]
target_locales: [de_DE, en-GB, de-DE]
messages: {en-GB: {cta: x}}
imagery: no
"""

    assert sorted(problem.field for problem in problems_of(text)) == [
        "audience",
        "brand.banned_words.fr-FR",
        "brand.colour",
        "brand.logo",
        "brand.name",
        "brand.primary_color",
        "brand.tone",
        "campaign_id",
        "imagery",
        "messages.en-GB.cta",
        "products[0].description",
        "products[1].id",
        "products[2]",
        "target_locales[0]",
        "target_locales[2]",
    ]


def test_two_thousand_variants_are_the_limit() -> None:
    locales = ["en-US", "de-DE", "fr-FR", "ja-JP", "da-DK", "sv-SE", "fi-FI", "it-IT", "nl-NL"]
    locales += ["pl-PL", "cs-CZ"]
    products = [{"id": f"p{n}", "name": "P", "description": "d"} for n in range(200)]
    brief = BRIEF | {"products": products, "target_locales": locales}
    (problem,) = problems_of_json(brief)

    assert problem.found == "2,200 variants (products times locales)"
    brief["target_locales"] = locales[:10]
    assert len(read_brief(json.dumps(brief).encode(), "b.json").products) == 200


def test_too_many_products_are_named_once() -> None:
    products = [{"id": f"p{n}", "name": "P", "description": "d"} for n in range(201)]
    (problem,) = problems_of_json(BRIEF | {"products": products})

    assert (problem.field, problem.expected) == ("products", "at most 200")


def test_of_very_many_problems_the_first_are_told() -> None:
    problems = problems_of_json(BRIEF | {f"field{n}": n for n in range(10_000)})

    assert len(problems) == MAX_PROBLEMS + 1
    assert problems[-1].found == "more than 100 problems"


# Files


STATIC_FONT = (
    (files("justmytype_western_core") / "fonts" / "ofl" / "stixtwomath")
    .joinpath("STIXTwoMath-Regular.ttf")
    .read_bytes()
)


def file_problems(files: dict[str, bytes]) -> tuple[Problem, ...]:
    _, problems = read_with_files(json.dumps(BRIEF).encode(), "brief.json", files.get)
    return problems


def test_whole_files_of_the_right_size_are_accepted() -> None:
    assert file_problems(FILES) == ()


def test_a_missing_logo_is_named_with_its_path() -> None:
    (problem,) = file_problems({name: FILES[name] for name in list(FILES)[1:]})

    assert problem.field == "brand.logo.default"
    assert problem.found == "no file `nordlys.svg` in the brief's folder"


@pytest.mark.parametrize(
    "name,content,field,found",
    [
        ("photos/cold-brew.png", b"", "products[0].photos[0]", "is empty"),
        ("photos/cold-brew.png", SVG, "products[0].photos[0]", "holds a svg file"),
        ("photos/cold-brew.png", picture(399, 900), "products[0].photos[0]", "399x900 px"),
        ("light.png", picture(199, 50), "brand.logo.light", "199 px wide"),
        ("light.png", picture(300, 50)[:-40], "brand.logo.light", "light.png"),
        ("nordlys.svg", b"<svg>", "brand.logo.default", "nordlys.svg"),
    ],
)
def test_a_file_that_cannot_be_used_is_a_problem_of_its_field(
    name: str, content: bytes, field: str, found: str
) -> None:
    (problem,) = file_problems(FILES | {name: content})

    assert problem.field == field
    assert found in problem.found


def test_every_field_that_names_a_missing_photo_is_named() -> None:
    brief = changed(("products", 1, "photos"), ["photos/cold-brew.png"])
    _, problems = read_with_files(json.dumps(brief).encode(), "brief.json", lambda _: None)

    assert [problem.field for problem in problems] == [
        "brand.logo.default",
        "brand.logo.light",
        "products[0].photos[0]",
        "products[1].photos[0]",
    ]


def test_missing_files_are_named_together_with_what_is_wrong_in_the_text() -> None:
    wrong = changed(("products", 0, "photos"), ["../cold.png"]) | {"campaign_id": "Summer!"}
    brief, problems = read_with_files(json.dumps(wrong).encode(), "brief.json", lambda _: None)

    assert brief is None
    assert [problem.field for problem in problems] == [
        "campaign_id",
        "products[0].photos[0]",
        "brand.logo.default",
        "brand.logo.light",
    ]


@pytest.mark.parametrize(
    "content, found", [(None, "no file"), (b"wOF2....", "WOFF2"), (STATIC_FONT[:5000], "brand.otf")]
)
def test_a_font_that_cannot_be_used_is_a_problem_of_its_field(
    content: bytes | None, found: str
) -> None:
    brief = changed(("brand", "fonts"), ["fonts/brand.otf"])
    files = FILES if content is None else FILES | {"fonts/brand.otf": content}
    _, problems = read_with_files(json.dumps(brief).encode(), "brief.json", files.get)

    (problem,) = problems
    assert problem.field == "brand.fonts[0]"
    assert found in problem.found


def test_words_that_only_the_brands_own_font_has_are_accepted() -> None:
    brief = changed(("brand", "fonts"), ["fonts/brand.otf"])
    brief["messages"]["en-US"]["headline"] = "Summer \U0001d4d0"  # a script letter of mathematics
    files = FILES | {"fonts/brand.otf": STATIC_FONT}
    _, problems = read_with_files(json.dumps(brief).encode(), "brief.json", files.get)

    assert problems == ()


def test_words_that_no_font_can_set_are_a_problem_before_anything_is_paid_for() -> None:
    brief = changed(("messages", "en-US", "headline"), "Summer \U0001f366")
    _, problems = read_with_files(json.dumps(brief).encode(), "brief.json", FILES.get)

    (problem,) = problems
    assert problem.field == "messages.en-US.headline"
    assert "U+1F366" in problem.fix


# Schema


def test_the_schema_is_valid_and_accepts_what_is_read() -> None:
    schema = brief_schema()
    jsonschema.Draft202012Validator.check_schema(schema)

    jsonschema.Draft202012Validator(schema).validate(BRIEF)
    jsonschema.Draft202012Validator(schema).validate(changed(("brand", "logo"), "nordlys.svg"))


@pytest.mark.parametrize(
    "path,value",
    [
        (("campaign_id",), "Summer"),
        (("brand", "primary_color"), "red"),
        (("brand", "banned_words", "de_DE"), ["x"]),
        (("messages", "*"), {"headline": "x"}),
        (("target_locales",), []),
        (("products", 1, "nmae"), "x"),
        (("output", "file_type"), "jpg"),
    ],
)
def test_the_schema_marks_in_an_editor_what_reading_refuses(
    path: tuple[str | int, ...], value: object
) -> None:
    brief = changed(path, value)

    assert not jsonschema.Draft202012Validator(brief_schema()).is_valid(brief)
    assert problems_of_json(brief)


def test_editors_get_a_description_and_an_example_of_every_field() -> None:
    schema = brief_schema()
    models = [schema, *schema["$defs"].values()]
    fields = [field for model in models for field in model["properties"].values()]

    assert schema["title"] == "Campaign brief"
    assert "$id" not in schema
    assert all(field["description"] and field["examples"] for field in fields)


@pytest.mark.parametrize(
    "output,formats",
    [
        ({}, ("1x1", "4x5", "9x16", "16x9")),
        ({"channels": []}, ("1x1", "4x5", "9x16", "16x9")),
        ({"channels": ["stories"]}, ("story",)),
        ({"channels": ["youtube", "16x9"], "aspect_ratios": ["1x1"]}, ("1x1", "16x9")),
    ],
)
def test_channels_take_the_place_of_the_four_ratios_or_are_made_beside_those_named(
    output: dict[str, Any], formats: tuple[str, ...]
) -> None:
    brief = read_brief(json.dumps(changed(("output",), output)).encode(), "brief.json")

    assert brief.output.formats == formats
    assert type(brief).model_validate_json(brief.model_dump_json()).output.formats == formats


def test_a_legal_line_is_never_left_out_for_want_of_room() -> None:
    (problem,) = problems_of_json(changed(("output",), {"channels": ["stories", "google-display"]}))

    assert problem.field == "output.channels[1]"
    assert "no room for `brand.legal_text` in `display-728x90`, `display-320x50`" in problem.found
    assert "Name `display-300x250`, `display-336x280`" in problem.fix


def test_a_single_format_without_room_for_the_legal_line_is_to_be_left_out() -> None:
    (problem,) = problems_of_json(changed(("output",), {"channels": ["display-320x50"]}))

    assert (problem.field, problem.fix) == ("output.channels[0]", "Leave it out.")


def test_without_a_legal_line_every_channel_may_be_named() -> None:
    document = changed(("output",), {"channels": ["google-display", "walmart"]})
    del document["brand"]["legal_text"]

    brief = read_brief(json.dumps(document).encode(), "brief.json")

    assert "display-320x50" in brief.output.formats
