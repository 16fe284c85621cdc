"""What must be true of a history and of what the faces say behind it. Each function yields findings: sentences, none if all is well."""
from collections import defaultdict

OWN_SOURCE = "docket"  # timer events


def position_of(text):
    """'16.10.f8b2233043600399' -> (16, 10); an answer may carry several, one a partition."""
    partition, height, _ = text.split(".")
    return int(partition), int(height)


def heights_of(text):
    return dict(position_of(one) for one in text.split(",")) if text else {}


class Ledger:
    """All cases' histories, as the faces tell them."""

    def __init__(self, faces):
        self.kinds = dict(faces.cases())
        self.events = {case: faces.events_of(case) for case in self.kinds}
        self.places = defaultdict(list)  # (source, id) -> where it is accepted: (case, version)
        for case, events in self.events.items():
            for event in events:
                if event["outcome"] == "accepted":
                    self.places[event["source"], event["id"]].append((case, event["version"]))


def name(key):
    return f"{key[1]} of {key[0]}"


def once(history, ledger, faces):
    """Each acknowledged event is there, once, in its case; nothing is there that nobody sent."""
    for key in dict.fromkeys(ack.key for ack in history.acks):
        told = {ack.outcome for ack in history.acks if ack.key == key}
        places = ledger.places.get(key, [])
        if not places and "accepted" in told:
            yield f"lost: {name(key)} was acknowledged as accepted and is in no case's history"
        status, answer = faces.event(*key)
        if status != 200:
            yield f"lost: {name(key)} was acknowledged ({', '.join(sorted(told))}) and /v1/events answers {status}"
        elif "accepted" in told and answer["outcome"] != "accepted":
            yield f"lost: {name(key)} was acknowledged as accepted, and its outcome is {answer['outcome']}"
    for key, places in ledger.places.items():
        if len(places) > 1:
            yield f"doubled: {name(key)} is accepted {len(places)} times: {places}"
        if key in history.sent:
            if any(case != history.sent[key] for case, _ in places):
                yield f"misplaced: {name(key)} was sent for case {history.sent[key]} and is at {places}"
        elif key[0] != OWN_SOURCE:
            yield f"unsent: {name(key)} is in the ledger at {places}, and nobody sent it"


def order(history, ledger):
    """A case's versions count without a gap, in the ledger's order, and are those that were acknowledged; what was acknowledged before
    another was even sent lies before it."""
    for case, events in ledger.events.items():
        rows = sorted((int(event["height"]), event["version"]) for event in events if event["outcome"] == "accepted")
        if [version for _, version in rows] != list(range(1, len(rows) + 1)):
            yield f"reordered: the versions of {case} by height are {[version for _, version in rows]}"
    by_case = defaultdict(list)
    for ack in history.acks:
        if ack.outcome != "accepted":
            continue
        places = ledger.places.get(ack.key, [])
        if places and (ack.case, ack.version) not in places:
            yield f"reordered: {name(ack.key)} was acknowledged as version {ack.version} of {ack.case} and is at {places}"
        if places:
            by_case[ack.case].append((ack, places[0][1]))
    for case, rows in by_case.items():
        latest = None  # of what was acknowledged by then
        ended = sorted(rows, key=lambda row: row[0].ended)
        at = 0
        for ack, version in sorted(rows, key=lambda row: row[0].begun):
            while at < len(ended) and ended[at][0].ended < ack.begun:
                if latest is None or ended[at][1] > latest[1]:
                    latest = ended[at]
                at += 1
            if latest is not None and version < latest[1]:
                yield (f"reordered: {name(ack.key)} was sent when {name(latest[0].key)} was acknowledged, and is version {version} of {case}, "
                       f"before its {latest[1]}")


def valid(history, faces):
    """Each position that came with an acknowledgement is in the chain."""
    by_position = {}
    for ack in history.acks:
        if ack.position:
            by_position.setdefault(ack.position, ack)
    for position, ack in by_position.items():
        status, answer = faces.event(*ack.key, min_position=position)
        if status == 409:
            yield f"void: {name(ack.key)} was acknowledged at {position}, which is not in the chain"
        elif status == 503:
            yield f"void: {name(ack.key)} was acknowledged at {position}, and the ledger has not come so far: {answer.get('detail')}"


def fresh(history):
    """No read tells less than was acknowledged before it was asked: at its position, or at all if it was strong."""
    acks = defaultdict(list)
    for ack in history.acks:
        if ack.outcome == "accepted" and ack.version is not None and ack.position:
            acks[ack.case].append(ack)
    for read in history.reads:
        asked, answer = read.asked, read.answer
        least = heights_of(asked.get("min_position"))
        got = heights_of(answer.get("position"))
        for partition, height in least.items():
            if got.get(partition, 0) < height:
                yield f"stale: read {read.name} asked for {asked['min_position']} and was answered at {answer.get('position')}"
        for ack in acks[asked["case"]]:
            partition, height = position_of(ack.position)
            if ack.ended >= read.begun:
                continue
            seen = asked.get("strong") or height <= least.get(partition, -1)
            if seen and answer["version"] < ack.version:
                yield (f"stale: read {read.name} tells version {answer['version']} of {ack.case}, though {name(ack.key)} was acknowledged before "
                       f"as its version {ack.version} at {ack.position}")
                break


def intake(history, ledger, faces):
    """Each record that landed in an intake topic has its outcome: by its event's name, or, if it can't be read, as one refusal in the
    ledger of its partition."""
    unreadable = defaultdict(int)
    for call in history.landed:
        if "id" not in call.asked:
            unreadable[call.answer["partition"]] += 1
            continue
        key = call.asked["source"], call.asked["id"]
        status, answer = faces.event(*key)
        if status != 200:
            yield f"lost: {name(key)} landed in {call.asked['topic']}, and /v1/events answers {status}"
        elif answer["outcome"] == "accepted" and len(ledger.places.get(key, [])) != 1:
            yield f"lost: {name(key)} is told to be accepted, and the histories hold it {len(ledger.places.get(key, []))} times"
    if not history.landed:
        return
    refused = defaultdict(int)
    for row in faces.rejects():
        if row["code"] in ("malformed", "forbidden"):
            refused[row["partition"]] += 1
    for partition in sorted(unreadable.keys() | refused.keys()):
        if unreadable[partition] != refused[partition]:
            yield (f"intake: {unreadable[partition]} records that can't be read landed in partition {partition}, and {refused[partition]} are "
                   "refused there as malformed or forbidden")


def verdicts(history, rows):
    """Rows of the verdict topic: {"topic", "partition", "offset", "outcome"}; each record that landed has one, and no more."""
    told = defaultdict(list)
    for row in rows:
        told[row["topic"], row["partition"], row["offset"]].append(row["outcome"])
    for call in history.landed:
        place = call.asked["topic"], call.answer["partition"], call.answer["offset"]
        if len(told[place]) != 1:
            yield f"intake: offset {place[2]} of partition {place[1]} of {place[0]} has {len(told[place])} verdicts: {told[place]}"
