"""Whether generated JSON Schemas and the engine say the same of events: a stock validator against what ingest said.

    check_events.py FILE

FILE is one JSON value a line: {"schema": ...} begins the events of that schema; {"event": ..., "of": "walk"} is one that ingest took;
{"at": [names], "value": ..., "took": true|false} changes the last event in one place (without "value": takes that member away).
Prints what differs, and how many of each were looked at. Exit code: 0 all alike, 1 not.
"""
import copy
import json
import sys

import jsonschema_rs

SHOWN_MAX = 20


def validators(schema):
    """Of the data, and of the event whole: the schema is referred to as a producer would, by its own $id."""
    root = {"$id": "http://docket.test/root", "$defs": {"it": schema}}
    make = lambda where: jsonschema_rs.Draft202012Validator({**root, "$ref": schema["$id"] + where}, validate_formats=True)
    return make("#"), make("#/$defs/event")


def changed(event, row):
    event = copy.deepcopy(event)
    inner = event
    for name in row["at"][:-1]:
        inner = inner[name]
    if "value" in row:
        inner[row["at"][-1]] = row["value"]
    else:
        inner.pop(row["at"][-1], None)
    return event


def main():
    told, schemas, taken, refused = [], 0, 0, 0
    with open(sys.argv[1], encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            if "schema" in row:
                if not jsonschema_rs.meta.is_valid(row["schema"]):
                    told.append(f"no schema by its own rules: {row['schema']['$id']}")
                of_data, of_event = validators(row["schema"])
                where = row["schema"]["$id"]
                schemas += 1
                continue
            if "event" in row:
                event, one, took = row["event"], row["event"], True
                if isinstance(event.get("data"), dict) and not of_data.is_valid(event["data"]):
                    told.append(f"{where}: the data of an event that was taken: {event['data']}")
            else:
                one, took = changed(event, row), row["took"]
            taken += took
            refused += not took
            if of_event.is_valid(one) != took:
                why = "" if not took else "; " + "; ".join(str(e.message) for e in list(of_event.iter_errors(one))[:2])
                told.append(f"{where}: ingest {'took' if took else 'refused'} it, the schema didn't: {line.strip()[:300]}{why}")
    for each in told[:SHOWN_MAX]:
        print(each)
    print(f"{schemas} schemas, {taken} events taken, {refused} refused, {len(told)} differences")
    return 1 if told or not schemas or not taken or not refused else 0


if __name__ == "__main__":
    sys.exit(main())
