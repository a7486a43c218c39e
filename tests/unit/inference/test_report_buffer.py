from inference.scheduling.report_buffer import EVERY_S, ReportBuffer
from schemas.report import BatchRun, ModelFailed

FAILED = ModelFailed("a", "no memory", poison=False)


class Clock:
    now_s = 50.0

    def __call__(self):
        return self.now_s


def run(model, rows, waits, **values):
    values = {"capacity": 16, "tokens": 10, "padded_tokens": 12, "seconds": 0.25} | values
    return BatchRun(model, rows=rows, queue_wait_s=waits, **values)


def test_runs_of_one_model_are_summed_and_others_are_not_touched():
    clock = Clock()
    buffer = ReportBuffer(clock)
    buffer.add(run("a", 4, (0.1,)))
    buffer.add(run("b", 9, ()))
    buffer.add(run("a", 8, (0.2, 0.3), steps=3, capacity=24))
    assert buffer.take() == [
        BatchRun(
            "a",
            rows=7,
            capacity=22,
            tokens=20,
            padded_tokens=24,
            queue_wait_s=(0.1, 0.2, 0.3),
            seconds=0.5,
            steps=4,
        ),
        run("b", 9, ()),
    ]
    assert buffer.take() == []


def test_a_busy_thread_reports_its_runs_ten_times_a_second_and_faults_at_once():
    clock, told = Clock(), []
    buffer = ReportBuffer(clock)
    for _ in range(1000):
        clock.now_s += 0.004
        buffer.add(run("a", 4, (0.1,)))
        told += buffer.take(at_rest=False)
    assert 4 / EVERY_S * 0.9 <= len(told) <= 4 / EVERY_S
    told += buffer.take(at_rest=True)
    assert sum(report.steps for report in told) == 1000
    buffer.add(run("a", 4, ()))
    buffer.add(FAILED)
    assert buffer.take(at_rest=False) == [FAILED]
