"""What people write in catalogues of programs and shops, and the gate once refused; and the fault next to it."""

import pytest

from cli.gate_cases import BadCase, read_case
from localization.gate.case import Case
from localization.gate.judge import judge
from schemas.reasons import Warn


def reasons(source, translation, target, source_locale="en", **rest):
    case = Case(source=source, translation=translation, source_locale=source_locale, target_locale=target, **rest)
    return judge(case)


PLACEHOLDERS = [
    ("You may not delete it: it has :text related.", "Du kan ikke slette det: det har relatert :text.", "nb"),
    ("The :attribute must be accepted.", ":attributeを承認してください。", "ja"),
    ("The storage is off. %sFind out why%s.", "Das Lager ist aus. %sFinden Sie heraus, warum%s.", "de"),
    ("Use the %soption%s here", "Usa qui l'%sopzione%s", "it"),
    ("Would you like to %sconfigure%s it?", "%s設定%sを行いますか?", "ja"),
    ("Max Date %1", "最远日期%1", "zh-CN"),
    ("From $level_before to $level_after", "从$level_before到$level_after", "zh-CN"),
    ("Stereo, %dHz", "Stereo, %d Hz", "da"),
    ("Image [%1x%2] saved to %3", "Изображение [%1×%2] сохранено в %3", "ru"),
    ("Please [[*URL*|view the manual online]].", "Por favor, [[*URL*|veja o manual na internet]].", "pt-BR"),
]


@pytest.mark.parametrize(("source", "shown", "target"), PLACEHOLDERS)
def test_a_placeholder_is_read_where_people_put_it(source, shown, target):
    assert Warn.GATE_PLACEHOLDERS not in reasons(source, shown, target)


@pytest.mark.parametrize(
    ("source", "shown", "target"),
    [
        ("The :attribute must be accepted.", ":attributを承認してください。", "ja"),
        ("Use the %soption%s here", "Usa qui l'opzione%s", "it"),
        ("Max Date %1", "最远日期%2", "zh-CN"),
        ("Stereo, %dHz", "Stereo, Hz", "da"),
        ("Please [[*URL*|view it online]].", "Por favor, [[*URI*|veja na internet]].", "pt-BR"),
        ("Processing… 0%%", "Obdelovanje … 0%", "sl"),
    ],
)
def test_a_placeholder_that_changed_is_seen_there_too(source, shown, target):
    assert Warn.GATE_PLACEHOLDERS in reasons(source, shown, target)


@pytest.mark.parametrize(
    ("source", "shown", "target", "broken"),
    [
        ("Are you sure you want to delete it?", "Da li ste sigurni da želite da to obrišete?", "sr", False),
        ("Are you sure you want to delete it?", "Да ли сте сигурни да желите да то обришете?", "sr", False),
        ("Are you sure you want to delete it?", "Da li ste sigurni da želite da to obrišete?", "sr-Cyrl", True),
        ("Are you sure you want to delete it?", "Vy uvereny, chto khotite eto udalit?", "ru", True),
        ("Invalid option: %s.", "Opt\x07\x1bion invalide : %s.", "fr", True),
        ("Budget for %s", "Бюд\x00жет на %s", "ru", True),
        ("two\nlines", "deux\tcolonnes\nici", "fr", False),
        ("View the snapshot", "Zobacz migawkÄ™ wykonanÄ…", "pl", True),
        ("Forest of a castle", "Les zámkÅ¯v", "cs", True),
        ("The letter Ä", "Die Note „Ä“ und das Wort „Ära“", "de", False),
    ],
)
def test_letters(source, shown, target, broken):
    assert (Warn.GATE_SCRIPT in reasons(source, shown, target)) is broken


@pytest.mark.parametrize(
    ("source", "shown", "source_locale", "target", "broken"),
    [
        (
            "Run <code>if not many of them</code> now",
            "Lancez <code>if not many of them</code> maintenant",
            "en",
            "fr",
            0,
        ),
        ("With `git bisect start` it goes on", "`git bisect start`を実行すると続行します", "en", "ja", 0),
        ("One of: all, float, text, not set", "Jedno z: all, float, text, not set", "en", "sk", 0),
        ("SMS 이름: InfoSMS 혹은 SMS Info Max 하나예요", "SMS name: InfoSMS or SMS Info Max", "ko", "en", 0),
        ("Save it now. It is not on the disk.", "Speichern Sie jetzt. It is not on the disk.", "en", "de", 1),
    ],
)
def test_what_is_typed_or_listed_is_no_copy(source, shown, source_locale, target, broken):
    assert (Warn.COPIED in reasons(source, shown, target, source_locale)) is bool(broken)


