import pytest
from hypothesis import given
from hypothesis import strategies as st

from localization.protection.glossary import Entry, Glossary, stands_together
from localization.protection.glossary_file import load_glossary, read_glossary
from schemas.errors import OperatorError

LONG = "source_locale,target_locale,term,translation,case_sensitive,forms,note\n"


def entry(term: str, translation: str, **more: object) -> Entry:
    return Entry("en", "pt-BR", term, translation, **more)


def pair(*entries: Entry, source: str = "en", target: str = "pt-BR"):
    return Glossary(entries).for_pair(source, target)


@pytest.fixture
def written(tmp_path):
    def write(text: str | bytes):
        path = tmp_path / "glossary.csv"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    return write


def test_terms_are_found_as_they_occur_longest_first_and_whole():
    terms = pair(entry("case", "capa"), entry("phone case", "capinha"), entry("gift card", "vale-presente"))
    found = terms.matching("Phone case, a case, casement and GIFT-CARDS; Cases")
    assert found == {"Phone case": "Capinha", "case": "capa", "GIFT-CARDS": "VALE-PRESENTES", "Cases": "Capas"}
    assert terms.matching("nothing of it") == {}


def test_what_is_found_lies_in_order_and_apart():
    terms = pair(entry("red dress", "vestido vermelho"), entry("dress code", "traje"))
    hits = terms.find("red dress code")
    assert [(hit.start, hit.end) for hit in hits] == [(0, 9)]


@pytest.mark.parametrize(
    ("locale", "term", "texts"),
    [
        ("en", "watch", ("watches", "Watch")),
        ("en", "battery", ("batteries",)),
        ("en", "shelf", ("shelves",)),
        ("pt-BR", "cartão presente", ("cartões presente", "cartões presentes")),
        ("pt-BR", "caneta", ("canetas",)),
        ("pt-BR", "carregador", ("carregadores",)),
        ("es", "luz", ("luces",)),
        ("fr", "cadeau", ("cadeaux",)),
        ("it", "borsa", ("borse",)),
        ("de", "Uhr", ("Uhren",)),
    ],
)
def test_plurals_that_a_rule_makes_are_found(locale, term, texts):
    terms = Glossary([Entry(locale, "ja", term, "X1")]).for_pair(locale, "ja")
    for text in texts:
        assert [hit.translation for hit in terms.find(f"~ {text} ~")] == ["X1"]


def test_languages_without_safe_rules_have_only_what_is_listed():
    terms = Glossary([Entry("cs", "en", "hodinky", "watch", forms=(("hodinek", "watch"),))]).for_pair("cs", "en")
    assert [hit.end - hit.start for hit in terms.find("hodinek, hodinkys")] == [7]


def test_a_listed_form_has_its_own_translation():
    terms = pair(entry("cushion", "almofada", forms=(("cushions", "almofadas"),)))
    assert terms.matching("two cushions") == {"cushions": "almofadas"}


@pytest.mark.parametrize(
    ("target", "translation", "plural"),
    [
        ("en", "phone case", "phone cases"),
        ("en", "glasses", "glasses"),
        ("pt-BR", "cartão", "cartões"),
        ("pt-BR", "tênis", "tênis"),
        ("pt-BR", "almofada decorativa", "almofada decorativa"),
        ("de", "Hülle", "Hülle"),
    ],
)
def test_a_made_plural_is_shown_in_the_plural_where_one_rule_gives_it(target, translation, plural):
    terms = Glossary([Entry("es", target, "funda", translation)]).for_pair("es", target)
    assert terms.matching("dos fundas, una funda") == {"fundas": plural, "funda": translation}


def test_a_name_that_stays_keeps_its_plural():
    assert pair(entry("Stickr", "Stickr")).matching("two Stickrs") == {"Stickrs": "Stickrs"}


