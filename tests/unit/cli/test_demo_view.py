"""The demo's view at several sizes, its curves, and what its board makes of the records that come."""

import msgspec
import pytest
from rich.console import Console

from cli.demo_board import Board, Sample
from cli.demo_report import disagreement, document, examples, line, summary
from cli.demo_view import DemoView, curve, rates
from streams.feed import Sent
from streams.harvest import Harvested
from streams.lag import LagStatus, PartitionLag
from streams.scrape import LaneSeen
from streams.snapshot import ModelSeen, WorkerSeen

LISTING = {
    "title": "Garden Hose, 20 m",
    "description": "<p>Does not kink.</p> " + "It is long and green and made to last. " * 12,
    "bullets": ["Fits 3/4 inch taps", "[bold]Frost[/bold] proof"],
}
LOCALIZED = {
    "locale": "pt-BR",
    "status": "partial",
    "fields": {
        "title": {"text": "Mangueira de Jardim, 20 m", "origin": "model"},
        "description": {"text": "<p>Não dobra.</p> " + "É longa e verde e feita para durar. " * 12, "origin": "model"},
        "bullets": [
            {"text": "Serve em torneiras de 3/4 de polegada", "origin": "model"},
            {"text": "[bold]Frost[/bold] proof", "origin": "copied", "warnings": ["gate_tags"]},
        ],
    },
    "warnings": ["gate_tags:bullets"],
    "provenance": {"model": "tiny-en-pt", "pipeline_version": "1"},
}
PARCEL = {
    "locale": "zh-CN",
    "canonical_status": "delivered",
    "headline": "已送达",
    "explanation": "承运商报告您的包裹已送达。",
    "provenance": {"pipeline_version": "1"},
}
REVIEW = {
    "locale": "en",
    "rating": 2,
    "body": "Two of four were broken.",
    "original": "Dois de quatro vieram quebrados.",
    "machine_translated": True,
    "provenance": {"model": "tiny-pt-en", "pipeline_version": "1"},
}


def output(topic, value, source=None, key=b"L-1"):
    return Harvested(topic, key, None if value is None else msgspec.json.encode(value), source)


def lag(topic, committed, end):
    status = LagStatus.CAUGHT_UP if committed == end else LagStatus.MOVING
    return PartitionLag(topic, 0, 0, end, committed, end - committed, float(end - committed), owned=True, status=status)


