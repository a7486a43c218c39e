"""The builder of planted faults: what it edits was the same in both texts, and the corpus kept is what it makes."""

from random import Random

import pytest

from bench import plant_faults
from bench.planting import STRICT, across, amounts, carried, wording

ALL = {**amounts.EDITS, **carried.EDITS, **wording.EDITS}


def line(source, translation, source_locale="en", target_locale="pt-BR", **more):
    return {
        "id": "x",
        "source": source,
        "translation": translation,
        "source_locale": source_locale,
        "target_locale": target_locale,
        "origin": "test",
        **more,
    }


def spoiled(kind, given):
    """Everything that the edit makes of a line, over many draws."""
    changes = [ALL[kind](given, Random(seed)) for seed in range(40)]
    return {change["translation"] for change in changes if change is not None}


@pytest.mark.parametrize(
    ("kind", "given", "made"),
    [
        ("number_dropped", line("Pack of 3", "Pacote com 3"), {"Pacote com"}),
        ("digit_dropped", line("12 months", "12 meses"), {"1 meses", "2 meses"}),
        ("decimal_shifted", line("2.5 kg", "2,5 kg"), {"25 kg", "25,0 kg"}),
        ("quantities_swapped", line("5 kg, 30 cm", "5 kg, 30 cm"), {"30 kg, 5 cm"}),
        ("unit_changed", line("5 kg", "5 кг", target_locale="ru"), {"5 г"}),
        ("unit_dropped", line("5 kg", "5 kg"), {"5"}),
        ("unit_word_changed", line("4 hours", "4 horas"), {"4 minutos"}),
        ("currency_dropped", line("€5 off", "5\u00a0€ de desconto"), {"5 de desconto"}),
        ("minus_dropped", line("at -18 °C", "a -18 °C"), {"a 18 °C"}),
        ("percent_dropped", line("15% off", "15 % de desconto"), {"15 de desconto"}),
        ("placeholder_dropped", line("Hi {name}!", "Oi, {name}!"), {"Oi,!"}),
        ("tag_dropped", line("<b>a</b> b", "<b>a</b> b"), {"a b"}),
        ("tag_unclosed", line("<b>a</b>", "<b>a</b>"), {"<b>a"}),
        ("tag_crossed", line("<b>a</b>", "<b>a</b>"), {"</b>a<b>"}),
        ("brand_dropped", line("The Ring bell", "A campainha Ring", protected=["Ring"]), {"A campainha"}),
        ("emoji_dropped", line("Thanks 🎉!", "Obrigado 🎉!"), {"Obrigado!"}),
        ("negation_dropped", line("It does not work.", "Não funciona."), {"Funciona."}),
        ("negation_added", line("The file can be sent.", "O arquivo pode ser enviado."), {"O arquivo não pode ser enviado."}),
        ("partly_untranslated", line("The parcel is late today, sorry. Please wait for it.", "Atrasou. Aguarde, por favor."),
         {"The parcel is late today, sorry. Aguarde, por favor."}),
    ],
)  # fmt: skip
def test_an_edit_takes_away_what_both_texts_had(kind, given, made):
    assert spoiled(kind, given) == made


@pytest.mark.parametrize(
    ("kind", "given"),
    [
        ("number_dropped", line("The 1st try", "A primeira tentativa, 2 no total")),  # 2 is not in the source
        ("number_changed", line("See https://x.example/3", "Veja https://x.example/3")),
        ("number_changed", line("{0} files", "{0} arquivos")),
        ("date_changed", line("Order BR-2026-17", "Pedido BR-2026-17")),
        ("unit_dropped", line("5 kg", "cinco")),
        ("placeholder_dropped", line("Hi {name}", "Oi, {nome}")),
        ("negation_dropped", line("It never stops.", "Não para nunca.")),  # denied twice in the translation
        ("negation_added", line("It can fail.", "Não pode dar certo.")),
        ("brand_dropped", line("The Ring bell", "A campainha Anel", protected=["Ring"])),
        ("sku_changed", line("Model AB-12", "Modelo AB-13")),
        ("sentence_lost", line("One two three.", "Um. Dois. Três.")),
        ("untranslated", line("Home", "Início")),
        ("time_changed", line("Open at noon", "Abre às 12:00")),
    ],
)
def test_what_is_not_the_same_in_both_texts_is_left_alone(kind, given):
    assert spoiled(kind, given) == set()


def test_a_wrong_language_is_the_same_statement_in_another():
    lines = [
        line("The parcel is late again.", "A encomenda está atrasada mais uma vez.", id="pt"),
        line("The parcel is late again.", "Das Paket kommt schon wieder zu spät an.", target_locale="de", id="de"),
        line("The parcel is late again.", "El paquete llega tarde otra vez más.", target_locale="es", id="es"),
    ]
    edit = across.edits(lines)["wrong_language"]
    assert edit(lines[0], Random(1)) == {"translation": lines[1]["translation"]}  # Spanish is too near


def test_the_draw_depends_on_the_kind_alone():
    lines = [line(f"{n} parcels arrived", f"{n} encomendas chegaram", id=f"l{n}") for n in range(20, 60)]
    assert plant_faults.plant(lines, 5) == plant_faults.plant(lines, 5)
    kinds = [fault["fault"] for fault in plant_faults.plant(lines, 5)]
    assert all(kinds.count(kind) <= 5 for kind in kinds)
    assert len({fault["of"] for fault in plant_faults.plant(lines, 5) if fault["fault"] == "number_changed"}) == 5


def test_every_strict_kind_is_a_kind():
    made_by_hand = {"brand_translated"}
    known = set(ALL) | set(across.edits([])) | made_by_hand
    assert {kind for members in STRICT.values() for kind in members} <= known


@pytest.mark.parametrize("split", plant_faults.SPLITS)
def test_the_corpus_kept_is_what_the_builder_makes(split):
    kept = plant_faults.read_lines(plant_faults.CORPORA / "planted" / split)
    clean = plant_faults.read_lines(plant_faults.CORPORA / "clean" / split)
    made = plant_faults.plant(clean, plant_faults.EACH // len(plant_faults.SPLITS))
    assert made == kept, "run python bench/plant_faults.py"
    by_id = {one["id"]: one for one in clean}
    assert len(by_id) == len(clean)
    assert all(fault["translation"] != by_id[fault["of"]]["translation"] for fault in kept)


def test_the_corpora_are_as_large_as_they_say_and_apart():
    clean = {split: plant_faults.read_lines(plant_faults.CORPORA / "clean" / split) for split in plant_faults.SPLITS}
    faults = [
        f for split in plant_faults.SPLITS for f in plant_faults.read_lines(plant_faults.CORPORA / "planted" / split)
    ]
    published = [one for lines in clean.values() for one in lines if one["origin"] != "written for this corpus"]
    assert len(published) >= 2000
    assert len({one["target_locale"] for one in published}) >= 30
    assert len(faults) >= 1200
    assert len({fault["fault"] for fault in faults}) >= 30
    origins = [
        {one["origin"] for one in lines if one["origin"] != "written for this corpus"} for lines in clean.values()
    ]
    assert not origins[0] & origins[1]
