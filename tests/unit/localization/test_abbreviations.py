import pytest

from localization.text.abbreviations import stays_open, written_out


@pytest.mark.parametrize(
    ("text", "language", "read"),
    [
        ("Kit 3 Capas p/ iPhone 13 Pro Max - Preto", "pt", "Kit 3 Capas para iPhone 13 Pro Max - Preto"),
        ("CABO C/ CARREGADOR", "pt", "CABO COM CARREGADOR"),
        ("Tênis s/ cadarço tam. 37", "pt", "Tênis sem cadarço tamanho 37"),
        ("Case w/ Stand w/o lid", "en", "Case with Stand without lid"),
        ("W/ strap", "en", "With strap"),
        ("Schrauben 10 Stk. inkl. Dübel", "de", "Schrauben 10 Stück inklusive Dübel"),
        ("Bolsa c/ asa, 2 uds.", "es", "Bolsa con asa, 2 unidades"),
        ("Housse env. 20 cm", "fr", "Housse environ 20 cm"),
        ("Brush Set 10pcs", "en", "Brush Set 10 pieces"),
        ("Potes Kit 10 Un.", "pt", "Potes Kit 10 Unidades"),
        ("Kit C/ 2 Tampas P/ Mesa", "pt", "Kit com 2 Tampas para Mesa"),
        ("3-Pack Case", "en", "Pack of 3 Case"),
        ("Filter (2 Pack), 12 pk", "en", "Filter (pack of 2), pack of 12"),
        ("3 PACK CASE", "en", "PACK OF 3 CASE"),
        ("It doesnt work, DONT buy", "en", "It doesn't work, DON'T buy"),
        ("nao serviu, Nao comprem", "pt", "não serviu, Não comprem"),
        ('Vestido 2 A 8 Anos, TV 32" A 65"', "pt", 'Vestido 2 a 8 Anos, TV 32" a 65"'),
    ],
)
def test_what_sellers_shorten_is_written_out(text, language, read):
    assert written_out(text, language) == read


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("100 km/h", "pt"),
        ("c/p/s", "pt"),
        ("https://x.example/p/1", "pt"),
        ("A/C unit", "en"),
        ("w/o/w", "en"),
        ("2 Pack of 6, 6-pack-holder, 20 packed, 4pc", "en"),
        ("Cabo c/ carregador", "ja"),
    ],
)
def test_what_only_looks_like_it_stays(text, language):
    assert written_out(text, language) == text


@pytest.mark.parametrize(
    ("text", "language", "opened"),
    [
        ("Aprox. ", "pt", True),
        ("Am 3. ", "de", True),
        ("Es kostet 3,3. ", "de", False),
        ("Ready in 5 min. ", "en", False),
        ("Length min. ", "en", True),
        ("It is No. 3. ", "en", False),
        ("Good. ", "en", False),
    ],
)
def test_a_sentence_does_not_end_at_what_is_shortened(text, language, opened):
    assert stays_open(text, language) is opened
