"""Whether every reader is told in time, and whether anything needs a person."""

from deploy.grafana.sheet import BAD, GOOD, Mark, Query, Sheet, quantiles

END_TO_END = "dragoman_event_end_to_end_seconds"


def overview() -> Sheet:
    """Return the dashboard to open first."""
    sheet = Sheet("overview", "Overview", "Objectives and what is left of their error budgets, alerts, flow, workers.")
    _objectives(sheet)
    _flow(sheet)
    return _workers(sheet)


def _objectives(sheet: Sheet) -> None:
    sheet.row("Objectives").numbers(
        "Error budget left",
        "Of the 1% that may miss the objective within 30 days. Below 0 the objective is missed.",
        "percentunit",
        Query("1 - slo:dragoman_slo_errors:ratio_rate30d / 0.01", "{{slo}}"),
        marks=(Mark(None, BAD), Mark(0, "orange"), Mark(0.25, GOOD)),
        width=8,
    ).lines(
        "Burn rate",
        "How much faster than allowed the budget is spent: at 1 it lasts exactly 30 days. A page comes at 14.4 in the "
        "last hour, or at 6 in the last six.",
        "none",
        Query("slo:dragoman_slo_errors:ratio_rate1h / 0.01", "{{slo}} 1 h"),
        Query("slo:dragoman_slo_errors:ratio_rate6h / 0.01", "{{slo}} 6 h"),
        marks=(Mark(None, GOOD), Mark(6, "orange"), Mark(14.4, BAD)),
    ).table(
        "Alerts",
        "What fires now. docs/runbook.md has a section for each.",
        "none",
        Query('sum by (alertname, severity, topic) (ALERTS{alertname=~"Dragoman.*", alertstate="firing"})', "firing"),
    )


def _flow(sheet: Sheet) -> None:
    sheet.row("Flow").lines(
        "Events in",
        "Input records whose transaction is durable.",
        "eps",
        Query("sum by (topic) (rate(dragoman_events_consumed_total[$__rate_interval]))", "{{topic}}"),
    ).lines(
        "Events out",
        "Output records by topic, in the same transactions.",
        "eps",
        Query("sum by (topic) (rate(dragoman_events_emitted_total[$__rate_interval]))", "{{topic}}"),
    ).lines(
        "How far behind",
        "Age of the oldest waiting record, of each topic's worst partition.",
        "s",
        Query("max by (topic) (topic_partition:dragoman_consumer_lag_seconds:max)", "{{topic}}"),
        marks=(Mark(None, GOOD), Mark(60, "orange"), Mark(300, BAD)),
    ).lines(
        "Record to commit",
        "Listings are promised within 30 s and parcels within 5 s, 99 of 100.",
        "s",
        *quantiles(END_TO_END, "topic", legend="{{topic}}"),
        width=12,
    ).lines(
        "Freshness by locale, p99",
        "Age of an event when what readers of a locale see of it became durable.",
        "s",
        Query(
            "histogram_quantile(0.99, sum by (le, locale) (rate(dragoman_freshness_seconds_bucket[$__rate_interval])))",
            "{{locale}}",
        ),
        width=12,
    )


def _workers(sheet: Sheet) -> Sheet:
    return (
        sheet.row("Workers")
        .numbers(
            "Workers",
            "Those that tell of themselves.",
            "none",
            Query("count(dragoman_assigned_partitions)", "workers"),
            marks=(Mark(None, BAD), Mark(1, GOOD)),
        )
        .numbers(
            "Partitions nobody holds",
            "Their records wait.",
            "none",
            Query("sum(1 - topic_partition:dragoman_consumer_partition_owned:max)", "partitions"),
            marks=(Mark(None, GOOD), Mark(1, BAD)),
        )
        .lines(
            "Processor",
            "Seconds of processor a second.",
            "none",
            Query('rate(process_cpu_seconds_total{job=~"dragoman.*"}[$__rate_interval])', "{{instance}}"),
        )
        .lines(
            "Memory",
            "Resident memory.",
            "bytes",
            Query('process_resident_memory_bytes{job=~"dragoman.*"}', "{{instance}}"),
        )
        .lines(
            "State and memory on disk",
            "What restarts begin with: lanes' state and translations.",
            "bytes",
            Query("dragoman_state_disk_bytes", "{{instance}} state"),
            Query("dragoman_memory_disk_bytes", "{{instance}} translations"),
            width=12,
        )
        .lines(
            "Open files",
            "They should not grow for days.",
            "none",
            Query('process_open_fds{job=~"dragoman.*"}', "{{instance}}"),
            width=12,
        )
    )
