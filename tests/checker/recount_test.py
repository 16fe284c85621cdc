"""The recount against Docket: the worked example of domain.md 3.4, its late rating, then corrections of each form; then a generated city of all
kinds. After each step every figure of Docket's is what the histories make. Each comparison must fail when it should: a recount that leaves the
corrections out, or events of one sort, and a figure of each metric that is one more than it is.

recount_test.py DOCKET SOURCE_DIR
"""
import contextlib
import json
import os
import re
import subprocess
import sys
import tempfile
import unittest.mock
import urllib.request

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import recount.fold
import recount_city
import rules
from faces import Faces

DOCKET, SOURCE = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2])


def event(id, case, name, time, role, data, **more):
    return {"specversion": "1.0", "id": id, "source": "example", "type": f"org.docket.hotline-ticket.{name}.v1", "subject": case, "time": time,
            "authid": f"{role}-1", "actorrole": role, "approvedby": "chief", "data": data, **more}


def correction(id, case, target, **what):
    data = {"event": {"source": "example", "id": target}, "reason": "typed wrong", "approver": "chief", **what}
    return event(id, case, "corrected", "2017-05-02T09:00:00+08:00", "auditor", data)


def of_example(id):
    with open(f"{SOURCE}/docs/examples/worked-example.ndjson", encoding="utf-8") as file:
        return next(row for row in map(json.loads, file) if row["id"] == id)


def rated(satisfaction):
    return {"data": {**of_example("T6-7")["data"], "satisfaction": satisfaction}}


# Each must be accepted.
CORRECTIONS = [
    ("another rating of the first round", [correction("C1", "T6", "T6-7", replace=rated("basically_satisfied"))]),
    ("of two corrections the later stands", [correction("C2", "T6", "T6-7", replace=rated("very_dissatisfied"))]),
    ("a rating that never was", [correction("C3", "T6", "T6-7", void=True)]),
    ("concluded in another month", [correction("C4", "T7", "T7-4", replace={"time": "2017-02-28T11:00:00+08:00"}),
                                    correction("C5", "T7", "T7-5", replace={"time": "2017-02-28T12:00:00+08:00"})]),
    ("a case opened by mistake", [event("V1", "T5", "voided", "2017-05-02T09:00:00+08:00", "dispatcher", {"reason": "twice", "approver": "chief"})]),
]


def publish(server, events):
    for one in events:
        body = json.dumps(one).encode()
        request = urllib.request.Request(server + "/v1/events", body, {"Content-Type": "application/cloudevents+json"})
        try:
            with urllib.request.urlopen(request, timeout=60) as reply:
                answer = json.load(reply)
        except urllib.error.HTTPError as error:
            sys.exit(f"{one['id']} was refused: {error.read().decode()}")
        if answer["outcome"] != "accepted":
            sys.exit(f"{one['id']} was not accepted: {answer}")


def findings(server):
    faces = Faces(server)
    return list(recount.metrics(rules.Ledger(faces), faces))


def rows(name):
    with open(f"{SOURCE}/docs/examples/{name}", encoding="utf-8") as file:
        return [json.loads(line) for line in file]


@contextlib.contextmanager
def served(folder, before=None):
    """The address of a server on a new ledger in which `before` has been done."""
    subprocess.run([DOCKET, "ledger", "create", "--data", f"{folder}/data", "--office", "example"], check=True, stdout=subprocess.DEVNULL)
    if before:
        before(f"{folder}/data")
    process = subprocess.Popen([DOCKET, "serve", "--data", f"{folder}/data", "--listen", "127.0.0.1:0"], stdout=subprocess.PIPE, text=True)
    try:
        yield re.search(r"http://127\.0\.0\.1:\d+", process.stdout.readline()).group()
    finally:
        process.terminate()
        process.wait()


def worked_example():
    with tempfile.TemporaryDirectory() as folder, served(folder) as server:
        before = [("the worked example", rows("worked-example.ndjson")), ("the late rating", rows("worked-example-later.ndjson"))]
        for title, events in before + CORRECTIONS:
            publish(server, events)
            yield from (f"after {title}: {one}" for one in findings(server))
        with unittest.mock.patch.object(recount.fold, "corrected", lambda events: events):
            if not findings(server):
                yield "a recount that passes over the corrections is not noticed"


class Remembering(Faces):
    """Asks for each case and figure once."""

    def __init__(self, address):
        super().__init__(address)
        self.known = {}

    def case(self, case, at=None):
        if case not in self.known:
            self.known[case] = super().case(case, at)
        return self.known[case]

    def metric(self, name, **query):
        key = name, *sorted(query.items())
        if key not in self.known:
            self.known[key] = super().metric(name, **query)
        return self.known[key]


class Spoilt:
    """Faces whose figures have one more in one member of `total`."""

    def __init__(self, faces, member):
        self.faces, self.member = faces, member

    def case(self, case):
        return self.faces.case(case)

    def metric(self, name, **query):
        status, answer = self.faces.metric(name, **query)
        total = dict(answer["total"])
        if self.member in total:
            total[self.member] += 1
        elif self.member in total.get("exclusions", {}):
            total["exclusions"] = {**total["exclusions"], self.member: total["exclusions"][self.member] + 1}
        return status, {**answer, "total": total}


