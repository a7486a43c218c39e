import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from localization.protection.spans import AMOUNTS, CUSTOMARY, VERBATIM, Found, SpanKind, find_spans


@pytest.mark.parametrize(
    ("kind", "text", "spans"),
    [
        ("url", "Visit shop.example/x today", ("shop.example/x",)),
        ("url", "see loja.com.br for more", ("loja.com.br",)),
        ("url", "(https://a.b/c?d=1)", ("https://a.b/c?d=1",)),
        ("code", "Open manual.pdf now", ("manual.pdf",)),
        ("email", "请写信到help@shop.com的人", ("help@shop.com",)),
        ("isbn", "ISBN 978-0-306-40615-7 here", ("978-0-306-40615-7",)),
        ("isbn", "ISBN 9780306406157.", ("9780306406157",)),
        ("isbn", "ISBN 0-306-40615-2", ("0-306-40615-2",)),
        ("isbn", "ISBN 0-8044-2957-X!", ("0-8044-2957-X",)),
        ("isbn", "978 0 306 40615 7", ("978 0 306 40615 7",)),
        ("gtin", "GTIN 4006381333931 2 pcs", ("4006381333931",)),
        ("gtin", "EAN 4 006381 333931", ("4 006381 333931",)),
        ("gtin", "UPC 036000291452", ("036000291452",)),
        ("gtin", "EAN8 73513537", ("73513537",)),
        ("gtin", "ITF 10012345678902", ("10012345678902",)),
        ("code", "Order 12345678901 now", ("12345678901",)),
        ("tracking", "Track RB123456785CN now", ("RB123456785CN",)),
        ("tracking", "Track RB 123 456 785 CN now", ("RB 123 456 785 CN",)),
        ("code", "Track RB123456789CN now", ("RB123456789CN",)),
        ("tracking", "UPS 1Z12345E0205271688 ok", ("1Z12345E0205271688",)),
        ("tracking", "Amazon TBA123456789012", ("TBA123456789012",)),
        ("tracking", "USPS 9400 1000 0000 0000 0000 00", ("9400 1000 0000 0000 0000 00",)),
        ("tracking", "USPS 9400100000000000000000", ("9400100000000000000000",)),
        ("tracking", "LP00123456789012", ("LP00123456789012",)),
        ("phone", "Call +55 11 98765-4321 now", ("+55 11 98765-4321",)),
        ("phone", "Call (11) 98765-4321 now", ("(11) 98765-4321",)),
        ("phone", "Call 555-123-4567 now", ("555-123-4567",)),
        ("phone", "Call 0800 123 4567.", ("0800 123 4567",)),
        ("phone", "Appelez 01 23 45 67 89 vite", ("01 23 45 67 89",)),
        ("phone", "ruf 030/1234567 an", ("030/1234567",)),
        ("phone", "1-800-FLOWERS ok", ("1-800-FLOWERS",)),
        ("placeholder", "You have %1$s new", ("%1$s",)),
        ("placeholder", "You have %-10.2f new", ("%-10.2f",)),
        ("placeholder", "You have %lu new", ("%lu",)),
        ("placeholder", "Item %@ new", ("%@",)),
        ("placeholder", "%d%% complete", ("%d",)),
        ("placeholder", "Size %dx%d", ("%d", "%d")),
        ("placeholder", "File %1 of %2", ("%1", "%2")),
        (
            "placeholder",
            "{count, plural, one {# item} other {{n} items}} left",
            ("{count, plural, one {# item} other {{n} items}}",),
        ),
        ("placeholder", "Hi {% if x %}you{% endif %}", ("{% if x %}", "{% endif %}")),
        ("placeholder", "Hi %{name} and #{name}", ("%{name}", "#{name}")),
        ("placeholder", "Hi :name and :user_id", (":name", ":user_id")),
        ("placeholder", "Hi [[name]] [FIRST_NAME] *|FNAME|*", ("[[name]]", "[FIRST_NAME]", "*|FNAME|*")),
        ("placeholder", "Hi $name now", ("$name",)),
        ("placeholder", "Hi {{{name}}} {0}", ("{{{name}}}", "{0}")),
        ("dimensions", "Size 10 x 20 x 5 cm here", ("10 x 20 x 5 cm",)),
        ("dimensions", "Box 10cm x 20cm", ("10cm x 20cm",)),
        ("dimensions", "1920x1080 screen", ("1920x1080",)),
        ("dimensions", "30 × 40 cm.", ("30 × 40 cm",)),
        ("dimensions", "10X20X5CM box", ("10X20X5CM",)),
        ("dimensions", "Size: 10 x 5.5 x 2 in, Color", ("10 x 5.5 x 2 in",)),
        ("dimensions", '10" x 12" frame', ('10" x 12"',)),
        ("size", "Shoes EU 42, new", ("EU 42",)),
        ("size", "Shoes EU 42/US 9.5", ("EU 42", "US 9.5")),
        ("size", "US 9.5 shoes", ("US 9.5",)),
        ("size", "S/M/L/XL/XXL", ("S/M/L/XL/XXL",)),
        ("size", "Camiseta P/M/G/GG", ("P/M/G/GG",)),
        ("size", "sizes S, M, L, XL here", ("S, M, L, XL",)),
        ("size", "Only 3XL left", ("3XL",)),
        ("size", "W32 L34 jeans", ("W32 L34",)),
        ("dimensions", "32x34 jeans", ("32x34",)),
        ("size", "bra 85B white", ("85B",)),
        ("size", "baby 6-12M blue", ("6-12M",)),
        ("size", "tyre 205/55R16 91V", ("205/55R16 91V",)),
        ("money", "From R$ 49,90 today", ("R$ 49,90",)),
        ("money", "kosztuje 20 zł.", ("20 zł",)),
        ("money", "1 299,99 € net", ("1 299,99 €",)),
        ("money", "kr 200 nu", ("kr 200",)),
        ("money", "price $10–$20 ok", ("$10–$20",)),
        ("money", "价格¥199元", ("¥199",)),
        ("money", "US$ 1,000.50", ("US$ 1,000.50",)),
        ("money", "CHF 1'299.50", ("CHF 1'299.50",)),
        ("money", "20 EUR", ("20 EUR",)),
        ("date", "On 2024-05-12T10:00:00Z", ("2024-05-12T10:00:00Z",)),
        ("date", "Am 12.05.2024 kam", ("12.05.2024",)),
        ("date", "12/05 it came", ("12/05",)),
        ("time", "17h30 open", ("17h30",)),
        ("time", "at 5 pm", ("5 pm",)),
        ("version", "v2.1.3 is out", ("v2.1.3",)),
        ("version", "version 2.1.3-beta", ("2.1.3-beta",)),
        ("version", "V2 out", ("V2",)),
        ("code", "192.168.1.1 host", ("192.168.1.1",)),
        ("coordinates", "at -23.5505, -46.6333 exactly", ("-23.5505, -46.6333",)),
        ("coordinates", "40°26′46″N here", ("40°26′46″N",)),
        ("colour", "color #ff00aa is", ("#ff00aa",)),
        ("number", "#1 best", ("#1",)),
        ("handle", "use #goodshop and @my.shop", ("#goodshop", "@my.shop")),
        ("emoji", "👨\u200d👩\u200d👧 family", ("👨\u200d👩\u200d👧",)),
        ("emoji", "🇧🇷 flag 1️⃣ key", ("🇧🇷", "1️⃣")),
        ("emoji", "so :smile: yes", (":smile:",)),
        ("code", "WH-1000XM4 phones", ("WH-1000XM4",)),
        ("code", "Intel i7-12700K", ("i7-12700K",)),
        ("code", "RTX3060Ti card", ("RTX3060Ti",)),
        ("code", "1000XM4-B x", ("1000XM4-B",)),
        ("code", "123.456.789-09 CPF", ("123.456.789-09",)),
        ("code", "CEP 01310-100", ("01310-100",)),
        ("markup", "a &amp; b <b>c</b>", ("&amp;", "<b>", "</b>")),
        ("money", "$1 each", ("$1",)),
        ("imperial", "It is 2 in wide", ("2 in",)),
        ("placeholder", "Killed %1$s(%2$s%3$d) at %2$.250s", ("%1$s", "%2$s", "%3$d", "%2$.250s")),
        ("placeholder", "%I64u or %<PRIu64> bytes", ("%I64u", "%<PRIu64>")),
        ("markup", "Hi <name>, <x/> and <0>here</0>", ("<name>", "<x/>", "<0>", "</0>")),
        ("markup", "<link>there</link>", ("<link>", "</link>")),
        ("code", "between 0x42 and 0x7fffffff", ("0x42", "0x7fffffff")),
        ("brand", "An Instant Pot, THE NORTH FACE jackets", ("Instant Pot", "THE NORTH FACE")),
        (
            "url",
            "„https://a.example/b/“ und https://b.example/?q=1।",
            ("https://a.example/b/", "https://b.example/?q=1"),
        ),
        ("url", "在https://a.example/x。看", ("https://a.example/x",)),
        ("slot", "Usage: <start-point>", ("<start-point>",)),
        ("code", "a Dell M65-laptop, UTF-16-এর", ("M65", "UTF-16")),
    ],
)
def test_each_span_is_found_and_named(kind, text, spans):
    found = find_spans(text)
    assert tuple(text[one.start : one.end] for one in found) == spans
    assert {one.kind for one in found} == {SpanKind(kind)}


