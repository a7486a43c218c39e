"""Quantities in many languages: what a human translator may write, and what no translation may change."""

import pytest

from localization.gate.case import Case
from localization.gate.quantities.laws import changes_dates, changes_money, changes_numbers, changes_units

LAWS = {"numbers": changes_numbers, "units": changes_units, "money": changes_money, "dates": changes_dates}


def broken(source, shown, target, own="en", protected=()):
    case = Case(source=source, translation=shown, source_locale=own, target_locale=target, protected=protected)
    return {name for name, law in LAWS.items() if law(case)}


HONEST = [
    ("It holds 1.7 liters", "Tem 1,7 litro", "pt-BR"),
    ("1,500 points", "1.500 Punkte", "de"),
    ("1,500 points", "1\u202f500 points", "fr"),
    ("1,500 points", "1 500 очков", "ru"),
    ("150,000 rupees", "1,50,000 रुपये", "hi"),
    ("25.5 kg", "٢٥٫٥ كغ", "ar"),
    ("Room 12", "１２号室", "ja"),
    ("1.5 million users", "1,5 Mio. Nutzer", "de"),
    ("1.5 million users", "150万ユーザー", "ja"),
    ("1.5 million users", "150만 사용자", "ko"),
    ("10K points", "10 mil pontos", "pt-BR"),
    ("Pack of three mugs", "Pacote com 3 canecas", "pt-BR"),
    ("Pack of 3 mugs", "Набор из трёх кружек", "ru"),
    ("two hundred and five cups", "205 Tassen", "de"),
    ("Both sides", "Die 2 Seiten", "de"),
    ("Only 1 left", "Nur noch einer", "de"),
    ("6-digit code", "Sexsiffrig kod", "sv"),
    ("The 1st and the 3rd", "1º y 3º", "es"),
    ("the 1st form", "Birinci biçim", "tr"),
    ("21st century", "siglo XXI", "es"),
    ("Type II", "tipo 2", "pt-BR"),
    ("Louis XIV", "Ludwig XIV.", "de"),
    ("1/2 cup", "½ xícara", "pt-BR"),
    ("1 1/2 cups", "1,5 xícaras", "pt-BR"),
    ("4/5 stars", "4 von 5 Sternen", "de"),
    ("2-5 days", "2 a 5 dias", "pt-BR"),
    ("page 3 of 10", "10 ページ中 3 ページ", "ja"),
    ("3 of 10 files", "10 个文件中的 3 个", "zh-CN"),
    ("in the 1990s", "en los años 90", "es"),
    ("at least 2 columns", "au moins 2 colonnes", "fr"),
    ("minus 5 degrees", "-5 Grad", "de"),
    ("-5 °C", "−5 °C", "de"),
    ("50% off", "50 % Rabatt", "de"),
    ("50% off", "%50 indirim", "tr"),
    ("50% off", "50 por ciento de descuento", "es"),
    ("20% off", "8折", "zh-CN"),
    ("One file", "%d arquivo", "pt-BR"),
    ("%d files in %s", "%2$s 内の %1$d ファイル", "ja"),
    ("10 x 20 cm", "10 × 20 厘米", "zh-CN"),
    ("12 in", "30,5 cm", "pt-BR"),
    ("30 cm", "30 cm (11,8 pol)", "pt-BR"),
    ("30 cm (11.8 in)", "30 cm", "de"),
    ("5 lb bag", "2,27-kg-Beutel", "de"),
    ("in 24 hours", "через 24 часа", "ru"),
    ("10 minutes", "10 percre", "hu"),
    ("2.5 kg", "2.5 กก.", "th"),
    ("2.5 kg", '2.5 ק"ג', "he"),
    ("50 km/h", "50 км/ч", "ru"),
    ("220 V", "220 伏", "zh-CN"),
    ("20 °C", "섭씨 20도", "ko"),
    ("8 GB of RAM", "8 Go de RAM", "fr"),
    ("½ inch and ¾ inch", "½ e ¾ de polegada", "pt-BR"),
    ("$20", "US$ 20", "pt-BR"),
    ("$20", "20 $", "de"),
    ("$20", "20 dólares", "es"),
    ("$20", "20 USD", "fr"),
    ("$20", "20 $US", "fr"),
    ("50 pounds", "50 libras", "pt-BR"),
    ("€5.00", "5 €", "de"),
    ("¥1,000", "1.000 JPY", "de"),
    ("10 Canadian dollars", "10 dólares canadenses", "pt-BR"),
    ("50 zł", "50 PLN", "en"),
    ("$10-20", "10–20 $", "de"),
    ("March 4, 2025", "4 de março de 2025", "pt-BR"),
    ("03/04/2025", "4 de março de 2025", "pt-BR"),
    ("03/04/2025", "03/04/2025", "pt-BR"),
    ("March 4, 2025", "2025年3月4日", "ja"),
    ("March 4, 2025", "2025. március 4.", "hu"),
    ("March 4, 2025", "4. 3. 2025", "cs"),
    ("March 4, 2025", "4 марта 2025 г.", "ru"),
    ("March 4, 2025", "4 مارس 2025", "ar"),
    ("June", "6월", "ko"),
    ("Monday", "Thứ 2", "vi"),
    ("5:30 pm", "17:30", "de"),
    ("5:30 pm", "17h30", "fr"),
    ("5:30 pm", "kl. 17.30", "da"),
    ("5:30 pm", "下午5:30", "zh-CN"),
    ("5 pm", "17 Uhr", "de"),
    ("12:15 am", "0:15", "es"),
    ("on Monday at 9 a.m.", "am Montag um 9 Uhr", "de"),
    ("FILE1 and FILE2", "FILE2 und FILE1", "de"),
    ("Order AB-12345-X", "Bestellung AB-12345-X", "de"),
    ("Visit https://a.example/2?x=3", "Besuchen Sie https://a.example/2?x=3", "de"),
    ("<b>2</b>&nbsp;kg", "<b>2</b>&nbsp;кг", "ru"),
    ("no digits at all", "ingen tall", "nb"),
    ("Two-factor authentication", "Tvåfaktorsautentisering", "sv"),
    ("March 4, 2025", "4 มีนาคม พ.ศ. 2568", "th"),
    ("twelve glasses and six plates", "двенадцать стаканов и шесть тарелок", "ru"),
    ("invalid `-1' value", 'ungültiger Wert "-1"', "de"),
]


