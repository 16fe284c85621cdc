"""What the recounts of all kinds share: a case's events as they stand, and figures by month."""
import copy
from collections import defaultdict
from datetime import datetime, timedelta, timezone

ZONE = timezone(timedelta(hours=8))  # of the office `example`
THOUSAND = 1000  # what is weighed is told in thousandths


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


def standing(events):
    """A case's accepted events in the order they happened; None: the case was opened by mistake."""
    events = [event for event in events if event["outcome"] == "accepted" and "displaced_by" not in event]
    events = sorted(corrected(events), key=lambda event: (instant(event["time"]), event.get("sequence", 0), int(event["height"])))
    return None if any(event["event"] == "voided" for event in events) else events


class Read:
    """The cases that count, each with its events; and what Docket answers of one, asked once."""

    def __init__(self, ledger, faces):
        self.faces = faces
        self.answers = {}
        self.by_kind = defaultdict(dict)
        self.months = {month(event["time"]) for events in ledger.events.values() for event in events if event["outcome"] == "accepted"}
        for case, kind in ledger.kinds.items():
            if (events := standing(ledger.events[case])) is not None:
                self.by_kind[kind][case] = events

    def cases(self, kind):
        return self.by_kind[kind].items()

    def answer(self, case):
        if case not in self.answers:
            self.answers[case] = self.faces.case(case)
        return self.answers[case]


class Figures:
    """metric -> month -> what Docket's answer must say of it in `total`"""

    def __init__(self):
        self.rows = defaultdict(dict)
        self.nothing = {}  # metric -> what is said of a month without a case
        self.months = set()

    def ratios(self, names, *reasons):
        """These will be counted, if there is something to count; `reasons`: of what is excepted."""
        for name in names:
            self.nothing[name] = {"numerator": 0, "denominator": 0, **({"exclusions": dict.fromkeys(reasons, 0)} if reasons else {})}

    def sums(self, names):
        for name in names:
            self.nothing[name] = {"value": 0}

    def row(self, name, period):
        return self.rows[name].setdefault(period, copy.deepcopy(self.nothing[name]))

    def ratio(self, name, period, good, weight=1, excepted=()):
        """`excepted`: reason -> whether it holds, the first that holds counts."""
        row = self.row(name, period)
        for reason in excepted:
            if excepted[reason]:
                row["exclusions"][reason] += 1
                return
        row["numerator"] += weight if good else 0
        row["denominator"] += 1

    def sum(self, name, period, value=1):
        self.row(name, period)["value"] += value

    def ask_of(self, months):
        """In these too: where the histories make nothing, Docket must have nothing."""
        self.months |= months

    def expected(self):
        for name, nothing in self.nothing.items():
            for period in sorted(self.months.union(self.rows[name])):
                yield name, period, self.rows[name].get(period, nothing)


class Rounds:
    """Values of one attribute by round."""

    def __init__(self):
        self.values = {}

    def set(self, round, value):
        if value is not None:
            self.values[round] = value

    def at(self, round):
        return self.values.get(round)

    @property
    def last(self):
        return self.values[max(self.values)] if self.values else None