@pytest.mark.parametrize(
    ("shown", "together"),
    [
        ("Duas almofadas decorativas.", True),
        ("Almofada - decorativa", False),
        ("ALMOFADA VENDA DECORATIVA", False),
        ("nada", False),
    ],
)
def test_a_translation_torn_apart_is_noticed(shown, together):
    assert stands_together("almofada decorativa", shown) is together


def test_a_case_sensitive_term_is_only_itself():
    terms = pair(entry("Ring", "Ring", case_sensitive=True), entry("ring", "anel"))
    assert terms.matching("a Ring and a ring") == {"Ring": "Ring", "ring": "anel"}


def test_scripts_without_spaces_are_matched_inside_a_run():
    terms = Glossary([Entry("zh-CN", "en", "手机壳", "phone case")]).for_pair("zh-CN", "en")
    assert [hit.translation for hit in terms.find("黑色手机壳现货")] == ["phone case"]


def test_nearer_locales_win_and_other_regions_of_the_target_are_not_served():
    glossary = Glossary(
        [
            Entry("en", "pt", "bus", "autocarro"),
            Entry("en-US", "pt-BR", "bus", "ônibus"),
            Entry("en", "zh-CN", "bus", "公交车"),
        ]
    )
    assert glossary.for_pair("en", "pt-BR").matching("bus") == {"bus": "ônibus"}
    assert glossary.for_pair("en-GB", "pt-PT").matching("bus") == {"bus": "autocarro"}
    assert not glossary.for_pair("en", "zh-TW")
    assert not glossary.for_pair("pt-BR", "en")


def test_a_text_that_is_a_term_has_its_translation_at_once():
    terms = pair(entry("gift card", "vale-presente"))
    assert terms.exact(" Gift card ") == " Vale-presente "
    assert terms.exact("Gift card!") is None
    assert terms.exact("blue gift card") is None


def test_a_fingerprint_changes_with_what_touches_the_text_and_nothing_else():
    before = pair(entry("case", "capa", line=2), entry("watch", "relógio", line=3))
    after = pair(entry("watch", "relógio", line=2, note="n"), entry("case", "estojo", line=3))
    assert before.fingerprint("no term") == after.fingerprint("no term") == ""
    assert before.fingerprint("a watch") == after.fingerprint("two watches") != ""
    assert before.fingerprint("a case") != after.fingerprint("a case")


def test_a_version_is_the_glossarys_whole_content():
    one, other = entry("case", "capa"), entry("watch", "relógio")
    assert Glossary().version is None
    assert Glossary([one, other]).version == Glossary([other, one]).version != Glossary([one]).version


def test_a_long_table_is_read(written):
    path = written(
        LONG + "# a remark\nen,pt_br,throw pillow,almofada decorativa,,throw pillows=almofadas decorativas|cushion,\n\n"
        'en,pt-BR,Ring,Ring,yes,,"a brand, not jewellery"\n'
    )
    first, second = load_glossary(path).entries
    assert (first.target_locale, first.line) == ("pt-BR", 3)
    assert first.forms == (("throw pillows", "almofadas decorativas"), ("cushion", "almofada decorativa"))
    assert (second.case_sensitive, second.untranslated, second.note, second.line) == (
        True,
        True,
        "a brand, not jewellery",
        5,
    )


@pytest.mark.parametrize("delimiter", ["\t", ";", ","])
def test_a_wide_table_serves_every_direction(written, delimiter):
    rows = [["en", "pt-BR", "de", "forms:de"], ["case", "capa", "Hülle", "Handyhülle"], ["strap", "", "Band", ""]]
    text = "\n".join(delimiter.join(row) for row in rows)
    glossary = load_glossary(written(b"\xef\xbb\xbf" + text.encode()))
    assert len(glossary.entries) == 8
    assert glossary.for_pair("de", "en").matching("Handyhülle, Band") == {"Handyhülle": "case", "Band": "strap"}
    assert glossary.for_pair("pt-BR", "de").matching("capa") == {"capa": "Hülle"}


