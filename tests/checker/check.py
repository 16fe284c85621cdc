#!/usr/bin/env python3
"""Did Docket keep its word? Reads a history of what publishers and readers were told (history.py) and Docket's public faces, knows nothing
of its inside, and exits 0 if all holds, 1 with a line for each thing that doesn't, 2 if it can't tell.

    check.py --server http://127.0.0.1:7417 --history FILE... [--verdicts FILE]

The server must have come to rest: all that was published is judged. The files of one run, from one clock, are one history. It must tell of
everybody who published, since an event that nobody sent is a finding too.
"""
import argparse
import json
import sys

import recount
import rules
from faces import Faces
from history import History

SHOWN_MOST = 50


def findings(history, faces, verdicts=None):
    ledger = rules.Ledger(faces)
    yield from rules.once(history, ledger, faces)
    yield from rules.order(history, ledger)
    yield from rules.valid(history, faces)
    yield from rules.fresh(history)
    yield from rules.intake(history, ledger, faces)
    yield from recount.metrics(ledger, faces)
    if verdicts is not None:
        yield from rules.verdicts(history, verdicts)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--server", required=True)
    parser.add_argument("--history", required=True, action="append")
    parser.add_argument("--verdicts", help="NDJSON rows {topic, partition, offset, outcome} of the verdict topic")
    options = parser.parse_args()
    lines = []
    for path in options.history:
        with open(path, encoding="utf-8") as file:
            lines += file.readlines()
    history = History(lines)
    if history.wrong or not history.calls:
        print("\n".join(history.wrong[:SHOWN_MOST]) or "the history is empty", file=sys.stderr)
        return 2
    verdicts = None
    if options.verdicts:
        with open(options.verdicts, encoding="utf-8") as file:
            verdicts = [json.loads(line) for line in file]
    faces = Faces(options.server)
    try:
        found = list(findings(history, faces, verdicts))
    except (OSError, RuntimeError) as error:
        print(f"the server doesn't answer: {error}", file=sys.stderr)
        return 2
    for line in found[:SHOWN_MOST]:
        print(line)
    print(f"{len(history.calls)} calls, {len(history.acks)} acknowledgements, {len(history.landed)} intake records, {len(history.reads)} reads; "
          f"{faces.asked} requests; {len(found)} findings", file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
