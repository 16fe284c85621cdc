"""The checker passes what is right and finds each planted wrong: the program as it is run, over a server that lies as it is told."""
import copy
import json
import pathlib
import subprocess
import sys
import tempfile
import threading
import unittest
import urllib.parse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

PROGRAM = pathlib.Path(__file__).with_name("check.py")
TOPIC = "docket.intake.hotline"
LIFE = [("created", {}), ("dispatched", {"unit": "U"}), ("signed", {}), ("result_replied", {}), ("concluded", {}), ("rated", {"satisfaction": "satisfied"})]


def position(height):
    return f"7.{height}.{height:016x}"


class World:
    """A ledger of one partition as the faces show it, and the history of how it came about: case C1 over HTTP event by event, C2 over Kafka."""

    def __init__(self):
        self.cases = {"C1": [], "C2": []}
        self.rejects = [{"code": "malformed", "partition": 7}]
        self.lost_positions = set()
        self.metrics = {
            "hotline.response_rate": (2, 2), "hotline.redo_rate": (0, 2), "hotline.satisfaction.v1": (2000, 2), "hotline.satisfaction.v2": (2000, 2),
            "hotline.first_round_satisfaction": (2000, 2), "hotline.on_time_rate": (1, 2), "hotline.on_time_rate.original_due": (1, 2), "hotline.completion_rate": (2, 2),
        }
        self.outcomes = {}  # (source, id) -> instead of what the histories say; None: absent
        self.history = []
        self.verdicts = []
        self.clock = 0
        height = 0
        for version, (event, data) in enumerate(LIFE, 1):
            for case in self.cases:
                height += 1
                self.cases[case].append({
                    "version": version, "height": str(height), "outcome": "accepted", "source": "example", "id": f"{case}-{version}",
                    "time": f"2017-03-0{version}T01:00:00.000Z", "event": event, "data": data})
            self.publish("C1", version, position(height - 1))
            self.send(f"C2-{version}", version - 1)
        self.send(None, len(LIFE))
        self.read("C1", len(LIFE), position(height), min_position=position(height - 1))
        self.read("C1", len(LIFE), position(height), strong=True)

    def line(self, **members):
        self.clock += 1
        self.history.append({"at": self.clock, **members})

    def publish(self, case, version, at):
        call = f"p-{len(self.history)}"
        self.line(op="invoke", call=call, do="publish", events=[{"source": "example", "id": f"{case}-{version}", "case": case}])
        self.line(op="ok", call=call, outcomes=[{"outcome": "accepted", "version": version, "position": at}])

    def send(self, id, offset):
        call = f"k-{len(self.history)}"
        event = {"source": "example", "id": id, "case": "C2"} if id else {}
        self.line(op="invoke", call=call, do="send", topic=TOPIC, **event)
        self.line(op="ok", call=call, partition=7, offset=offset)
        self.verdicts.append({"height": 10 + offset, "outcome": "accepted" if id else "rejected",
                              "intake": {"topic": TOPIC, "partition": 7, "epoch": 0, "offset": offset}})

    def read(self, case, version, at, **asked):
        call = f"r-{len(self.history)}"
        self.line(op="invoke", call=call, do="read", case=case, **asked)
        self.line(op="ok", call=call, version=version, position=at)

    def answer(self, path, query):
        if path == "/v1/kinds":
            return 200, {"kinds": [{"kind": "hotline-ticket"}]}
        if path == "/v1/cases":
            return 200, {"cases": [{"id": case} for case in self.cases]}
        if path == "/v1/rejects":
            return 200, {"rejects": self.rejects}
        if path == "/v1/events":
            if query.get("min_position") in self.lost_positions:
                return 409, {"detail": "that position is not in this ledger's chain"}
            key = query["source"], query["id"]
            found = [event for events in self.cases.values() for event in events if (event["source"], event["id"]) == key]
            outcome = self.outcomes.get(key, "accepted" if found else None)
            return (200, {"outcome": outcome}) if outcome else (404, {})
        parts = path.split("/")
        if path.startswith("/v1/metrics/"):
            numerator, denominator = self.metrics[parts[3]]
            return 200, {"total": {"numerator": numerator, "denominator": denominator}}
        if path.endswith("/history"):
            return 200, {"events": self.cases[parts[3]]}
        met = parts[3] == "C1"
        due = "2017-03-08T15:59:59.999Z"
        return 200, {"at": "2017-04-01T00:00:00.000Z", "clocks": [
            {"clock": "handle", "value": "met" if met else "late", "due": due, "original_due": due, "stop": f"2017-03-0{7 if met else 9}T01:00:00.000Z"}]}


def run(world):
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            url = urllib.parse.urlsplit(self.path)
            status, answer = world.answer(url.path, dict(urllib.parse.parse_qsl(url.query)))
            text = json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        def log_message(self, *_):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server, tempfile.TemporaryDirectory() as folder:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        try:
            for name, rows in (("history", world.history), ("verdicts", world.verdicts)):
                (pathlib.Path(folder) / name).write_text("".join(json.dumps(row) + "\n" for row in rows))
            return subprocess.run(
                [sys.executable, "-B", PROGRAM, "--server", f"http://127.0.0.1:{server.server_port}", "--history", f"{folder}/history", "--verdicts",
                 f"{folder}/verdicts"], capture_output=True, text=True, timeout=60)
        finally:
            server.shutdown()


