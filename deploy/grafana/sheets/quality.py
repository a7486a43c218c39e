"""What readers get to see, and what they say about it."""

from deploy.grafana.sheet import BAD, GOOD, Mark, Query, Sheet

SAID = 'dragoman_feedback_total{verdict!="revoked"}'


def quality() -> Sheet:
    """Return the dashboard about language."""
    sheet = Sheet(
        "quality", "Language quality", "Refused and replaced texts, the memory, and readers' feedback, by locale."
    )
    _shown(sheet)
    _memory(sheet)
    return _feedback(sheet)


def _rate(metric: str, by: str, legend: str) -> Query:
    return Query(f"sum by ({by}) (rate({metric}[$__rate_interval]))", legend)


def _shown(sheet: Sheet) -> None:
    sheet.row("What is shown").lines(
        "Source texts instead of translations",
        "Events with such an output. pair_unavailable: no model knows the pair; gate_*: the gate refused; the others "
        "say why nobody could answer.",
        "eps",
        _rate("dragoman_fallbacks_total", "reason", "{{reason}}"),
    ).lines(
        "Share of events, without pairs that no model knows",
        "Of the last half hour, by input topic. Above 5% there is an alert.",
        "percentunit",
        Query(
            "sum by (topic) (topic_reason:dragoman_fallbacks:increase30m"
            '{reason!~"pair_unavailable|phrase_locale_fallback"})'
            " / topic:dragoman_events_consumed:increase30m"
            " or 0 * topic:dragoman_events_consumed:increase30m",
            "{{topic}}",
        ),
        marks=(Mark(None, GOOD), Mark(0.05, BAD)),
    ).lines(
        "Refused by the gate",
        "Translations, by locale and law; each is asked for once more before the source is shown.",
        "none",
        _rate("dragoman_gate_failures_total", "locale, reason", "{{locale}} {{reason}}"),
    ).lines(
        "Marks on outputs",
        "All of them, those about fallbacks included.",
        "eps",
        _rate("dragoman_warnings_total", "warning", "{{warning}}"),
        width=12,
    ).lines(
        "Personal data found",
        "In reviews and carriers' texts; protected, never translated.",
        "none",
        _rate("dragoman_personal_data_found_total", "kind", "{{kind}}"),
        width=12,
    )


def _memory(sheet: Sheet) -> None:
    hits = "sum by (locale) (rate(dragoman_memory_hits_total[$__rate_interval]))"
    misses = "sum by (locale) (rate(dragoman_memory_misses_total[$__rate_interval]))"
    sheet.row("Memory and corrections").lines(
        "Share of segments that the memory knows",
        "They cost no model.",
        "percentunit",
        Query(f"{hits} / ({hits} + {misses}) or 0 * {misses}", "{{locale}}"),
        width=6,
    ).lines(
        "Hits",
        "Exact, with other numbers or capitals, or corrected by a person.",
        "none",
        _rate("dragoman_memory_hits_total", "kind", "{{kind}}"),
        width=6,
    ).lines(
        "Entries",
        "At hand and on disk, and texts that people have corrected.",
        "none",
        Query("max by (layer) (dragoman_memory_entries)", "{{layer}}"),
        Query("max(dragoman_corrections_in_force)", "corrections in force"),
        width=6,
    ).lines(
        "Shared",
        "New translations told to the other workers, read from them, and not told since the broker was away.",
        "none",
        Query("sum(rate(dragoman_memory_shared_total[$__rate_interval]))", "told"),
        Query("sum(rate(dragoman_memory_learned_total[$__rate_interval]))", "read"),
        Query("sum(rate(dragoman_memory_unshared_total[$__rate_interval]))", "not told"),
        width=6,
    )


def _feedback(sheet: Sheet) -> Sheet:
    return (
        sheet.row("Readers")
        .lines(
            "What readers said",
            "Since the workers started.",
            "none",
            Query("sum by (kind, verdict) (dragoman_feedback_total)", "{{kind}} {{verdict}}"),
        )
        .lines(
            "Misunderstood",
            "Share of all that readers said, since the workers started. Look at the count too: it may be two.",
            "percentunit",
            Query(
                'sum by (kind, locale) (dragoman_feedback_total{verdict="misunderstood"})'
                f" / sum by (kind, locale) ({SAID}) or 0 * sum by (kind, locale) ({SAID})",
                "{{kind}} {{locale}}",
            ),
        )
        .lines(
            "Barrier score",
            "(misunderstanding + 1 - efficiency) / 2: 0 is best, 1 is worst. The worst worker's.",
            "none",
            Query("max by (kind, locale) (dragoman_feedback_barrier_score)", "{{kind}} {{locale}}"),
        )
    )