@pytest.mark.parametrize(
    ("source", "shown", "target", "broken"),
    [
        ("Released", "Publié le", "fr", False),
        ("Created by", "Erstellt von", "de", False),
        ('Connection to "%1$s" failed. Possible reasons', 'Błąd połączenia z "%1$s" . Możliwe przyczyny', "pl", False),
        ("Batteries of 2 Ah and more", "Baterias de . Ah e mais", "pt-BR", True),
        ("The address of the shop and its hours", "A morada da loja e o", "pt-PT", True),
    ],
)
def test_ends(source, shown, target, broken):
    assert (Warn.GATE_TRUNCATED in reasons(source, shown, target)) is broken


def test_a_name_may_be_spelt_in_other_letters_in_the_source():
    assert Warn.GATE_ADDITION not in reasons("포스트스크립트 파일입니다", "This is a PostScript file", "en", "ko")
    assert Warn.GATE_ADDITION in reasons("Isto é um ficheiro", "This is a PostScript file", "en", "pt-PT")


def test_a_locale_with_an_unknown_region_is_its_language():
    said = {"source": "a", "translation": "b", "source_locale": "en", "target_locale": "sr-SP"}
    assert read_case(said).target_locale == "sr"
    with pytest.raises(BadCase, match="unknown language"):
        read_case(said | {"target_locale": "xx-YY"})


@pytest.mark.parametrize(
    ("source", "shown", "source_locale", "target", "broken"),
    [
        ("From (0,0) to (100,100).", "De (0,0) a (100,100).", "en", "pt-BR", 0),
        ("From (0,0) to (100,100).", "De (0,0) a (100,110).", "en", "pt-BR", 1),
        ("A weight of (1.5)", "Um peso de (1,5)", "en", "pt-BR", 0),
        ("In the range [0,1] only", "Лише у діапазоні [0;1]", "en", "uk", 0),
        ("Values: 25,50,100,250", "Valeurs : 25, 50, 100, 250", "en", "fr", 0),
        ("Values: 25,50,100,250", "Valeurs : 25, 50, 100, 200", "en", "fr", 1),
        ("It has 1,234,567 rows", "Il a 1 234 567 lignes", "en", "fr", 0),
        ("1 %1 equals %2", "1 %1 eşittir %2", "en", "tr", 0),
        ("A fee of 8%", "%8 ücret", "en", "tr", 0),
        ("A fee of 8%", "%9 ücret", "en", "tr", 1),
        ("Use a 3rd-party server", "Использовать сторонний сервер", "en", "ru", 0),
        ("The ports are 993 for IMAP and 995 for POP3.", "Port pro POP3 je 995 a pro IMAP je 993.", "en", "cs", 0),
        ("The ports are 993 for IMAP and 995 for POP3.", "Port pro IMAP je 995 a pro POP3 je 993.", "en", "cs", 1),
        ("At http://a.com/e/173/, the ID is 173.", "http://a.com/e/173/では、IDは173である。", "en", "ja", 0),
    ],
)
def test_numbers_in_lists_places_and_codes(source, shown, source_locale, target, broken):
    assert (Warn.GATE_NUMBERS in reasons(source, shown, target, source_locale)) is bool(broken)


@pytest.mark.parametrize(
    ("source", "shown", "term", "broken"),
    [
        ('See the <a href="https://dev.mysql.com/">MySQL</a> book', 'Veja o livro <a href="https://dev.mysql.com/">MyQSL</a>', "MySQL", True),
        ("Is hexchat_plugin_init in a HexChat plugin?", "Há hexchat_plugin_init num plugin?", "HexChat", True),
        ("Is hexchat_plugin_init in a HexChat plugin?", "Há hexchat_plugin_init num plugin HexChat?", "HexChat", False),
        ("See https://mysql.com/ for help", "Ajuda em https://mysql.com/", "MySQL", False),
        ("Coats of H&M on sale", "Casacos da H&M em promoção", "H&M", False),
        ("Coats of H&M on sale", "Casacos da C&A em promoção", "H&M", True),
    ],
)  # fmt: skip
def test_a_name_in_an_address_is_no_name_shown(source, shown, term, broken):
    assert (Warn.GATE_PROTECTED in reasons(source, shown, "pt-BR", protected=(term,))) is broken


def test_words_in_angle_brackets_are_the_translators():
    assert Warn.GATE_TAGS not in reasons("SETTAB <new name>, change it", "SETTAB <ново име>, мења га", "sr")
    assert Warn.GATE_TAGS in reasons("A <ref dst='a'>word</ref>", "Uma palavra", "pt-BR")


