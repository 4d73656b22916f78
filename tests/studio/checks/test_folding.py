"""Banned words are found in any form and disguise, and other words are left alone."""

import pytest

from creative_assets.studio.checks.folding import banned_words_in


@pytest.mark.parametrize(
    "text,banned,locale",
    [
        ("So che\u200bap!", "cheap", "en-US"),
        ("So che\u00adap!", "cheap", "en-US"),
        ("So \uff43\uff48\uff45\uff41\uff50!", "cheap", "en-US"),
        ("So \U0001d41c\U0001d421\U0001d41e\U0001d41a\U0001d429!", "cheap", "en-US"),
        ("So сhеаp!", "cheap", "en-US"),  # noqa: RUF001 - Cyrillic letters among them
        ("So chéap!", "cheap", "en-US"),
        ("CHEAPER than ever", "cheap", "en-US"),
        ("easiest of days", "easy", "en-US"),
        ("an energy\u00a0boost", "energy boost", "en-US"),
        ("two energy boosts", "energy boost", "en-US"),
        ("die billigsten Tage", "billig", "de-DE"),
        ("viele Schna\u0308ppchen", "Schnäppchen", "de-DE"),
        ("billigare kaffe", "billig", "sv-SE"),
        ("prezzi economici", "economico", "it-IT"),
        ("l’énergie du matin", "énergie", "fr-FR"),
        ("tazas baratas", "barato", "es-ES"),
        ("tania kawa", "tani", "pl-PL"),
        ("ucuzlar", "ucuz", "tr-TR"),
        ("φτηνά προϊόντα", "φτηνός", "el-GR"),
        ("Самые дешёвые", "дешёвый", "ru-RU"),
        ("سعر الرخيص", "رخيص", "ar-AE"),
        ("והזולה", "זול", "he-IL"),
        ("सस्ती कॉफी", "सस्ता", "hi-IN"),
        ("দামে সস্তায়", "সস্তা", "bn-BD"),
        ("무료로 받기", "무료", "ko-KR"),
        ("今すぐ激安で", "激安", "ja-JP"),
        ("今すぐ激\u200b安で", "激安", "ja-JP"),
        ("これはcheapです", "cheap", "ja-JP"),
        ("全网最低价", "最低价", "zh-Hans-CN"),
        ("ราคาถูกที่สุด", "ถูก", "th-TH"),
        ("giá rẻ nhất", "rẻ", "vi-VN"),
    ],
)
def test_a_banned_word_is_found_in_any_form_and_disguise(
    text: str, banned: str, locale: str
) -> None:
    assert banned_words_in(text, ["unrelated", banned], locale) == (banned,)


@pytest.mark.parametrize(
    "text,banned,locale",
    [
        ("Markets of Cheapside", "cheap", "en-US"),
        ("schon da", "schön", "de-DE"),
        ("wie schön", "schon", "de-DE"),
        ("full of energy, boost it", "boost energy", "en-US"),
        ("beautiful", "beau", "en-US"),
        ("第一次", "一次性", "zh-Hans-CN"),
        ("reo hò", "rẻ", "vi-VN"),
        ("", "cheap", "en-US"),
        ("anything", "\u200b", "en-US"),
    ],
)
def test_another_word_is_left_alone(text: str, banned: str, locale: str) -> None:
    assert banned_words_in(text, [banned], locale) == ()
