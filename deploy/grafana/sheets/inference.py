"""What the models do, and what their callers wait for."""

from deploy.grafana.sheet import BAD, GOOD, Mark, Query, Sheet, mean, quantiles

HERE = '{instance=~"$instance"}'
WIDE = 12


def inference() -> Sheet:
    """Return the dashboard about the pool, its batches and its models."""
    sheet = Sheet(
        "inference", "Inference", "The pool of each worker: requests, queues, batches, failures."
    ).by_instance()
    _work(sheet)
    _batches(sheet)
    return _running(_failures(sheet))


def _rate(metric: str, legend: str, by: str = "model") -> Query:
    return Query(f"sum by ({by}) (rate({metric}{HERE}[$__rate_interval]))", legend)


def _work(sheet: Sheet) -> None:
    sheet.row("Work").lines(
        "Requests",
        "Calls of the pool, and those that joined another's computation.",
        "reqps",
        _rate("dragoman_inference_requests_total", "{{model}}"),
        _rate("dragoman_inference_shared_total", "{{model}} shared"),
    ).lines(
        "Tokens",
        "Read and written.",
        "none",
        _rate("dragoman_inference_tokens_total", "{{model}} {{direction}}", "model, direction"),
    ).lines(
        "Threads busy",
        "Seconds that threads spend in a model, a second.",
        "none",
        _rate("dragoman_inference_busy_seconds_total", "{{model}}"),
    ).lines(
        "Queue",
        "Share of a queue's places that are taken; at 100% callers wait at its door.",
        "percentunit",
        Query(
            f"max by (instance, model) (dragoman_inference_queue_depth{HERE} / dragoman_inference_queue_limit{HERE})",
            "{{model}} {{instance}}",
        ),
        marks=(Mark(None, GOOD), Mark(0.9, BAD)),
    ).lines(
        "Wait in the queue",
        "How long a request waited for its run.",
        "s",
        *quantiles("dragoman_inference_queue_wait_seconds", "model", HERE, legend="{{model}}"),
    ).lines(
        "Taken and at the door",
        "Requests that a thread works on, and callers that wait for a place in the queue.",
        "none",
        Query(f"sum by (model) (dragoman_inference_inflight_requests{HERE})", "{{model}} taken"),
        Query(f"sum by (model) (dragoman_inference_queue_door{HERE})", "{{model}} at the door"),
    )


def _batches(sheet: Sheet) -> None:
    sheet.row("Batches").lines(
        "Rows of a run",
        "Mean. Large batches use the processor better; waiting for them would cost time, so nobody does.",
        "none",
        Query(mean("dragoman_inference_batch_size", "model", HERE), "{{model}}"),
        width=6,
    ).lines(
        "Fill",
        "Rows of a run over the rows it had room for, mean.",
        "percentunit",
        Query(mean("dragoman_inference_batch_fill_ratio", "model", HERE), "{{model}}"),
        width=6,
    ).lines(
        "Padding",
        "Padding over all tokens of a run, mean: work for nothing.",
        "percentunit",
        Query(mean("dragoman_inference_padding_ratio", "model", HERE), "{{model}}"),
        width=6,
    ).lines(
        "One step",
        "A decoder's step or an encoder's run.",
        "s",
        *quantiles("dragoman_inference_step_seconds", "model", HERE, legend="{{model}}"),
        width=6,
    )


def _failures(sheet: Sheet) -> Sheet:
    return (
        sheet.row("Health")
        .lines(
            "Requests without an answer",
            "Not answered in time, out of time in the queue, callers that left, dropped since nobody wants them.",
            "reqps",
            _rate("dragoman_inference_deadline_misses_total", "{{model}} too late"),
            _rate("dragoman_inference_expired_total", "{{model}} expired in the queue"),
            _rate("dragoman_inference_cancelled_total", "{{model}} caller left"),
            _rate("dragoman_inference_evictions_total", "{{model}} dropped"),
            width=WIDE,
        )
        .lines(
            "Failures",
            "Failed runs, texts that make a model fail alone, builds that were damaged on disk.",
            "none",
            Query(
                f"sum by (model) (increase(dragoman_model_failures_total{HERE}[10m]))"
                f" or 0 * sum by (model) (dragoman_inference_requests_total{HERE})",
                "{{model}} failed runs",
            ),
            Query(
                f"sum by (model) (increase(dragoman_inference_poisoned_total{HERE}[10m]))", "{{model}} texts at fault"
            ),
            Query(
                f"sum by (model) (increase(dragoman_model_rebuilds_total{HERE}[10m]))"
                f" or 0 * sum by (model) (dragoman_inference_requests_total{HERE})",
                "{{model}} builds mended",
            ),
            width=WIDE,
        )
    )


def _running(sheet: Sheet) -> Sheet:
    return (
        sheet.table(
            "Execution providers",
            "What a model really runs on, and what the settings ask for.",
            "none",
            Query(
                f"max by (instance, model, provider, wanted) (dragoman_inference_provider_info{HERE} == 1)", "active"
            ),
            width=WIDE,
        )
        .numbers(
            "Not where it should run",
            "1 while a model, or some of its operators, runs on another provider than wanted.",
            "none",
            Query(f"max by (model) (dragoman_inference_provider_fallback{HERE})", "{{model}}"),
            marks=(Mark(None, GOOD), Mark(1, BAD)),
            width=WIDE,
        )
        .lines(
            "Stages beside the models",
            "99th percentile of one stage of one piece of work.",
            "s",
            Query(
                "histogram_quantile(0.99, sum by (le, stage)"
                f" (rate(dragoman_stage_duration_seconds_bucket{HERE}[$__rate_interval])))",
                "{{stage}}",
            ),
            width=WIDE,
        )
        .lines(
            "Words a reduced head lacks",
            "Sentences with a word of which a reduced head has no translations: they are translated with fewer words.",
            "none",
            _rate("dragoman_inference_shortlist_misses_total", "{{model}}"),
            width=WIDE,
        )
    )
