"""schemas/metrics/supervision.yaml, but for what clocks say"""
from .fold import THOUSAND, Rounds, month

GOOD = {"on_schedule", "ahead", "finished"}


def count(read, figures):
    if read.cases("supervision"):
        figures.ratios(["supervision.on_schedule_rate"], "suspended", "cancelled", "unverified")
    for case, events in read.cases("supervision"):
        dispatched, round, status = None, 1, Rounds()
        for event in events:
            if event["event"] == "dispatched" and dispatched is None:
                dispatched = month(event["time"])
            elif event["event"] == "reopened":
                round += 1
            status.set(round, event.get("data", {}).get("status"))
        if dispatched is None:
            continue
        state = read.answer(case)["state"]
        figures.ratio("supervision.on_schedule_rate", dispatched, status.last in GOOD, THOUSAND, excepted={
            "suspended": state == "suspended", "cancelled": state == "cancelled", "unverified": status.last is None})
