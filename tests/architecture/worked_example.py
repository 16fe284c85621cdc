"""docs/examples/*.ndjson is the stream of tests/fixtures/worked_example.txt as CloudEvents, so that what the README publishes is what the
tests judge. worked_example.py ROOT --write writes the files anew.
"""
import json
import re
import sys

import common

FIXTURE = "tests/fixtures/worked_example.txt"
PAGES = {"docs/examples/worked-example.ndjson": False, "docs/examples/worked-example-later.ndjson": True}
ROLES = {
    "created": "intake", "merged": "intake", "dispatched": "dispatcher", "return_granted": "dispatcher", "extension_approved": "dispatcher",
    "signed": "unit", "result_replied": "unit", "extension_requested": "unit", "return_requested": "unit", "concluded": "auditor",
    "callback_attempted": "callback", "rated": "callback", "callback_done": "callback", "reopened": "callback",
}
AUTHORS = {"intake": "i1", "dispatcher": "d1", "unit": "u1", "auditor": "a1", "callback": "c1"}
EVENT = re.compile(r"(?:(\d\d-\d\d) )?(\d\d:\d\d) (\w+)(?: (\{.*?\}))?(?:, |; |$)")


def defaults(event, case):
    return {
        "created": {"number": case, "channel": "phone", "type": "complaint", "category": "noise", "district": "shinan", "text": "t", "caller": "p1"},
        "dispatched": {"unit": "U"},
        "result_replied": {"solved": "solved", "text": "done"},
        "callback_attempted": {"outcome": "reached"},
        "rated": {"caller_says": "solved", "channel": "phone"},
    }.get(event, {})


def stream(text):
    """(later, event) for each event of the fixture, in order."""
    numbers = {}
    for line in text.splitlines():
        name, _, rest = line.strip().partition(" ")
        if not name or name.startswith("#"):
            continue
        later, case, day = name.endswith("b"), name.rstrip("b"), None
        for match in EVENT.finditer(rest.strip()):
            day = match.group(1) or day
            event, role = match.group(3), ROLES[match.group(3)]
            numbers[case] = numbers.get(case, 0) + 1
            out = {
                "specversion": "1.0", "id": f"{case}-{numbers[case]}", "source": "example", "type": f"org.docket.hotline-ticket.{event}.v1",
                "subject": case, "time": f"2017-{day}T{match.group(2)}:00+08:00", "authid": AUTHORS[role], "actorrole": role,
            }
            if role == "unit":
                out["actorunit"] = "U"
            out["data"] = {**defaults(event, case), **json.loads(match.group(4) or "{}")}
            yield later, out


def page(tree, later):
    events = [event for is_later, event in stream(tree.text(FIXTURE)) if is_later == later]
    return "".join(json.dumps(event, ensure_ascii=False, separators=(",", ":")) + "\n" for event in events)


def check(tree, findings):
    if not tree.has(FIXTURE):
        return
    for file, later in PAGES.items():
        if not tree.has(file) or tree.text(file) != page(tree, later):
            findings.add(file, 0, "differs from tests/fixtures/worked_example.txt: python3 tests/architecture/worked_example.py . --write")


if __name__ == "__main__":
    if "--write" in sys.argv:
        here = common.Tree(sys.argv[1])
        for name, is_later in PAGES.items():
            with open(f"{here.root}/{name}", "w", encoding="utf-8") as handle:
                handle.write(page(here, is_later))
    else:
        common.main(check)