@pytest.mark.parametrize(("source", "shown", "target"), HONEST)
def test_an_honest_translation_of_a_quantity_passes(source, shown, target):
    assert broken(source, shown, target) == set()


BROKEN = [
    ("99.3 cm", "90,3 cm", "pt-BR", "numbers"),
    ("99.3 cm", "993 cm", "pt-BR", "numbers"),
    ("1,500 points", "1,500 pontos", "pt-BR", "numbers"),
    ("1.5 kg", "15 kg", "de", "numbers"),
    ("100 pieces", "10 Stück", "de", "numbers"),
    ("It lasts 12 hours.", "Dura horas.", "pt-BR", "numbers"),
    ("It lasts hours.", "Dura 12 horas.", "pt-BR", "numbers"),
    ("2 of 2", "2", "pt-BR", "numbers"),
    ("only 1 left", "só 11", "pt-BR", "numbers"),
    ("Between 2 and 5 years.", "Entre 5 e 2 anos.", "pt-BR", "numbers"),
    ("2 to 5 days", "5至2天", "zh-CN", "numbers"),
    ("10 cm x 20 kg", "20 cm x 10 kg", "de", "numbers"),
    ("-5 °C", "5 °C", "de", "numbers"),
    ("1/2 cup", "1/4 xícara", "pt-BR", "numbers"),
    ("Pack of three mugs", "Pacote com quatro canecas", "pt-BR", "numbers"),
    ("Five of the seven cups", "Vijf van de vijf kopjes", "nl", "numbers"),
    ("fünf Tassen", "six tasses", "fr", "numbers"),
    ("Type II", "tipo III", "pt-BR", "numbers"),
    ("twelve glasses and six plates", "copos e seis pratos", "pt-BR", "numbers"),
    ("plates", "sechs Teller", "de", "numbers"),
    ("Five of the seven cups", "컵 일곱 개 중 세 개", "ko", "numbers"),
    ("1.5 million", "15 Millionen", "de", "numbers"),
    ("3 cups", "カップ4個", "ja", "numbers"),
    ("25 boxes", "٢٦ صندوقًا", "ar", "numbers"),
    ("2 kabels", "Kabel für alles", "de", "numbers"),
    ("12 in", "32 cm", "pt-BR", "numbers"),
    ("10 cm", "10 mm", "pt-BR", "units"),
    ("1 kg", "1 g", "ja", "units"),
    ("30 days", "30 semanas", "pt-BR", "units"),
    ("30 days", "30 недель", "ru", "units"),
    ("5 W", "5 kW", "de", "units"),
    ("20 °C", "20 °F", "fr", "units"),
    ("64 GB", "64 Mo", "fr", "units"),
    ("24 hours", "24 分钟", "zh-CN", "units"),
    ("Save 20% today.", "Economize 20 hoje.", "pt-BR", "units"),
    ("120 × 75 cm, 80 kg", "120 × 75, 80 kg", "de", "units"),
    ("Weight: 2.5 kg", "الوزن: 2.5 جم", "ar", "units"),
    ("from -13 °C to 30 °C", "från -13 till 30 °C", "sv", "units"),
    ("$20", "R$ 20", "pt-BR", "money"),
    ("$20", "20 €", "de", "money"),
    ("50 pounds", "50 euros", "es", "money"),
    ("€20", "20", "it", "money"),
    ("10 US dollars", "10 dólares canadenses", "pt-BR", "money"),
    ("£7.00", "7,00 zł", "pl", "money"),
    ("100 kr", "100 €", "fi", "money"),
    ("March 4, 2025", "5 de março de 2025", "pt-BR", "dates"),
    ("March 4, 2025", "4 de maio de 2025", "pt-BR", "dates"),
    ("March 4, 2025", "2026年3月4日", "ja", "dates"),
    ("13/04/2025", "14.04.2025", "de", "dates"),
    ("5:30 pm", "18h30", "fr", "dates"),
    ("5:30 pm", "5:30", "de", "dates"),
    ("on Monday", "terça-feira", "pt-BR", "dates"),
    ("in January", "im Februar", "de", "dates"),
]