def full_board():
    board = Board(total=162, where="Kafka at 127.0.0.1:9092")
    board.take_sent(Sent("listing-updated", 0, 0, msgspec.json.encode(LISTING)))
    board.take_sent(Sent("logistics-event", 0, 0, b'{"specversion":"1.0","data":{"vocabulary":"upu","code":"EMI"}}'))
    board.worker = WorkerSeen(
        consumed={"listing-updated": 1},
        emitted={"listing-localized.pt-BR": 2},
        dead_letters={"review-posted": {"nan": 1}},
        dropped={"listing-updated": {"stale": 1}},
        fallbacks={"gate_tags": 1},
        models={"tiny-en-pt": ModelSeen(requests=300, runs=30, rows=9.6, fill=0.6, waiting=4)},
        lanes={("listing-updated", 0): LaneSeen(in_flight=17, oldest_unfinished_s=0.1)},
    )
    board.lags = [lag("listing-updated", 1, 1), lag("logistics-event", 0, 31)]
    board.take_readiness("ready")
    for number in range(300):
        board.samples.append(Sample(number / 4, number // 2, 5 * number, max(0, 40 - number // 3)))
    board.take_output(output("logistics-localized.default", PARCEL, ("logistics-event", 0, 0), b"S-7001"))
    board.take_output(output("review-localized.en", REVIEW, key=b"R-1"))
    board.take_output(output("dead-letter", {"topic": "review-posted", "reason": "nan"}))
    board.take_output(output("listing-localized.pt-BR", LOCALIZED, ("listing-updated", 0, 0)))
    board.take_output(output("listing-localized.pt-BR", None))
    return board


def rendered(renderable, width, height):
    console = Console(width=width, height=height, color_system=None, legacy_windows=False, force_terminal=True)
    with console.capture() as captured:
        console.print(renderable)
    return captured.get().rstrip("\n").split("\n")


@pytest.mark.parametrize(("width", "height"), [(80, 24), (100, 30), (160, 50), (240, 60)])
def test_everything_is_in_view_at_every_usual_size(width, height):
    shown = rendered(DemoView(full_board()), width, height)
    assert len(shown) == height
    assert max(map(len, shown)) <= width
    text = "\n".join(shown)
    for word in ("events/s", "sentences/s", "lag", "listing-updated", "logistics-event", "tiny-en-pt", "9.6", "60%"):
        assert word in text
    for word in ("Garden Hose, 20 m", "Mangueira de Jardim, 20 m", "gate_tags", "nan 1", "stale 1", "ready", "17"):
        assert word in text
    assert "162" in text


@pytest.mark.parametrize(("width", "height"), [(40, 10), (60, 15), (1, 1), (80, 3)])
def test_a_terminal_that_is_far_too_small_does_no_harm(width, height):
    assert len(rendered(DemoView(full_board()), width, height)) <= height
    assert rendered(DemoView(Board(total=1, where="")), width, height)


def test_origins_are_told_where_there_is_room():
    assert "copied, gate_tags" in "\n".join(rendered(DemoView(full_board()), 160, 50))


def test_markup_of_a_payload_is_shown_and_not_obeyed():
    assert "[bold]Frost[/bold]" in "\n".join(rendered(DemoView(full_board()), 200, 60))


def test_a_long_text_says_that_it_goes_on_and_leaves_room_for_the_next():
    text = "\n".join(rendered(DemoView(full_board()), 100, 30))
    assert "…" in text
    assert "bullet 1" in text


def test_a_curve_has_its_maximum_at_full_height_and_shows_the_smallest_value():
    assert curve([0, 16, 8, 0.01], 6) == [" █   ".ljust(6), " ██▁".ljust(6)]
    assert curve([], 3) == ["   ", "   "]
    assert curve([0, 0], 2) == ["  ", "  "]


def test_a_long_series_is_squeezed_into_the_width_and_keeps_its_mean():
    upper, lower = curve([4.0] * 50 + [8.0] * 50, 10)
    assert (upper, lower) == (" " * 5 + "█" * 5, "█" * 10)


def test_rates_are_over_the_last_second():
    samples = [Sample(number / 4, 10 * number, 0, 0) for number in range(8)]
    assert rates(samples, lambda sample: sample.consumed)[1:] == [40.0] * 7
    assert rates(samples[:1], lambda sample: sample.consumed) == [0.0]


def test_what_came_is_counted_and_only_what_was_made_for_its_reader_is_told():
    board = full_board()
    copied = LOCALIZED | {
        "locale": "es",
        "status": "passthrough",
        "warnings": ["pair_unavailable"],
        "provenance": {"pipeline_version": "1"},
    }
    assert board.take_output(output("listing-localized.es", copied, ("listing-updated", 0, 0))) is None
    refused = REVIEW | {"warnings": ["gate_numbers:body"], "provenance": {"pipeline_version": "1"}}
    assert "gate_numbers" in line(board.take_output(output("review-localized.en", refused)))
    assert dict(board.emitted) == {
        "logistics-localized.default": 1,
        "review-localized.en": 2,
        "listing-localized.pt-BR": 2,
        "listing-localized.es": 1,
    }
    assert dict(board.by_model) == {
        "logistics-localized.default": 0,
        "review-localized.en": 1,
        "listing-localized.pt-BR": 1,
        "listing-localized.es": 0,
    }
    assert (board.withdrawn, board.dead) == (1, {"review-posted": {"nan": 1}})


def test_lines_show_where_a_text_came_from():
    board = full_board()
    assert line(board.latest).startswith(
        "pt-BR listing L-1    Garden Hose, 20 m -> Mangueira de Jardim, 20 m  [gate_tags"
    )
    parcel = board.take_output(output("logistics-localized.default", PARCEL, ("logistics-event", 0, 0), b"S-7001"))
    assert line(parcel) == "zh-CN parcel  S-7001 upu EMI -> 已送达"
    assert line(board.examples["review en"]) == (
        "en    review  R-1    Dois de quatro vieram quebrados. -> Two of four were broken."
    )


def test_the_summary_and_the_document_agree():
    board = full_board()
    console = Console(width=120, color_system=None)
    with console.capture() as captured:
        summary(board, console)
        examples(board, console)
    shown = document(board)
    assert shown["sentences"] == 300
    assert shown["dead_lettered"] == {"review-posted": {"nan": 1}}
    assert shown["by_model"] == {"listing-localized.pt-BR": 1, "review-localized.en": 1}
    assert "300 sentences" in captured.get()
    assert "nan 1" in captured.get()


def test_counts_that_differ_are_told():
    board = full_board()
    assert disagreement(board).startswith("emitted: the worker counts {'listing-localized.pt-BR': 2}, Kafka holds")
    board.worker = msgspec.structs.replace(board.worker, emitted=dict(board.emitted))
    assert disagreement(board) is None
    board.dead["review-posted"]["nan"] += 1
    assert disagreement(board).startswith("dead letters")


def test_texts_that_people_corrected_are_counted():
    board = full_board()
    corrected = LOCALIZED["fields"] | {"title": {"text": "Mangueira", "origin": "human"}}
    board.take_output(output("listing-localized.pt-BR", LOCALIZED | {"fields": corrected}))
    assert document(board)["by_people"] == board.by_people == 1
    console = Console(width=100, color_system=None)
    with console.capture() as captured:
        summary(board, console)
    assert "people had corrected them meanwhile: 1" in captured.get()
