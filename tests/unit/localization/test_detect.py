import pytest

from localization.detection.detector import Detector
from localization.detection.regions import RegionBasis

LOCALES = ("en", "pt-BR", "es", "fr", "de", "zh-CN")


@pytest.mark.parametrize(
    ("text", "locale"),
    [
        ("The cotton shirt feels soft and keeps its shape after many washes.", "en"),
        ("A camisa de algodão é macia e mantém a forma depois de muitas lavagens.", "pt-BR"),
        ("La camisa es suave y mantiene la forma después de muchos lavados.", "es"),
        ("La chemise est douce et garde sa forme après de nombreux lavages.", "fr"),
        ("Das Hemd ist weich und behält nach vielen Wäschen seine Form.", "de"),
        ("这件棉衬衫柔软舒适，多次洗涤后仍能保持形状。", "zh-CN"),
    ],
)
def test_prose_in_a_language_served_is_found(text, locale):
    guess = Detector(LOCALES).guess([text])
    assert guess.locale == locale
    assert guess.probability > 0.9
    assert not guess.mixed


@pytest.mark.parametrize(
    "text",
    ["", "12345", "👍", "https://example.com", "Футболка мягкая и тёплая", "この商品はとても良いです", "القميص ناعم"],
)
def test_nothing_to_go_by_or_another_script_is_nobodys(text):
    guess = Detector(LOCALES).guess([text])
    assert (guess.locale, guess.probability) == (None, 0.0)


def test_markup_and_codes_do_not_vote():
    texts = [
        '<p class="the best of the">Camisa</p>',
        "WH-1000 https://the.best.of/the",
        "Camisa macia de algodão para homens",
    ]
    assert Detector(LOCALES).guess(texts).locale == "pt-BR"


def test_a_language_the_detector_does_not_know_is_never_guessed():
    assert Detector(("haw",)).guess(["He kukui kēia no ka hale"]).locale is None


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Questa camicia è molto morbida e la consiglio a tutti.", "it"),
        ("Spedizione gratuita", "it"),
        ("Bezprzewodowe słuchawki", "pl"),
        ("Gratis verzending vanaf 20 euro", "nl"),
        ("Футболка мягкая и тёплая", "ru"),
    ],
)
def test_a_language_that_is_not_served_is_named_and_nobodys(text, language):
    guess = Detector(LOCALES).guess([text])
    assert guess.locale is None
    assert guess.probability < 0.1
    assert guess.language == language
    assert guess.language_probability > 0.7


@pytest.mark.parametrize(
    ("text", "locale"),
    [
        ("Frete grátis", "pt-BR"),
        ("FRETE GRÁTIS", "pt-BR"),
        ("frete gratis", "pt-BR"),
        ("Frete grÃ¡tis para todo o Brasil", "pt-BR"),
        ("ＦＲＥＥ　ＳＨＩＰＰＩＮＧ", "en"),
        ("Kosten\u00adloser Ver\u00adsand", "de"),
        ("<b>Envío</b> &amp; devolución: {name}", "es"),
        ("vc recomenda? mto bom", "pt-BR"),
        ("Nueva funda", "es"),
        ("Sehr gut", "de"),
        ("Kit 3 Capas p/ iPhone 13 Pro Max - Preto", "pt-BR"),
        ("手机壳 iPhone 13 Pro Max", "zh-CN"),
    ],
)
def test_few_words_are_enough_where_they_are_one_languages(text, locale):
    guess = Detector(LOCALES).guess([text])
    assert guess.locale == locale
    assert guess.probability >= 0.7


@pytest.mark.parametrize("text", ["vestido", "Samsung Galaxy S21", "ok", "NIKE AIR MAX 90"])
def test_what_several_languages_write_alike_is_uncertain(text):
    assert Detector(LOCALES).guess([text]).probability < 0.7