@pytest.mark.parametrize(("source", "shown", "target", "law"), BROKEN)
def test_a_changed_quantity_is_found_out(source, shown, target, law):
    assert law in broken(
        source, shown, target, own="nl" if source == "2 kabels" else "de" if "fünf" in source else "en"
    )


def test_both_directions_of_a_pair_agree_on_honest_translations():
    assert [
        one for one in HONEST if one[2] != "tr" and "折" not in one[1] and broken(one[1], one[0], "en", one[2])
    ] == []


def test_a_protected_term_may_hold_any_number():
    assert broken("The Moto 5 is here", "Moto 5 chegou", "pt-BR", protected=("Moto 5",)) == set()


@pytest.mark.parametrize(
    ("source", "own", "shown", "target"),
    [
        ("Die Lieferung dauert 3–5 Werktage.", "de", "La livraison prend 3–5 jours ouvrés.", "fr"),
        ("O preço caiu de R$ 1.299,90 para R$ 999,90.", "pt-BR", "El precio bajó de 1.299,90 BRL a 999,90 BRL.", "es"),
        ("三个杯子", "zh-CN", "3 cups", "en"),
    ],
)
def test_pairs_without_english_are_weighed_too(source, own, shown, target):
    assert broken(source, shown, target, own=own) == set()


@pytest.mark.parametrize(
    ("source", "translation", "honest"),
    [
        ("It costs $1,234,567.89 today.", "Custa $1.234.567,89 hoje.", True),
        ("It costs $1,234,567.89 today.", "Custa $1.234.567,98 hoje.", False),
        ("Sizes 25,50,100,250 are there.", "Há os tamanhos 25, 50, 100 e 250.", True),
        ("Sizes 25,50,100,250 are there.", "Há os tamanhos 25, 50 e 250.", False),
        ("A box of 10 x 1,000.5 cm.", "Uma caixa de 10 x 1.000,5 cm.", True),
    ],
)
def test_groups_of_thousands_are_no_list_and_a_list_no_thousands(source, translation, honest):
    case = Case(source=source, translation=translation, source_locale="en", target_locale="pt-BR")
    assert changes_numbers(case) is not honest


@pytest.mark.parametrize(("minutes", "broken"), [("due", False), ("sei", True)])
def test_a_word_that_is_a_number_among_other_things_counts_before_a_unit(minutes, broken):
    case = Case(
        source="It takes two minutes.",
        translation=f"Bastano {minutes} minuti.",
        source_locale="en",
        target_locale="it",
    )
    assert changes_numbers(case) is broken
