"""schemas/metrics/hotline.yaml"""
from .fold import THOUSAND, Rounds, month

GOOD = {"very_satisfied", "satisfied"}
FAIR = GOOD | {"basically_satisfied"}


class Ticket:
    """The fold of one case that the figures need."""

    def __init__(self, events):
        self.concluded = None  # the month of the first
        self.reopened = 0
        self.rating = Rounds()
        self.excluded = set()  # rounds whose rating was taken out
        for event in events:
            if event["event"] == "concluded" and self.concluded is None:
                self.concluded = month(event["time"])
            elif event["event"] == "reopened":
                self.reopened += 1
            elif event["event"] == "rated":
                self.rating.set(self.reopened + 1, event.get("data", {}).get("satisfaction"))
            elif event["event"] == "rating_excluded":
                self.excluded.add(self.reopened + 1)


NAMES = ("response_rate", "redo_rate", "satisfaction.v1", "satisfaction.v2", "first_round_satisfaction")


def count(read, figures):
    if read.cases("hotline-ticket"):
        figures.ratios(f"hotline.{name}" for name in NAMES)
    for _, events in read.cases("hotline-ticket"):
        ticket = Ticket(events)
        if ticket.concluded is None:
            continue

        def add(name, good, weight=1):
            figures.ratio(f"hotline.{name}", ticket.concluded, good, weight)

        add("response_rate", ticket.rating.last)
        add("redo_rate", ticket.reopened)
        if ticket.rating.last and not ticket.excluded:
            add("satisfaction.v1", ticket.rating.last in FAIR, THOUSAND)
            add("satisfaction.v2", ticket.rating.last in GOOD, THOUSAND)
        if ticket.rating.at(1) and 1 not in ticket.excluded:
            add("first_round_satisfaction", ticket.rating.at(1) in FAIR, THOUSAND)