@pytest.mark.parametrize(
    ("texts", "languages"),
    [
        (["Great product. Muy buena calidad, me encantó."], {"en", "es"}),
        (["The shirt is very soft and warm", "La camisa es muy suave y cómoda"], {"en", "es"}),
        (["Wireless earphones fone de ouvido sem fio with case preto"], {"en", "pt"}),
        (["这件衬衫很好 but the size is too small for me"], {"zh", "en"}),
        (["Bu sayfayı silmek için onay verin please confirm before you delete"], {"tr", "en"}),
        (["Kies eerst een andere taak Diese Dokumente wurden schon gelöscht"], {"nl", "de"}),
        (["Отличный товар, спасибо. 这件衬衫很好"], {"ru", "zh"}),
        (["هذا المنتج رائع جدا. Muy buena calidad y envío rápido"], {"ar", "es"}),
    ],
)
def test_a_mixture_has_a_main_language_and_less_confidence(texts, languages):
    guess = Detector(LOCALES).guess(texts)
    assert guess.mixed
    assert guess.language in languages
    assert guess.probability < 0.9
    assert "mixed_language" in guess.warnings


def test_a_loan_or_a_brand_makes_no_mixture():
    guess = Detector(LOCALES).guess(["Funda para iPhone 13 Pro Max con soporte magnético Wireless"])
    assert (guess.locale, guess.mixed) == ("es", False)


@pytest.mark.parametrize(
    ("text", "served", "locale"),
    [
        ("免費送貨到府", ("zh-CN", "zh-TW"), "zh-TW"),
        ("免费送货上门", ("zh-TW", "zh-CN"), "zh-CN"),
        ("免費送貨到府", ("zh-CN", "en"), None),
        ("免費送貨到府", ("zh", "en"), "zh"),
        ("送料無料", ("zh-CN", "ja"), "ja"),
        ("東京の店", ("zh-TW", "ja"), "ja"),
        ("Ово је добар производ", ("sr-Cyrl", "sr-Latn"), "sr-Cyrl"),
        ("Ovo je vrlo dobar proizvod", ("sr-Cyrl", "sr-Latn"), "sr-Latn"),
    ],
)
def test_the_script_chooses_among_the_locales_of_a_language(text, served, locale):
    assert Detector(served).guess([text]).locale == locale


def test_regions_are_told_apart_by_their_words_and_assumed_without():
    detector = Detector(("pt-BR", "pt-PT", "en"))
    evident = detector.guess(["Capa para telemóvel com portes grátis"])
    assumed = detector.guess(["Muito bom, gostei"])
    assert (evident.locale, evident.region) == ("pt-PT", RegionBasis.EVIDENT)
    assert (assumed.locale, assumed.region) == ("pt-BR", RegionBasis.ASSUMED)


def test_a_text_of_a_region_that_is_not_served_is_the_other_ones():
    guess = Detector(("pt-BR", "en")).guess(["Capa para telemóvel com portes grátis"])
    assert (guess.locale, guess.region) == ("pt-BR", RegionBasis.FALLBACK)
    assert guess.probability >= 0.7


@pytest.mark.parametrize("tag", ["no", "nb", "nb-NO", "no_NO"])
def test_norwegian_is_found_under_each_of_its_names(tag):
    guess = Detector((tag, "sv", "en")).guess(["Jeg er veldig fornøyd med denne jakken, den er både varm og fin"])
    assert guess.locale == tag


def test_croatian_stands_for_what_its_readers_read():
    guess = Detector(("hr", "en")).guess(["Kupio sam ovo prije mjesec dana i veoma sam zadovoljan"])
    assert guess.locale == "hr"
    assert guess.probability > 0.7


def test_candidates_are_the_locales_served_likeliest_first():
    guess = Detector(LOCALES).guess(["Funda para celular"])
    shown = [one.probability for one in guess.candidates]
    assert shown == sorted(shown, reverse=True)
    assert {one.locale for one in guess.candidates} <= set(LOCALES)
    assert guess.candidates[0].locale == guess.locale


@pytest.mark.parametrize("text", ["\ud800", "a" * 100_000, "\x00", "<" * 2000, "'" * 50, "é", "％％", "ــــ"])
def test_no_text_makes_detection_fail(text):
    guess = Detector(LOCALES).guess([text])
    assert 0.0 <= guess.probability <= 1.0


@pytest.mark.parametrize(
    ("text", "script"),
    [
        ("かわいい", "Jpan"),
        ("무료 배송", "Kore"),
        ("免费送货", "Hans"),
        ("免運費", "Hant"),
        ("Sehr gut", "Latn"),
        ("товар", "Cyrl"),
    ],
)
def test_the_script_is_the_writing_system(text, script):
    assert Detector(LOCALES).guess([text]).script == script
