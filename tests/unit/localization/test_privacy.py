import pytest

from inference.requests import Entity, ModelId, PoisonText, Priority, Tagging
from localization.privacy.rules import Finding, Personal, by_rule, redacted, without_personal
from localization.privacy.search import Search


@pytest.mark.parametrize(
    ("text", "locale", "shown"),
    [
        ("Write to ana.b@mail.example now", None, "Write to [email] now"),
        ("Meu CPF é 529.982.247-25", "pt-BR", "Meu CPF é [tax_id]"),
        ("CNPJ 11.222.333/0001-81", "pt-BR", "CNPJ [tax_id]"),
        ("Card 4111 1111 1111 1111", None, "Card [card]"),
        ("IBAN DE89 3704 0044 0532 0130 00 bitte", None, "IBAN [bank_account] bitte"),
        ("SSN 078-05-1120", "en-US", "SSN [identity]"),
        ("Call +44 20 7946 0958 today", None, "Call [phone] today"),
        ("Ligue (11) 98765-4321", "pt-BR", "Ligue [phone]"),
        ("order #A-12345 and pedido nº 998877", None, "order #[order_number] and pedido nº [order_number]"),
        ("订单号：20231105123456，请联系", "zh-CN", "订单号：[order_number]，请联系"),
        ("123-4567890-1234567 never came", None, "[order_number] never came"),
    ],
)
def test_what_has_a_form_is_found_by_rule(text, locale, shown):
    assert redacted(text, by_rule(text, locale)) == shown


@pytest.mark.parametrize(
    "text",
    [
        "Very good shoes",
        "Size 42, 500 ml, 10 x 20 cm",
        "CPF 529.982.247-26",
        "Card 4111 1111 1111 1112",
        "Barcode 4006381333931",
        "WH-1000XM4 costs R$ 1.299,90",
        "in order to get 2 of 3",
        "Ordered 12 of them",
        "DE00 3704 0044 0532 0130 00",
        "",
    ],
)
def test_other_numbers_are_nobodys(text):
    assert by_rule(text, "pt-BR") == []


class Tagger:
    """Labels what it is told, wherever it stands."""

    def __init__(self, labels=(), error=None):
        self.labels, self.error, self.asked = dict(labels), error, []
        self.tagging_model = ModelId("tags", "1")

    async def tag(self, text, *, priority):
        self.asked.append(text)
        if self.error:
            raise self.error
        found = [(text.find(word), word, *told) for word, told in self.labels.items() if word in text]
        return Tagging(
            tuple(Entity(label, at, at + len(word), score) for at, word, label, score in sorted(found)),
            self.tagging_model,
        )


async def shown(text, labels, keep=()):
    return redacted(text, await Search(Tagger(labels)).find(text, "pt-BR", Priority.REVIEW, keep))


async def test_parts_of_a_name_and_of_an_address_are_one_finding():
    labels = {
        "Maria": ("GIVEN_NAME", 0.9),
        "da Silva": ("SURNAME", 0.9),
        "Rua das Flores": ("STREET_NAME", 0.9),
        "123": ("BUILDING_NUMBER", 0.9),
        "Recife": ("CITY", 0.9),
    }
    text = "Sou Maria da Silva, Rua das Flores 123, Recife. Amei!"
    assert await shown(text, labels) == "Sou [name], [address]. Amei!"


async def test_a_town_alone_and_a_word_nobody_capitalised_are_words():
    labels = {"Recife": ("CITY", 1.0), "linda": ("GIVEN_NAME", 1.0)}
    assert await shown("Comprei em Recife, bolsa linda", labels) == "Comprei em Recife, bolsa linda"


async def test_a_brand_is_nobodys_name():
    labels = {"Michael": ("GIVEN_NAME", 0.9)}
    assert await shown("Bolsa de Michael Kors", labels, ("Michael Kors",)) == "Bolsa de Michael Kors"
    assert await shown("Bolsa de Michael Kors", labels) == "Bolsa de [name] Kors"


async def test_a_name_ends_where_its_word_ends():
    assert await shown("Obrigado ao Carlos Souza!", {"Carlos So": ("GIVEN_NAME", 0.9)}) == "Obrigado ao [name]!"


async def test_identities_need_digits_and_a_sure_tagger():
    text = "Passaporte de Ana AB123456"
    assert await shown(text, {"AB123456": ("PASSPORT", 0.9)}) == "Passaporte de Ana [identity]"
    assert await shown(text, {"AB123456": ("PASSPORT", 0.7)}) == text
    assert await shown(text, {"Passaporte": ("PASSPORT", 0.9)}) == text


@pytest.mark.parametrize("text", ["Muito bom, chegou rápido.", "这个很好，王小明", "TUDO EM MAIÚSCULAS", "é bom"])
async def test_the_tagger_is_asked_only_where_a_name_may_be(text):
    tagger = Tagger()
    assert await Search(tagger).find(text, "pt-BR", Priority.REVIEW) == ()
    assert tagger.asked == []


async def test_without_a_tagger_or_with_one_that_fails_rules_remain():
    text = "Fale com Ana Souza: ana@mail.example"
    failing = Tagger(error=PoisonText("no"))
    found = await Search(failing).find(text, "pt-BR", Priority.REVIEW)
    assert found == (Finding(text.index("ana@"), len(text), Personal.EMAIL),)
    failing.tagging_model = None
    assert await Search(failing).find(text, "pt-BR", Priority.REVIEW) == found
    assert len(failing.asked) == 1


def test_a_log_line_keeps_our_own_numbers_and_loses_what_is_anybodys():
    line = "cannot parse ana@mail.example of listing-updated[3] at 1764000000000, card 4111 1111 1111 1111, port 9092"
    assert (
        without_personal(line) == "cannot parse [email] of listing-updated[3] at 1764000000000, card [card], port 9092"
    )


async def test_a_text_is_searched_once_and_the_oldest_is_forgotten():
    tagger = Tagger({"Ana": ("GIVEN_NAME", 0.9)})
    search = Search(tagger, entries_max=2)
    for text in (
        "Obrigado, Ana!",
        "Obrigado, Ana!",
        "Ela e Ana foram.",
        "Obrigado, Ana!",
        "Com Ana Souza.",
        "Ela e Ana foram.",
    ):
        assert [one.kind for one in await search.find(text, "pt-BR", Priority.REVIEW)] == [Personal.NAME]
    assert tagger.asked == ["Obrigado, Ana!", "Ela e Ana foram.", "Com Ana Souza.", "Ela e Ana foram."]


async def test_one_sellers_brands_decide_for_nobody_else():
    search = Search(Tagger({"Michael": ("GIVEN_NAME", 0.9)}))
    text = "Bolsa de Michael Kors"
    assert await search.find(text, "pt-BR", Priority.REVIEW, ("Michael Kors",)) == ()
    assert [one.kind for one in await search.find(text, "pt-BR", Priority.REVIEW)] == [Personal.NAME]
