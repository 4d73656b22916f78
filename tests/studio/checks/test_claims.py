"""Prices, percentages and addresses are found in any script's digits and any currency's forms."""

import pytest

from creative_assets.studio.checks.claims import claims_in


@pytest.mark.parametrize(
    "text,locale,kind,value",
    [
        ("Now 20% off", "en-US", "percentage", "20"),
        ("now 20 percent off", "en-US", "percentage", "20"),
        ("jetzt 20 Prozent", "de-DE", "percentage", "20"),
        ("今なら\uff15\uff10\uff05オフ", "ja-JP", "percentage", "50"),
        ("٢٠٪ خصم", "ar-AE", "percentage", "20"),
        ("१० प्रतिशत", "hi-IN", "percentage", "10"),
        ("yüzde 30", "tr-TR", "percentage", "30"),
        ("全场8折", "zh-Hans-CN", "percentage", "8"),
        ("only $4.99", "en-US", "price", "499"),
        ("5 dollars a day", "en-US", "price", "5"),
        ("1.299,00 €", "de-DE", "price", "1299"),
        ("20 euros", "fr-FR", "price", "20"),
        ("1,980円", "ja-JP", "price", "1980"),
        ("\u0665\u0660 درهم", "ar-AE", "price", "50"),
        ("₹499", "hi-IN", "price", "499"),
        ("299元", "zh-Hans-CN", "price", "299"),
        ("49 kronor", "sv-SE", "price", "49"),
        ("kr 49", "nb-NO", "price", "49"),
        ("99 บาท", "th-TH", "price", "99"),
        ("10.000đ", "vi-VN", "price", "10000"),
        ("100 zł", "pl-PL", "price", "100"),
        ("Order at evil.example.com/now", "en-US", "address", "evil.example.com/now"),
        ("https://evil.example/a?b", "en-US", "address", "https://evil.example/a?b"),
        ("Mehr auf Billiger.shop!", "de-DE", "address", "billiger.shop"),
        ("write to ann@evil.example", "en-US", "address", "ann@evil.example"),
        ("follow @evil_brand", "en-US", "address", "@evil_brand"),
    ],
)
def test_a_price_percentage_or_address_is_found(
    text: str, locale: str, kind: str, value: str
) -> None:
    assert [(claim.kind, claim.value) for claim in claims_in(text, locale)] == [(kind, value)]


@pytest.mark.parametrize(
    "text,locale",
    [
        ("Steeped for 18 hours", "en-US"),
        ("A 250 g bag", "en-US"),
        ("Top 10, try 2", "en-US"),
        ("2 kraftige kopper", "nb-NO"),
        ("18時間", "ja-JP"),
        ("24/7", "en-US"),
        ("percent of nothing", "en-US"),
        ("Poured slowly.Cold", "en-US"),
        ("z.B. kalt, d.h. ruhig", "de-DE"),
        ("Say com, or me", "en-US"),
    ],
)
def test_a_number_of_something_else_is_no_claim(text: str, locale: str) -> None:
    assert claims_in(text, locale) == ()


def test_one_amount_is_the_same_however_it_is_written() -> None:
    written = ("1 299 €", "1.299,00 €", "1,299.00€", "€1299")

    assert {claims_in(text, "de-DE")[0].value for text in written} == {"1299"}