SEED, CASES = "14", "1500"  # a city in which each of the figures below has something to count
RATIOS = ["hotline.response_rate", "hotline.redo_rate", "hotline.satisfaction.v1", "hotline.satisfaction.v2", "hotline.first_round_satisfaction",
          "hotline.on_time_rate", "hotline.on_time_rate.original_due", "hotline.completion_rate",
          "proposal.on_time_rate", "proposal.on_time_rate.original_due", "proposal.reply_rate", "proposal.share_on_time_rate",
          "proposal.assist_on_time_rate", "proposal.promise_kept_rate", "proposal.face_reply_rate", "proposal.solved_rate",
          "proposal.implementation_rate", "proposal.share_solved_rate", "proposal.share_implementation_rate", "proposal.response_rate",
          "proposal.satisfaction.v1", "proposal.satisfaction.v2", "proposal.first_round_satisfaction", "proposal.redo_rate",
          "proposal.redo_satisfaction", "calls.connection_rate", "calls.answered_15s_rate", "qa.hot_topic_share", "qa.answer_rate",
          "supervision.completion_rate", "supervision.completion_rate.on_time", "supervision.on_schedule_rate", "supervision.report_on_time_rate",
          "supervision.milestone_rate"]
VALUES = ["calls.offered", "calls.answered", "calls.abandoned", "qa.sessions"]
EXCLUDING = {"separate": ["proposal.face_reply_rate", "proposal.solved_rate", "proposal.implementation_rate"],
             "malicious": ["calls.connection_rate"], "line_fault": ["calls.connection_rate"], "short_hangup": ["calls.connection_rate"],
             "suspended": ["supervision.on_schedule_rate"], "cancelled": ["supervision.on_schedule_rate"],
             "unverified": ["supervision.on_schedule_rate"]}
# A recount that doesn't see events of this sort is noticed in these figures.
UNSEEN = {"rehandling_ordered": ["proposal.redo_rate", "proposal.redo_satisfaction"],
          "reply_signed": ["proposal.solved_rate", "proposal.implementation_rate"],
          "reply_delivered": ["proposal.face_reply_rate", "proposal.response_rate"],
          "shares_answered": ["proposal.response_rate"],
          "share_replied": ["proposal.share_solved_rate", "proposal.share_implementation_rate"],
          "rated": ["proposal.satisfaction.v1", "proposal.satisfaction.v2", "proposal.first_round_satisfaction", "hotline.response_rate"],
          "reopened": ["hotline.redo_rate", "hotline.first_round_satisfaction"],
          "call_ended": ["calls.connection_rate", "calls.answered_15s_rate"],
          "tallied": ["calls.offered", "calls.answered", "calls.abandoned"],
          "published": ["qa.sessions", "qa.hot_topic_share"],
          "question_answered": ["qa.answer_rate"],
          "progress_verified": ["supervision.on_schedule_rate"]}


def named(found):
    return {re.match(r"metric: (\S+) of", one).group(1) for one in found}


def without(name):
    """The recount, blind for events of that name."""
    standing = recount.fold.standing

    def blind(events):
        found = standing(events)
        return found and [event for event in found if event["event"] != name]

    return unittest.mock.patch.object(recount.fold, "standing", blind)


def import_city(data):
    made = subprocess.run([DOCKET, "city", "make", "--seed", SEED, "--cases", CASES], check=True, stdout=subprocess.PIPE)
    told = subprocess.run([DOCKET, "event", "import", "--data", data, "--format", "ndjson", "-"], input=made.stdout, capture_output=True, check=False)
    if told.returncode not in (0, 7):  # the city sends some wrong events on purpose
        sys.exit(f"the city could not be imported: {told.stderr.decode()}")


def city():
    with tempfile.TemporaryDirectory() as folder, served(folder, import_city) as server:
        publish(server, recount_city.events())
        faces = Remembering(server)
        ledger = rules.Ledger(faces)
        yield from recount.metrics(ledger, faces)

        counted = {name for name, _, row in recount.figures(ledger, faces).expected() if any(row.get(key) for key in ("numerator", "value"))}
        yield from (f"nothing good is counted in {name}" for name in [*RATIOS, *VALUES] if name not in counted)
        spoilt = {"numerator": RATIOS, "denominator": RATIOS, "value": VALUES, **EXCLUDING}
        for member, names in spoilt.items():
            noticed = named(recount.metrics(ledger, Spoilt(faces, member)))
            yield from (f"one more as {member} of {name} is not noticed" for name in names if name not in noticed)
        for event, names in UNSEEN.items():
            with without(event):
                noticed = named(recount.metrics(ledger, faces))
            yield from (f"a recount blind for {event} is not noticed in {name}" for name in names if name not in noticed)


def main():
    problems = [*worked_example(), *city()]
    print("\n".join(problems) or f"{len(CORRECTIONS)} steps of corrections and a city of {CASES} cases, all figures as the histories make them")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