@pytest.mark.parametrize(
    ("source", "shown", "target", "broken"),
    [
        ("The next 90 days", "De volgende 90 jaren", "nl", True),
        ("The next 90 hours", "De volgende 90 uren", "nl", False),
        ("The next 90 days", "未來 90 周", "zh-TW", True),
        ("The next 90 weeks", "未來 90 周", "zh-TW", False),
        ("For 90 years", "90 周年", "zh-CN", False),
        ("The next 90 days", "Närmaste 90 dagar", "sv", False),
        ("The next 90 weeks", "Närmaste 90 dagar", "sv", True),
        ("The last 90 days", "Les 90 derniers jours", "fr", False),
        ("The last 90 weeks", "Les 90 derniers jours", "fr", True),
        ("The last 3 entries", "Les 3 dernières entrées", "fr", False),
        ("In 5 working days", "In 5 Stunden", "de", True),
        ("About 67 km away", "67 kilométerre van", "hu", False),
        ("About 67 m away", "67 kilométerre van", "hu", True),
        ("About 67 kms away", "A cerca de 67 m", "pt-BR", True),
    ],
)
def test_lengths_of_time_as_people_say_them(source, shown, target, broken):
    assert (Warn.GATE_UNITS in reasons(source, shown, target)) is broken


@pytest.mark.parametrize(
    ("source", "shown", "target", "broken"),
    [
        ("Do not forget to save the order", "Recuerde guardar el pedido", "es", False),
        ("Do not forget to save the order", "Olvide guardar el pedido", "es", True),
        ("Remember to save the order", "Denken Sie daran, die Bestellung zu speichern", "de", False),
        ("Remember to save the order", "Nezapomeňte uložit objednávku", "cs", False),
        ("Go to the previous bookmark", "Va cap al punt anterior", "ca", False),
        ("Manage your permission groups", "管理權限組別", "zh-TW", False),
        ("Run it with --no-delay at noon", "Führen Sie es mittags mit --no-delay aus", "de", False),
        ("Insecure connection", "Μη ασφαλής σύνδεση", "el", False),
        ("Error processing the file", "Nem sikerült feldolgozni a fájlt", "hu", False),
        ("The connection is secure", "Die Verbindung ist nicht sicher", "de", True),
    ],
)
def test_what_denies_in_one_language_only(source, shown, target, broken):
    assert (Warn.GATE_NEGATION in reasons(source, shown, target)) is broken


@pytest.mark.parametrize(("rating", "kept"), [("5", 5), ("4.0", 4), (3, 3), (None, None)])
def test_a_rating_may_be_written_as_a_text(rating, kept):
    said = {"source": "a", "translation": "b", "source_locale": "en", "target_locale": "de", "rating": rating}
    assert read_case(said).rating == kept


def test_a_rating_that_is_no_number_is_refused():
    with pytest.raises(BadCase, match="rating"):
        read_case({"source": "a", "translation": "b", "source_locale": "en", "target_locale": "de", "rating": "good"})


def test_plural_forms_may_be_the_same():
    assert Warn.GATE_REPETITION not in reasons("Currency Rate|Currency Rates", "Kadar Mata Wang|Kadar Mata Wang", "ms")
    assert Warn.GATE_REPETITION in reasons("Currency Rates", "Kadar Mata Wang|Kadar Mata Wang", "ms")


def test_a_number_behind_a_less_than_sign_is_no_tag():
    assert Warn.GATE_NUMBERS in reasons("If x <5 or y> 3", "Se x <8 ou y> 3", "pt-BR")
    assert Warn.GATE_NUMBERS in reasons("B<5.> If it was installed", "B<6.> Se foi instalado", "pt-BR")
    assert reasons("Press <1>here</1> now", "Clique <1>aqui</1> agora", "pt-BR") == ()


def test_a_name_in_a_file_name_is_no_name_shown():
    source = 'The Zabbix server failed, see "zabbix.conf.php".'
    shown = 'Der Zabibx-Server ist ausgefallen, siehe "zabbix.conf.php".'
    assert Warn.GATE_PROTECTED in reasons(source, shown, "de", protected=("Zabbix",))
    fine = shown.replace("Zabibx", "Zabbix")
    assert Warn.GATE_PROTECTED not in reasons(source, fine, "de", protected=("Zabbix",))
    assert Warn.GATE_PROTECTED not in reasons("A new Samsung.", "Ein neues Samsung.", "de", protected=("Samsung",))
