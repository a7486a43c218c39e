import pytest

from cli.evaluation_set import Example, field, read_examples
from schemas.errors import OperatorError


def read(tmp_path, content):
    path = tmp_path / "set.tsv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return read_examples(path)


def test_columns_are_found_by_name_and_others_are_left_alone(tmp_path):
    content = "\ufeffid\tReference\tnote\tsource\r\n1\tum\tx\tone\r\n\r\n2\tdois\t\ttwo\r\n"
    assert read(tmp_path, content) == [Example("one", "um"), Example("two", "dois")]


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        ('"quoted"', "quoted"),
        ('"she said ""no"""', 'she said "no"'),
        ('"Great" and "good"', '"Great" and "good"'),
        ('a 5" screen', 'a 5" screen'),
        ('"', '"'),
        ('""', ""),
        ("", ""),
    ],
)
def test_quotation_marks_go_only_where_they_enclose_the_field(cell, text):
    assert field(cell) == text


def test_a_line_separator_inside_a_text_does_not_cut_it(tmp_path):
    assert read(tmp_path, "source\treference\na\u2028b\tc\n") == [Example("a\u2028b", "c")]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("source\ttarget\na\tb\n", "has no column reference"),
        ("reference\nb\n", "has no column source"),
        ("", "has no column source"),
        ("source\treference\n", "holds no example"),
        ("source\treference\n\n \t \n", "holds no example"),
        ("source\treference\na\tb\nc\n", "line 3 .* lacks its reference"),
        ("source\treference\n\tb\n", "line 2 .* lacks its source"),
        (b"source\treference\n\xff\tb\n", "is not UTF-8: byte 17"),
    ],
)
def test_what_cannot_be_read_is_told_in_one_line(tmp_path, content, said):
    with pytest.raises(OperatorError, match=said) as refused:
        read(tmp_path, content)
    assert "\n" not in str(refused.value)


def test_a_file_that_is_not_there_is_told(tmp_path):
    with pytest.raises(OperatorError, match=r"cannot read .*absent\.tsv: No such file"):
        read_examples(tmp_path / "absent.tsv")


def test_json_lines_are_known_by_their_first_sign(tmp_path):
    content = (
        '\ufeff{"id": 1, "source": "one\u2028two", "reference": "um", "protected": ["Ring"]}\r\n\r\n'
        '{"source": "a", "translation": "b", "glossary": {"x": "y"}}\n'
    )
    assert read(tmp_path, content) == [Example("one\u2028two", "um", ("Ring",)), Example("a", "b")]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ('{"source": "a", "reference": "b"}\n{"source": "a"}', "line 2 of .* lacks its reference"),
        ('{"reference": "b"}', "line 1 of .* lacks its source"),
        ('{"source": "a", "reference": "b"}\n{"source": 1, "reference": "b"}', "line 2 of .* is not an example"),
        ('{"source": "a", "reference": "b"', "line 1 of .* is not an example"),
    ],
)
def test_a_bad_line_of_json_is_told_in_one_line(tmp_path, content, said):
    with pytest.raises(OperatorError, match=said) as raised:
        read(tmp_path, content)
    assert "\n" not in str(raised.value)
