"""What could not be processed, why, and what to do."""

from deploy.grafana.sheet import BAD, GOOD, Mark, Query, Sheet

HOUR = "topic_reason:dragoman_dead_letters:increase1h"
TEN_MINUTES = "topic_reason:dragoman_dead_letters:increase10m"
WHAT_TO_DO = """\
```
dragoman dead-letters list --summary
dragoman dead-letters list --since 1h
dragoman dead-letters show ID
dragoman dead-letters replay --reason REASON --dry-run
```
Nothing is lost: each holds its original bytes, and a replay puts it back exactly once. Reasons: docs/dead-letters.md.
"""


def letters() -> Sheet:
    """Return the dashboard about dead letters and dropped events."""
    return (
        Sheet(
            "dead-letters", "Dead letters", "Records that could not be processed, and good ones that said nothing new."
        )
        .row("Dead letters")
        .numbers(
            "In the last hour",
            "All topics, all reasons.",
            "none",
            Query(f"sum({HOUR}) or vector(0)", "dead letters"),
            marks=(Mark(None, GOOD), Mark(1, "orange"), Mark(20, BAD)),
        )
        .lines(
            "In ten minutes, by reason",
            "A series that begins counts from its first letter.",
            "none",
            Query(f"sum by (reason) ({TEN_MINUTES})", "{{reason}}"),
            width=12,
        )
        .words("What to do", WHAT_TO_DO)
        .lines(
            "Share of records",
            "Of the last ten minutes, by input topic. Above 1%, and five letters, somebody is paged.",
            "percentunit",
            Query(f"sum by (topic) ({TEN_MINUTES}) / topic:dragoman_events_consumed:increase10m", "{{topic}}"),
            marks=(Mark(None, GOOD), Mark(0.01, BAD)),
            width=12,
        )
        .table("By topic and reason", "In the last hour.", "none", Query(f"sort_desc({HOUR} > 0)", "letters"), width=12)
        .row("Beside them")
        .lines(
            "Dropped",
            "Good events that led to no output: stale, unchanged or seen before. No letters, and nothing to do.",
            "eps",
            Query(
                "sum by (topic, reason) (rate(dragoman_events_dropped_total[$__rate_interval]))", "{{topic}} {{reason}}"
            ),
            width=12,
        )
        .lines(
            "Since the workers started",
            "By reason.",
            "none",
            Query("sum by (reason) (dragoman_dead_letters_total)", "{{reason}}"),
            width=12,
        )
    )