@pytest.mark.parametrize(
    "text",
    [
        "muito bom.de novo comprei",
        "Fim da frase.Nova frase e.g. this i.e. that",
        "We sold 12345679 units",
        "about 100 000 000 people +5 more",
        "%20 indirim ve %5 daha",
        "20% discount, 50 % in total",
        "Attention :merci beaucoup",
        "twice 2x zoom",
        "the US 50 states and UK 20 years",
        "fuse 30A white",
        "ring 17 mm",
        "open 24/7 and 1/2 cup",
        "1.234.567 people",
        "10KG 21ST 2IN1 90S 100W",
        "pages 10-20 and 5:3 ratio",
        "AT&T and Q&A R&D",
        "2 in 1",
        "I/O and A/C",
        "Der Preis ist heiß. Das war's!",
        "Wer, wenn nicht du: jetzt oder nie (vielleicht).",
        "今天天气很好。",
        "begins with https:// as all of them",
        "%#terms%# apply",
        'it is "0" or “12” or JP2',
        "An instant pot, a surface pro and Old Navyblue",
        "Só hoje, pessoal: aproveitem!",
    ],
)
def test_ordinary_text_is_no_span(text):
    assert find_spans(text) == []


@pytest.mark.parametrize(
    ("kind", "text", "span"),
    [
        ("percent", "only 20 % off", "20 %"),
        ("percent", "10-20% off", "10-20%"),
        ("measure", "with 5000 mAh inside", "5000 mAh"),
        ("measure", "from 10-15 kg on", "10-15 kg"),
        ("range", "pages 10–20 are", "10–20"),
        ("number", "It has 1.500 parts", "1.500"),
        ("number", "We sold 12345679 units", "12345679"),
    ],
)
def test_plain_numbers_are_found_when_asked_for(kind, text, span):
    assert find_spans(text) == []
    (found,) = find_spans(text, numbers=True)
    assert (found.kind, text[found.start : found.end]) == (kind, span)