def test_a_wide_row_may_serve_one_direction(written):
    path = written("en,pt-BR,source_locale\ncase,capa,\ncover,capa,en\n")
    glossary = load_glossary(path)
    assert glossary.for_pair("en", "pt-BR").matching("cover") == {"cover": "capa"}
    assert glossary.for_pair("pt-BR", "en").matching("capa") == {"capa": "case"}


@pytest.mark.parametrize(
    ("text", "line", "fault"),
    [
        (LONG + "en,pt-BR,,capa\n", 2, "term is empty"),
        (LONG + "en,pt-BR,case,\n", 2, "translation is empty"),
        (LONG + "en,qq,case,capa\n", 2, "unknown language"),
        (LONG + "en,,case,capa\n", 2, "a locale is empty"),
        (LONG + "en,en,case,capa\n", 2, "both en"),
        (LONG + "en,pt-BR,case,capa\n\nen,pt-BR,Case,capa\n", 4, "stands already for en > pt-BR in line 2"),
        (LONG + "en,pt-BR,case,capa\nen,pt-BR,case,estojo\n", 3, "'estojo' here and 'capa' for en > pt-BR in line 2"),
        (LONG + "en,pt-BR,case,capa,maybe\n", 2, "case_sensitive is 'maybe'"),
        (LONG + "en,pt-BR,case,capa,,cases=\n", 2, "lacks a side"),
        (LONG + "en,pt-BR,case,capa,,,,,more\n", 2, "9 cells"),
        (LONG + f"en,pt-BR,{'x' * 201},capa\n", 2, "no texts"),
        (LONG + "en,pt-BR,!,capa\n", 2, "no letter"),
        ("en,pt-BR\ncase,capa\ncover,capa\n", 3, "'cover' here and 'case' for pt-BR > en in line 2"),
        ("en,pt-BR\ncase,\n", 2, "only one locale"),
        ("en,pt-BR,source_locale\ncase,capa,de\n", 2, "no term in this line"),
    ],
)
def test_a_fault_is_named_with_its_line(written, text, line, fault):
    path = written(text)
    (problem,) = read_glossary(path).problems
    assert problem.line == line
    assert fault in problem.fault
    with pytest.raises(OperatorError) as caught:
        load_glossary(path)
    assert str(path) in str(caught.value)
    assert f"line {line}: " in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", "is empty"),
        ("term,translation\na,b\n", "column 'term' is no locale"),
        ("en,note\na,b\n", "one locale's column alone"),
        ("en,pt-BR,EN\na,b,c\n", "two columns"),
        ('en,pt-BR\n"a,b\n', "line"),
        (b"en,pt-BR\ncaf\xe9,caf\xe9\n", "no UTF-8"),
    ],
)
def test_what_is_no_table_is_refused(written, text, fault):
    with pytest.raises(OperatorError, match=fault) as caught:
        load_glossary(written(text))
    assert "\n" not in str(caught.value)


def test_further_faults_are_counted(written):
    with pytest.raises(OperatorError, match=r"and 1 more: `dragoman glossary check "):
        load_glossary(written(LONG + "en,qq,a,b\nen,pt-BR,,b\n"))


def test_no_file_is_an_empty_glossary_and_a_missing_one_a_mistake(tmp_path):
    assert load_glossary(None).entries == ()
    with pytest.raises(OperatorError, match="cannot read"):
        load_glossary(tmp_path / "absent.csv")


WORDS = st.lists(
    st.sampled_from(["case", "Case", "phone", "PHONE CASE", "gift", "-", "手", "é", ".", "cases"]), max_size=12
)


@given(WORDS.map(" ".join) | WORDS.map("".join) | st.text(max_size=40))
def test_any_text_has_hits_in_order_apart_and_inside(text):
    terms = pair(entry("case", "capa"), entry("phone case", "capinha"), entry("手", "mão"))
    hits = terms.find(text)
    edges = [edge for hit in hits for edge in (hit.start, hit.end)]
    assert edges == sorted(edges)
    assert all(text[hit.start : hit.end].strip() for hit in hits)
    assert bool(terms.fingerprint(text)) is bool(hits)
