"""What was due, and what of it was done in time, by the month of the due date: from each case's own clocks."""
from .fold import instant, month

COUNTED = ("running", "overdue", "met", "late")
VERIFIED = ("completed", "concluded", "under_review", "rectifying", "closed")  # of a supervised matter; a claim alone is none


def met(value, _):
    return value == "met"


def done(value, _):
    return value in ("met", "late")


# kind, part or None, clock, metric, what counts as good: of the clock's value and its case's or part's state
RATES = [
    ("hotline-ticket", None, "handle", "hotline.on_time_rate", met),
    ("hotline-ticket", None, "handle", "hotline.completion_rate", done),
    ("proposal", None, "reply", "proposal.on_time_rate", met),
    ("proposal", None, "reply", "proposal.reply_rate", done),
    ("proposal", "share", "answer", "proposal.share_on_time_rate", met),
    ("proposal", "assist", "opinion", "proposal.assist_on_time_rate", lambda value, state: value == "met" and state == "given"),
    ("proposal", "promise", "keep", "proposal.promise_kept_rate", met),
    ("supervision", None, "complete", "supervision.completion_rate", lambda value, state: done(value, state) and state in VERIFIED),
    ("supervision", None, "complete", "supervision.completion_rate.on_time", lambda value, state: value == "met" and state in VERIFIED),
    ("supervision", "report", "report", "supervision.report_on_time_rate", met),
    ("supervision", "milestone", "reach", "supervision.milestone_rate", met),
]


def clocks_of(answer, part, name):
    """Of the case, or of each of its parts of that sort that was not taken back, the newest clock of that name; and their state."""
    owners = [answer] if part is None else [one for one in answer.get("parts", []) if one["part"] == part and one["state"] != "cleared"]
    for owner in owners:
        clocks = [clock for clock in owner.get("clocks", []) if clock["clock"] == name]
        if clocks:
            yield clocks[-1], owner.get("state")


# Those that have the variant that knows of no extension.
BY_FIRST_DEADLINE = {"hotline.on_time_rate", "proposal.on_time_rate"}


def has_come(due, answer):
    return due and instant(due) <= instant(answer["at"])


def count(read, figures):
    for kind, part, name, metric, good in RATES:
        if read.cases(kind):
            figures.ratios([metric, f"{metric}.original_due"] if metric in BY_FIRST_DEADLINE else [metric])
        for case, _ in read.cases(kind):
            answer = read.answer(case)
            for clock, state in clocks_of(answer, part, name):
                if clock["value"] not in COUNTED:
                    continue
                due, first = clock["due"], clock.get("original_due")
                if has_come(due, answer):
                    figures.ratio(metric, month(due), good(clock["value"], state))
                if metric in BY_FIRST_DEADLINE and has_come(first, answer):
                    in_time = clock["value"] == "met" and instant(clock["stop"]) <= instant(first)
                    figures.ratio(f"{metric}.original_due", month(first), in_time)