def test_a_region_tells_a_phone_from_a_number():
    text = "Ring uns an: 089 636 48018 oder schreib."
    assert SpanKind.PHONE not in {one.kind for one in find_spans(text)}
    assert Found(13, 26, SpanKind.PHONE) in find_spans(text, region="DE")


@pytest.mark.parametrize("digits", ["4006381333931", "036000291452", "73513537", "10012345678902"])
def test_one_wrong_digit_makes_a_gtin_a_plain_number_or_a_code(digits):
    assert [one.kind for one in find_spans(f"no {digits}")] == [SpanKind.GTIN]
    wrong = digits[:-1] + str((int(digits[-1]) + 1) % 10)
    kinds = {one.kind for one in find_spans(f"no {wrong}")}
    assert kinds <= {SpanKind.CODE, SpanKind.TRACKING}
    assert bool(kinds) is (len(digits) >= 10)


def test_terms_are_whole_words_also_where_no_space_parts_them():
    text = "买Ring手表, RING and Ringo"
    found = [text[one.start : one.end] for one in find_spans(text, ("Ring",)) if one.kind is SpanKind.TERM]
    assert found == ["Ring", "RING"]


def test_every_kind_is_the_readers_the_customs_or_nobodys():
    assert set(SpanKind) == AMOUNTS | CUSTOMARY | VERBATIM
    assert not (AMOUNTS & CUSTOMARY)
    assert not (AMOUNTS & VERBATIM)
    assert not (CUSTOMARY & VERBATIM)


PIECES = "a|Z| |  |-|.|,|:|/|%|$|€|R$|{|}|<|>|#|@|+|(|)|[|]|x|v|1|20|978|é|ção|手|ক|👍|\u200d|\ufe0f|www.|http://|com|XL|US|kr"


@given(
    st.one_of(st.text(max_size=60), st.lists(st.sampled_from(PIECES.split("|")), max_size=25).map("".join)),
    st.booleans(),
)
def test_spans_lie_in_the_text_in_order_and_apart(text, numbers):
    found = find_spans(text, numbers=numbers)
    assert found == sorted(found)
    assert all(0 <= one.start < one.end <= len(text) for one in found)
    assert all(first.end <= second.start for first, second in itertools.pairwise(found))
