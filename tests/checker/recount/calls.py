"""schemas/metrics/calls.yaml"""
from .fold import month

SHORT_HANGUP_S = 10  # hotline.short_hangup_s
QUICK_S = 15


def count(read, figures):
    if read.cases("call"):
        figures.ratios(["calls.connection_rate"], "malicious", "line_fault", "short_hangup")
        figures.ratios(["calls.answered_15s_rate"])
    if read.cases("call-tally"):
        figures.sums(["calls.offered", "calls.answered", "calls.abandoned"])
    for _, events in read.cases("call"):
        for event in events:
            if event["event"] != "call_ended":
                continue
            period, call = month(event["time"]), event["data"]
            answered = call["outcome"] == "answered"
            figures.ratio("calls.connection_rate", period, answered, excepted={
                "malicious": call.get("malicious"),
                "line_fault": call.get("line_fault"),
                "short_hangup": call["outcome"] == "abandoned" and call["wait_s"] <= SHORT_HANGUP_S})
            if answered:
                figures.ratio("calls.answered_15s_rate", period, call["wait_s"] <= QUICK_S)
    for _, events in read.cases("call-tally"):
        for event in events:
            if event["event"] == "tallied":
                for name in ("offered", "answered", "abandoned"):
                    figures.sum(f"calls.{name}", month(event["time"]), event["data"][name])
