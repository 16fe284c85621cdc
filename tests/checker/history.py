"""What publishers and readers wrote down of a run: one JSON object a line, `at` in nanoseconds of one monotonic clock for all of them.

    {"at":..,"op":"invoke","call":"p0-1","do":"publish","events":[{"source","id","case"},...]}   over HTTP
    {"at":..,"op":"ok","call":"p0-1","outcomes":[{"outcome","version","position"},...]}          one for each event
    {"at":..,"op":"invoke","call":"p0-2","do":"read","case":..,"min_position":..,"strong":true}  of one case; either, both or none
    {"at":..,"op":"ok","call":"p0-2","version":..,"position":..}                                 version 0: no such case
    {"at":..,"op":"invoke","call":"k-1","do":"send","topic":..,"source":..,"id":..,"case":..}    to an intake topic; no source and id: it can't
    {"at":..,"op":"ok","call":"k-1","partition":..,"offset":..}                                  be read as an event
    {"at":..,"op":"fail","call":..}                                                              nobody knows what became of it

A call without an end counts as failed: it may have had its effect, or may not.
"""
import json


class Call:
    def __init__(self, line):
        self.name = line["call"]
        self.do = line["do"]
        self.asked = line
        self.begun = line["at"]
        self.ended = None  # when it was answered
        self.answer = None


class Ack:
    """An event that a caller was told to be in the ledger."""

    def __init__(self, call, event, outcome):
        self.source, self.id, self.case = event["source"], event["id"], event["case"]
        self.outcome = outcome["outcome"]
        self.version = outcome.get("version")
        self.position = outcome.get("position")
        self.begun, self.ended = call.begun, call.ended

    @property
    def key(self):
        return self.source, self.id


class History:
    def __init__(self, lines):
        calls = {}
        self.wrong = []  # of the file itself
        for number, text in enumerate(lines, 1):
            try:
                line = json.loads(text)
                if line["op"] == "invoke":
                    if line["call"] in calls:
                        self.wrong.append(f"line {number}: call {line['call']} begins twice")
                    calls[line["call"]] = Call(line)
                elif line["op"] in ("ok", "fail"):
                    call = calls[line["call"]]
                    if call.ended is not None:
                        self.wrong.append(f"line {number}: call {line['call']} ends twice")
                    call.ended = line["at"]
                    call.answer = line if line["op"] == "ok" else None
                else:
                    raise ValueError(f"op is invoke, ok or fail, not {line['op']!r}")
            except (ValueError, KeyError, TypeError) as error:
                self.wrong.append(f"line {number}: {error!r}")
        self.calls = list(calls.values())
        self.acks = []
        self.sent = {}  # (source, id) -> case, of all that anybody published by whatever way
        self.landed = []  # sends that their broker acknowledged
        self.reads = []
        for call in self.calls:
            self._take(call)

    def _take(self, call):
        if call.do == "publish":
            events = call.asked["events"]
            for event in events:
                self.sent[event["source"], event["id"]] = event["case"]
            if call.answer is None:
                return
            outcomes = call.answer["outcomes"]
            if len(outcomes) != len(events):
                self.wrong.append(f"call {call.name}: {len(events)} events and {len(outcomes)} outcomes")
            told = [Ack(call, event, outcome) for event, outcome in zip(events, outcomes)]
            self.acks += [ack for ack in told if ack.outcome in ("accepted", "duplicate", "parked")]
        elif call.do == "send":
            if "id" in call.asked:
                self.sent[call.asked["source"], call.asked["id"]] = call.asked["case"]
            if call.answer is not None:
                self.landed.append(call)
        elif call.do == "read":
            if call.answer is not None:
                self.reads.append(call)
        else:
            self.wrong.append(f"call {call.name}: do is publish, send or read, not {call.do!r}")
