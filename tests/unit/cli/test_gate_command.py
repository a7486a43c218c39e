"""`dragoman gate`: files, standard input, one case; answers in order, errors in one line."""

import json

import pytest
from typer.testing import CliRunner

from cli import main
from cli.gate_cases import BadCase, read_case
from schemas.errors import OperatorError

SOUND = {
    "id": 7,
    "source": "The box is light.",
    "translation": "A caixa é leve.",
    "source_locale": "en",
    "target_locale": "pt_br",
}
BROKEN = {
    "source": "Hi {name}, it costs 5 euros.",
    "translation": "Oi, custa 5 euros.",
    "source_locale": "en_US.UTF-8",
    "target_locale": "pt-BR",
    "note": "kept",
}


def run(*arguments, stdin=None):
    return CliRunner().invoke(main.build_app(["gate"]), ["gate", *arguments], input=stdin)


def lines(*cases):
    return "".join(json.dumps(case, ensure_ascii=False) + "\n" for case in cases)


def test_answers_come_in_order_with_all_keys_of_their_lines(tmp_path):
    file = tmp_path / "cases.jsonl"
    file.write_text(lines(SOUND) + "\n" + lines(BROKEN), encoding="utf-8-sig")
    result = run("--file", str(file), "--json")
    assert result.exit_code == 0
    first, second = map(json.loads, result.stdout.splitlines())
    assert first == SOUND | {"accepted": True, "reasons": []}
    assert second == BROKEN | {"accepted": False, "reasons": ["gate_placeholders"]}


def test_standard_input_is_a_file_too():
    result = run("-f", "-", "--json", stdin=lines(BROKEN, SOUND))
    assert [json.loads(line)["accepted"] for line in result.stdout.splitlines()] == [False, True]


def test_one_case_by_options():
    result = run(
        *("--source", "A Ring bell", "--translation", "Um sino", "--from", "en", "--to", "pt-BR"),
        *("--protected", "Ring", "--term", "bell=campainha", "--json"),
    )
    answer = json.loads(result.stdout)
    assert answer["reasons"] == ["gate_protected", "gate_glossary"]
    assert answer["protected"] == ["Ring"]


def test_the_table_names_laws_and_cases():
    cases = (BROKEN | {"id": "first"}, SOUND | {"expected": True}, BROKEN | {"expected": False})
    result = run("--file", "-", stdin=lines(*cases))
    assert result.exit_code == 0
    assert "gate_placeholders" in result.stdout
    assert "first" in result.stdout
    assert "3 judged, 2 refused" in result.stdout
    assert "1 of 1 faults refused, 0 of 1 sound ones refused" in result.stdout


def test_html_attributes_in_a_case_are_no_styles_of_the_terminal():
    case = SOUND | {"translation": "A [/bold] caixa {x} leve."}
    assert run("--file", "-", stdin=lines(case)).exit_code == 0


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("{", "no JSON object"),
        ("[1]", "no JSON object"),
        ('{"source": "a"}', "needs `translation`"),
        (json.dumps(SOUND | {"source": 5}), "`source` must be a string"),
        (json.dumps(SOUND | {"target_locale": "klingon!"}), "`target_locale`: no BCP-47 tag"),
        (json.dumps(SOUND | {"protected": [1]}), "`protected` must be a list of strings"),
        (json.dumps(SOUND | {"glossary": {"a": 1}}), "`glossary` must be an object of strings"),
        (json.dumps(SOUND | {"rating": 11}), "`rating` must be a number from 1 to 5"),
    ],
)
def test_a_line_that_is_no_case_ends_the_run_with_its_number(line, says):
    result = run("--file", "-", "--json", stdin=lines(SOUND) + line + "\n")
    assert isinstance(result.exception, OperatorError)
    assert str(result.exception).startswith("standard input line 2: ")
    assert says in str(result.exception)
    assert "\n" not in str(result.exception)


def test_keep_going_answers_every_line_and_still_fails():
    result = run("--file", "-", "--json", "--keep-going", stdin="{\n" + lines(SOUND))
    bad, good = map(json.loads, result.stdout.splitlines())
    assert bad["where"] == "standard input line 1"
    assert "error" in bad
    assert good["accepted"] is True
    assert isinstance(result.exception, OperatorError)


@pytest.mark.parametrize("arguments", [(), ("--file", "x", "--source", "y")])
def test_a_file_or_a_case(arguments):
    assert "either" in str(run(*arguments).exception)


def test_a_missing_file_is_named(tmp_path):
    told = str(run("--file", str(tmp_path / "gone.jsonl")).exception)
    assert told.startswith("cannot read")
    assert "gone.jsonl" in told


@pytest.mark.parametrize(
    ("tag", "locale"),
    [
        ("pt_br", "pt-BR"),
        ("PT-br", "pt-BR"),
        ("zh_Hans_CN", "zh-Hans-CN"),
        ("de_DE.UTF-8", "de-DE"),
        ("sr@latin", "sr-Latn"),
        ("eng", "en"),
        ("iw", "he"),
    ],
)
def test_locales_are_read_in_any_common_spelling(tag, locale):
    assert read_case(SOUND | {"target_locale": tag}).target_locale == locale


def test_null_is_a_key_left_out():
    case = read_case(SOUND | {"field": None, "format": None, "protected": None, "glossary": None, "rating": None})
    assert (case.field, case.format, case.protected, case.glossary, case.rating) == ("text", "text", (), {}, None)


def test_a_single_term_and_a_rating_with_a_fraction_are_understood():
    case = read_case(SOUND | {"protected": "Ring", "rating": 4.0})
    assert (case.protected, case.rating) == (("Ring",), 4)


def test_a_list_for_a_field_is_no_case():
    with pytest.raises(BadCase, match="field"):
        read_case(SOUND | {"field": ["title"]})
