"""schemas/metrics/proposal.yaml, but for what clocks say"""
from .fold import THOUSAND, Rounds, month

SOLVED = "A"  # of proposal.classes
NOT_POSSIBLE = "C"
FAIR = {"satisfied", "basically_satisfied"}
PER_ROUND = ("class", "form", "face_level", "result")


class Proposal:
    def __init__(self, events):
        self.replied = None  # the month of the first reply
        self.rehandled = 0
        self.mode = None
        self.key_level = "none"
        self.rounds = {name: Rounds() for name in PER_ROUND}
        self.shares = {}  # unit -> the month of its reply, its class
        for event in events:
            data = event.get("data", {})
            if event["event"] == "assigned":
                self.mode = data["mode"]
                self.key_level = data.get("key_level", self.key_level)
            elif event["event"] in ("reply_delivered", "shares_answered") and self.replied is None:
                self.replied = month(event["time"])
            elif event["event"] == "rehandling_ordered":
                self.rehandled += 1
            elif event["event"] == "share_replied":
                self.shares[data["part"]] = (month(event["time"]), data["class"])
            if event["event"] in ("reply_signed", "reply_delivered", "rated"):
                for name, values in self.rounds.items():
                    values.set(self.rehandled + 1, data.get(name))

    def last(self, name):
        return self.rounds[name].last

    @property
    def face_to_face(self):
        return self.last("form") in ("face", "both") and (self.key_level == "none" or self.last("face_level") == "head")


NAMES = ("share_solved_rate", "share_implementation_rate", "response_rate", "redo_rate", "satisfaction.v1", "satisfaction.v2",
         "first_round_satisfaction", "redo_satisfaction")
BUT_SEPARATE = ("face_reply_rate", "solved_rate", "implementation_rate")


def count(read, figures):
    if read.cases("proposal"):
        figures.ratios(f"proposal.{name}" for name in NAMES)
        figures.ratios((f"proposal.{name}" for name in BUT_SEPARATE), "separate")
    for _, events in read.cases("proposal"):
        case = Proposal(events)
        for replied, kind in case.shares.values():
            figures.ratio("proposal.share_solved_rate", replied, kind == SOLVED)
            figures.ratio("proposal.share_implementation_rate", replied, kind != NOT_POSSIBLE, THOUSAND)
        if case.replied is None:
            continue

        def add(name, good, weight=1, **more):
            figures.ratio(f"proposal.{name}", case.replied, good, weight, **more)

        separate = {"separate": case.mode == "separate"}
        add("face_reply_rate", case.face_to_face, excepted=separate)
        add("solved_rate", case.last("class") == SOLVED, excepted=separate)
        add("implementation_rate", case.last("class") not in (None, NOT_POSSIBLE), THOUSAND, excepted=separate)
        add("response_rate", case.last("result"))
        add("redo_rate", case.rehandled)
        if case.last("result"):
            add("satisfaction.v1", case.last("result") in FAIR, THOUSAND)
            add("satisfaction.v2", case.last("result") == "satisfied", THOUSAND)
        for name, round in (("first_round_satisfaction", 1), ("redo_satisfaction", 2)):
            if result := case.rounds["result"].at(round):
                add(name, result in FAIR, THOUSAND)
