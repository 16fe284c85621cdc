"""Figures of the hotline counted anew from the cases' histories, by other code than Docket's: schemas/metrics/hotline.yaml in Python."""
from collections import defaultdict
from datetime import datetime, timedelta, timezone

KIND = "hotline-ticket"
ZONE = timezone(timedelta(hours=8))  # of the office `example`
GOOD = {"very_satisfied", "satisfied"}
FAIR = GOOD | {"basically_satisfied"}
PER_RATING = 1000  # satisfaction is told in thousandths


def instant(text):
    return datetime.fromisoformat(text.replace("Z", "+00:00"))


def month(text):
    return instant(text).astimezone(ZONE).strftime("%Y-%m")


def corrected(events):
    """The events as their corrections leave them. Of two corrections of one event the later recorded stands; none can be corrected itself."""
    stands = {}  # (source, id) of what is corrected -> the correction's data
    for event in sorted(events, key=lambda event: int(event["height"])):
        if event["event"] == "corrected":
            stands[event["data"]["event"]["source"], event["data"]["event"]["id"]] = event["data"]
    for event in events:
        correction = stands.get((event["source"], event["id"]), {})
        if not correction.get("void"):
            yield {**event, **correction.get("replace", {})}


class Ticket:
    """The fold of one case that the figures need."""

    def __init__(self, events):
        events = [event for event in events if event["outcome"] == "accepted" and "displaced_by" not in event]
        events = sorted(corrected(events), key=lambda event: (instant(event["time"]), event.get("sequence", 0), int(event["height"])))
        self.counts = not any(event["event"] == "voided" for event in events)
        self.concluded = None  # the month of the first
        self.reopened = 0
        self.ratings = {}  # round -> the last
        self.excluded = set()  # rounds whose rating was taken out
        for event in events:
            if event["event"] == "concluded" and self.concluded is None:
                self.concluded = month(event["time"])
            elif event["event"] == "reopened":
                self.reopened += 1
            elif event["event"] == "rated" and event.get("data", {}).get("satisfaction"):
                self.ratings[self.reopened + 1] = event["data"]["satisfaction"]
            elif event["event"] == "rating_excluded":
                self.excluded.add(self.reopened + 1)

    @property
    def rating(self):
        return self.ratings[max(self.ratings)] if self.ratings else None


def tickets(ledger):
    for case, kind in ledger.kinds.items():
        if kind == KIND and (ticket := Ticket(ledger.events[case])).counts:
            yield case, ticket


def from_histories(ledger):
    """metric -> month -> [numerator, denominator]"""
    figures = defaultdict(lambda: defaultdict(lambda: [0, 0]))

    def add(name, ticket, good, weight=1):
        row = figures[name][ticket.concluded]
        row[0] += weight if good else 0
        row[1] += 1

    for _, ticket in tickets(ledger):
        if ticket.concluded is None:
            continue
        add("hotline.response_rate", ticket, ticket.rating)
        add("hotline.redo_rate", ticket, ticket.reopened)
        if ticket.rating and not ticket.excluded:
            add("hotline.satisfaction.v1", ticket, ticket.rating in FAIR, PER_RATING)
            add("hotline.satisfaction.v2", ticket, ticket.rating in GOOD, PER_RATING)
        if 1 in ticket.ratings and 1 not in ticket.excluded:
            add("hotline.first_round_satisfaction", ticket, ticket.ratings[1] in FAIR, PER_RATING)
    return figures


def from_clocks(ledger, faces):
    """On time and completed, from each case's own clocks: by the month of the due date."""
    figures = defaultdict(lambda: defaultdict(lambda: [0, 0]))
    for case, _ in tickets(ledger):
        for clock in faces.case(case)["clocks"]:
            if clock["clock"] != "handle" or clock["value"] not in ("running", "overdue", "met", "late") or not clock["due"]:
                continue
            for name, good in (("hotline.on_time_rate", clock["value"] == "met"), ("hotline.completion_rate", clock["value"] in ("met", "late"))):
                row = figures[name][month(clock["due"])]
                row[0] += good
                row[1] += 1
    return figures


def metrics(ledger, faces):
    counted = {**from_histories(ledger), **from_clocks(ledger, faces)}
    for name, months in counted.items():
        for period, (numerator, denominator) in sorted(months.items()):
            status, answer = faces.metric(name, period=period, consistency="strong")
            total = answer.get("total", {})
            if status != 200 or total.get("numerator") != numerator or total.get("denominator") != denominator:
                yield (f"metric: {name} of {period} is {total.get('numerator')} of {total.get('denominator')} (status {status}), and the "
                       f"histories make {numerator} of {denominator}")
