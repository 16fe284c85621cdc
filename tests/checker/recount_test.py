"""The recount against Docket: the worked example of domain.md 3.4, its late rating, then corrections of each form. After each step every figure
of Docket's is what the histories make; at the end a recount that leaves the corrections out is noticed.

recount_test.py DOCKET SOURCE_DIR
"""
import json
import os
import re
import subprocess
import sys
import tempfile
import unittest.mock
import urllib.request

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import recount
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


def main():
    problems = []
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([DOCKET, "ledger", "create", "--data", f"{folder}/data", "--office", "example"], check=True, stdout=subprocess.DEVNULL)
        process = subprocess.Popen([DOCKET, "serve", "--data", f"{folder}/data", "--listen", "127.0.0.1:0"], stdout=subprocess.PIPE, text=True)
        try:
            server = re.search(r"http://127\.0\.0\.1:\d+", process.stdout.readline()).group()
            before = [("the worked example", rows("worked-example.ndjson")), ("the late rating", rows("worked-example-later.ndjson"))]
            for title, events in before + CORRECTIONS:
                publish(server, events)
                problems += [f"after {title}: {one}" for one in findings(server)]
            with unittest.mock.patch.object(recount, "corrected", lambda events: events):
                if not findings(server):
                    problems.append("a recount that passes over the corrections is not noticed")
        finally:
            process.terminate()
            process.wait()
    print("\n".join(problems) or f"{len(CORRECTIONS)} steps of corrections, all figures as the histories make them")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
