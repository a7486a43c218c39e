"""`dragoman evaluate` over the bundled models."""

import csv
import json
import subprocess
import sys
from pathlib import Path

import pytest
import sacrebleu

pytestmark = pytest.mark.models

DRAGOMAN = Path(sys.executable).with_name("dragoman")
SET = Path(__file__).parents[1] / "data" / "commerce-en-pt.tsv"


def evaluate(*arguments):
    return subprocess.run(
        [DRAGOMAN, "evaluate", *map(str, arguments)], capture_output=True, text=True, check=False, timeout=200
    )


def test_scores_are_sacrebleus_and_every_text_has_a_verdict(tmp_path):
    written = tmp_path / "out.tsv"
    done = evaluate("--pair", "en-pt", "--set", SET, "--json", "--out", written)
    assert done.returncode == 0, done.stderr
    shown = json.loads(done.stdout)
    with written.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    assert shown["sentences"] == len(rows) == len(SET.read_text("utf-8").splitlines()) - 1
    hypotheses, references = [row["hypothesis"] for row in rows], [[row["reference"] for row in rows]]
    assert shown["chrf"] == round(sacrebleu.corpus_chrf(hypotheses, references).score, 2)
    assert shown["bleu"] == round(sacrebleu.corpus_bleu(hypotheses, references).score, 2)
    assert shown["chrf"] > 60
    assert all(signature.startswith("nrefs:1|") for signature in shown["signatures"].values())
    assert sum(shown["origins"].values()) == len(rows)
    assert shown["fallbacks"] == sum(row["origin"] == "copied" and bool(row["warnings"]) for row in rows)
    assert sum(shown["verdicts"].values()) >= len(rows)
    assert shown["sentences_per_second"] > 0
    assert shown["requests"] >= shown["segments"] - shown["recalled"] >= len(rows) / 2
    assert shown["retries"] < shown["requests"]


def test_texts_that_fall_back_to_their_source_are_counted():
    # English told to be Portuguese mostly comes back as it went in, and the gate says so.
    shown = json.loads(evaluate("--pair", "pt-en", "--set", SET, "--json").stdout)
    assert shown["fallbacks"] == shown["origins"]["copied"] > 100
    assert shown["verdicts"]["copied"] > 100
    assert shown["retries"] >= shown["refused"]["copied"] > 100
    assert shown["chrf"] < 40


def test_a_set_of_json_lines_is_read_backwards(tmp_path):
    lines = [{"source": "The parcel is late.", "translation": "A encomenda está atrasada."}]
    path, written = tmp_path / "set.jsonl", tmp_path / "out.tsv"
    path.write_text("\n".join(json.dumps(line) for line in lines), "utf-8")
    done = evaluate("--pair", "pt-en", "--set", path, "--reverse", "--json", "--out", written)
    assert json.loads(done.stdout)["sentences"] == 1, done.stderr
    row = written.read_text("utf-8").splitlines()[1].split("\t")
    assert row[:2] == ["A encomenda está atrasada.", "The parcel is late."]
    assert "delayed" in row[2] or "late" in row[2]


def test_people_get_tables():
    done = evaluate("--pair", "pt-BR-en", "--set", SET, "--kind", "title")
    assert done.returncode == 0, done.stderr
    assert "pt-BR -> en, model tiny-pt-en" in done.stdout
    assert "chrF" in done.stdout


@pytest.mark.parametrize("pair", ["en-fr", "en", "pt-pt", "english-portuguese", "en-pt-PT", "-"])
def test_an_unknown_pair_is_one_line_that_names_the_known(pair):
    done = evaluate(f"--pair={pair}", "--set", SET)
    assert done.returncode == 2
    assert done.stderr == f"dragoman: no model translates {pair!r}: the pairs are en-pt-BR, pt-BR-en\n"