class Planted(unittest.TestCase):
    def setUp(self):
        self.world = World()

    def found(self, word, saying):
        """The checker fails, and each line is of the sort that was planted."""
        done = run(self.world)
        self.assertEqual(done.returncode, 1, done.stdout + done.stderr)
        self.assertIn(saying, done.stdout)
        for line in done.stdout.splitlines():
            self.assertTrue(line.startswith(word), line)

    def test_what_is_right_passes(self):
        done = run(self.world)
        self.assertEqual((done.returncode, done.stdout), (0, ""), done.stdout + done.stderr)
        self.assertIn("6 acknowledgements, 7 intake records, 2 reads", done.stderr)

    def test_lost(self):
        self.world.publish("C1", 7, position(12))
        self.found("lost", "C1-7 of example was acknowledged as accepted and is in no case's history")

    def test_lost_from_an_intake_topic(self):
        self.world.outcomes["example", "C2-3"] = None
        self.found("lost", "C2-3 of example landed in docket.intake.hotline, and /v1/events answers 404")

    def test_acknowledged_and_rejected_afterwards(self):
        self.world.outcomes["example", "C1-2"] = "rejected"
        self.found("lost", "its outcome is rejected")

    def test_doubled(self):
        again = dict(self.world.cases["C1"][2], version=7, height="13")
        self.world.cases["C1"].append(again)
        self.found("doubled", "C1-3 of example is accepted 2 times")

    def test_reordered(self):
        first, second = self.world.cases["C1"][1:3]
        first["id"], second["id"] = second["id"], first["id"]
        self.found("reordered", "C1-2 of example was acknowledged as version 2 of C1 and is at [('C1', 3)]")

    def test_sent_after_an_acknowledgement_and_put_before_it(self):
        first, second = self.world.cases["C1"][1:3]
        first["id"], second["id"] = second["id"], first["id"]
        for line in self.world.history:  # and the acknowledgements agree with the ledger
            if line.get("outcomes") and line["outcomes"][0]["version"] in (2, 3):
                line["outcomes"][0]["version"] = 5 - line["outcomes"][0]["version"]
        self.found("reordered", "C1-3 of example was sent when C1-2 of example was acknowledged")

    def test_versions_with_a_gap(self):
        self.world.cases["C2"][5]["version"] = 7
        self.found("reordered", "the versions of C2 by height are [1, 2, 3, 4, 5, 7]")

    def test_acknowledged_but_void(self):
        self.world.lost_positions.add(position(5))
        self.found("void", "C1-3 of example was acknowledged at 7.5.0000000000000005, which is not in the chain")

    def test_stale_read_at_a_position(self):
        self.world.read("C1", 4, position(12), min_position=position(11))
        self.found("stale", "tells version 4 of C1, though C1-5 of example was acknowledged before")

    def test_stale_strong_read(self):
        self.world.read("C1", 5, position(9), strong=True)
        self.found("stale", "tells version 5 of C1, though C1-6 of example was acknowledged before")

    def test_answered_before_its_position(self):
        self.world.read("C2", 6, position(3), min_position=position(12))
        self.found("stale", "asked for 7.12.000000000000000c and was answered at 7.3.")

    def test_a_plain_read_may_trail(self):
        self.world.read("C1", 1, position(1))
        self.assertEqual(run(self.world).returncode, 0)

    def test_an_intake_record_without_outcome(self):
        self.world.rejects.clear()
        self.found("intake", "1 records that can't be read landed in partition 7, and 0 are refused")

    def test_an_intake_record_with_two_outcomes(self):
        self.world.rejects.append(copy.copy(self.world.rejects[0]))
        self.found("intake", "1 records that can't be read landed in partition 7, and 2 are refused")

    def test_two_verdicts(self):
        self.world.verdicts.append(dict(self.world.verdicts[1], outcome="duplicate"))
        self.found("intake", "offset 1 of partition 7 of docket.intake.hotline has 2 verdicts")

    def test_a_verdict_that_came_twice_is_one(self):
        self.world.verdicts.append(copy.deepcopy(self.world.verdicts[1]))
        self.assertEqual(run(self.world).returncode, 0)

    def test_no_verdict(self):
        del self.world.verdicts[4]
        self.found("intake", "has 0 verdicts")

    def test_a_figure_that_is_not_what_the_cases_make(self):
        self.world.metrics["hotline.satisfaction.v1"] = (1000, 2)
        self.found("metric", "hotline.satisfaction.v1 of 2017-03 is 1000 of 2 (status 200), and the histories make 2000 of 2")

    def test_an_event_that_nobody_sent(self):
        self.world.history = [line for line in self.world.history if line.get("id") != "C2-4" and line.get("offset") != 3]
        del self.world.verdicts[3]
        self.found("unsent", "C2-4 of example is in the ledger at [('C2', 4)], and nobody sent it")

    def test_an_unknown_outcome_proves_nothing(self):
        call = "p-unknown"
        self.world.line(op="invoke", call=call, do="publish", events=[{"source": "example", "id": "C1-8", "case": "C1"}])
        self.world.line(op="fail", call=call)
        self.assertEqual(run(self.world).returncode, 0)

    def test_a_history_that_is_none_is_no_pass(self):
        self.world.history = [{"at": 1, "op": "done", "call": "x"}]
        self.assertEqual(run(self.world).returncode, 2)
        self.world.history = []
        self.assertEqual(run(self.world).returncode, 2)


if __name__ == "__main__":
    unittest.main()
