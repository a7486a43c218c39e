"""Who waits, for how long, and whether it gets better."""

from deploy.grafana.sheet import BAD, GOOD, Mark, Query, Sheet, quantiles

RECORDS = "topic_partition:dragoman_consumer_lag_records:max"
SECONDS = "topic_partition:dragoman_consumer_lag_seconds:max"
TOPIC = "topic:dragoman_consumer_lag_records:sum"


def lag() -> Sheet:
    """Return the dashboard about lag, lanes and rebalances."""
    sheet = Sheet(
        "lag",
        "Lag",
        "The group's lag as every worker reads it from the side: of all input partitions, whoever holds them. "
        "The worst partition counts; sums over workers would count everything once per worker.",
    )
    _waiting(sheet)
    _lanes(sheet)
    return _group(sheet)


def _waiting(sheet: Sheet) -> None:
    sheet.row("What waits").lines(
        "Age of the oldest waiting record",
        "By its own timestamp. A curve that ends is unknown: the record could not be read in time.",
        "s",
        Query(SECONDS, "{{topic}}[{{partition}}]"),
        marks=(Mark(None, GOOD), Mark(60, "orange"), Mark(300, BAD)),
    ).lines(
        "Waiting records",
        "From the first uncommitted record to the end. With nothing committed: all there is.",
        "none",
        Query(RECORDS, "{{topic}}[{{partition}}]"),
    ).table(
        "Worst partitions", "By age of the oldest waiting record.", "s", Query(f"topk(12, {SECONDS})", "seconds")
    ).lines(
        "Arrivals and commits",
        "Offsets a second; markers of transactions count as well.",
        "none",
        Query("sum by (topic) (deriv(topic_partition:dragoman_consumer_end_offset:max[5m]))", "{{topic}} in"),
        Query("sum by (topic) (deriv(topic_partition:dragoman_consumer_committed_offset:max[5m]))", "{{topic}} done"),
    ).lines(
        "Time until nothing waits",
        "At the pace of the last five minutes. A backlog that does not shrink has no curve.",
        "s",
        Query(f"{TOPIC} / (clamp_min(-deriv({TOPIC}[5m]), 0) > 0.001) or 0 * ({TOPIC} == 0)", "{{topic}}"),
    ).lines(
        "Backlog of replays",
        "Offsets that replays under way have yet to pass, and what became of replayed records.",
        "none",
        Query("sum by (topic) (dragoman_replay_lag_records)", "{{topic}} left"),
        Query(
            "sum by (topic, outcome) (rate(dragoman_replayed_records_total[$__rate_interval]))", "{{outcome}} a second"
        ),
    )


def _lanes(sheet: Sheet) -> None:
    sheet.row("Lanes").lines(
        "In flight",
        "Records taken and not yet committed.",
        "none",
        Query("sum by (topic) (dragoman_inflight_records)", "{{topic}}"),
    ).lines(
        "Oldest in flight",
        "How long a worker has been at its oldest record.",
        "s",
        Query("max by (topic) (dragoman_oldest_unfinished_seconds)", "{{topic}}"),
    ).lines(
        "Lanes by state",
        "A lane opens, is open, drains and is closed.",
        "none",
        Query("sum by (state) (dragoman_lane_state)", "{{state}}"),
    ).lines(
        "State read by opening lanes",
        "How far the slowest lane of each topic has read its state.",
        "percentunit",
        Query("min by (topic) (dragoman_lane_restored_ratio)", "{{topic}}"),
        width=6,
    ).lines(
        "Opening a lane",
        "Fencing, reading state, seeking.",
        "s",
        *quantiles("dragoman_lane_open_seconds", "topic", legend="{{topic}}"),
        width=6,
    ).lines(
        "One transaction",
        "Begin to commit.",
        "s",
        *quantiles("dragoman_transaction_seconds", "topic", legend="{{topic}}"),
        width=6,
    ).lines(
        "Lanes that start again",
        "They lost their transaction or producer, or another owner took over. Nothing is lost; work is done again.",
        "none",
        Query("sum by (topic) (increase(dragoman_lane_reopens_total[10m]))", "{{topic}}"),
        Query("sum by (topic) (increase(dragoman_lane_fences_total[10m]))", "{{topic}} taken over"),
        width=6,
    )


def _group(sheet: Sheet) -> Sheet:
    return (
        sheet.row("Group")
        .lines(
            "Partitions by worker",
            "What the group has given to whom.",
            "none",
            Query("dragoman_assigned_partitions", "{{instance}}"),
        )
        .lines(
            "Partitions nobody holds",
            "Their records wait.",
            "none",
            Query("sum by (topic) (1 - topic_partition:dragoman_consumer_partition_owned:max)", "{{topic}}"),
        )
        .lines(
            "Rebalances in ten minutes",
            "More than three, and the group does not come to rest. Lanes that come back keep their work in flight.",
            "none",
            Query("max(increase(dragoman_rebalances_total[10m]))", "rebalances"),
            Query("sum(increase(dragoman_lanes_kept_total[10m]))", "lanes kept"),
            Query("sum(rate(dragoman_rebalance_seconds_sum[10m])) * 600", "seconds held up"),
            marks=(Mark(None, GOOD), Mark(3, "orange")),
        )
    )
