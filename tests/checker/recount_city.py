"""What recount_test.py publishes beside a generated city, which has no tallies of calls and no supervised matter that is carried out."""
import functools

DATA = {
    "proposed": {"source": "document", "year": 2017, "form": "special"},
    "approved": {"plan_no": "2017-1", "approver": "mayor", "scope": "all of it"},
    "accepted": {"contact": "zhao"},
    "progress_verified": {"method": "site_visit", "finding": "seen"},
    "suspended": {"approver": "mayor", "reason": "floods"},
    "cancelled": {"approver": "mayor", "reason": "merged into another"},
    "completion_claimed": {"evidence": ["urn:photo:1"]},
    "completion_refused": {"reason": "not there"},
    "milestone_reached": {"evidence": "urn:photo:1"},
    "reopened": {"due": "2017-09-29"},
}
ROLES = {"dispatched": "dispatcher", "suspended": "dispatcher", "cancelled": "dispatcher", "accepted": "unit", "progress_reported": "unit",
         "milestone_planned": "unit", "milestone_reached": "unit", "completion_claimed": "unit", "tallied": "call_centre", "corrected": "auditor"}


def event(number, kind, case, name, day, **data):
    role = ROLES.get(name, "supervisor")
    unit = {"actorunit": "U"} if role == "unit" else {}
    return {"specversion": "1.0", "id": f"{case}-{number}", "source": "example", "type": f"org.docket.{kind}.{name}.v1", "subject": case,
            "time": f"{day}T10:00:{number:02}+08:00", "authid": f"{role}-1", "actorrole": role, "approvedby": "chief", **unit,
            "data": {**DATA.get(name, {}), **data}}


def report(due, **more):
    return {"part": due, "pct": 40, "period": due[:7], "next_step": "go on", "evidence": ["urn:photo:1"], "signer": "head", **more}


BEGUN = [("approved", "2017-02-20", {}),
         ("dispatched", "2017-02-22", {"notice_no": "n1", "lead": "U", "due": "2017-06-30", "report_cycle": "month", "reports": ["2017-03-31", "2017-04-28"]}),
         ("accepted", "2017-02-23", {}),
         ("progress_reported", "2017-03-30", report("2017-03-31"))]
STOOD = [("progress_verified", "2017-04-05", {"status": "on_schedule"}), ("progress_reported", "2017-05-03", report("2017-04-28"))]
BEHIND = [("progress_verified", "2017-04-05", {"status": "behind"})]
PLANNED = [("milestone_planned", "2017-03-01", {"part": 1, "date": "2017-04-28", "deliverable": "half", "share": 50})]
REACHED = [("milestone_reached", "2017-04-20", {"part": 1})]
VERIFIED = [("completion_verified", "2017-06-20", {"date": "2017-06-20"})]


def claimed(day):
    return [("completion_claimed", day, {})]


LIVES = {
    "in-time": BEGUN + PLANNED + REACHED + STOOD + claimed("2017-06-12") + VERIFIED,
    "late": BEGUN + STOOD + claimed("2017-06-12") + [("completion_refused", "2017-06-15", {})] + claimed("2017-07-12")
            + [("completion_verified", "2017-07-20", {"date": "2017-07-20"})],
    "false": BEGUN + STOOD + claimed("2017-06-12") + VERIFIED + [("reopened", "2017-07-03", {"trigger": "false_completion"})] + BEHIND,
    "claimed-only": BEGUN + BEHIND + claimed("2017-06-12"),
    "open": BEGUN + PLANNED + BEHIND,
    "suspended": BEGUN + [("suspended", "2017-04-06", {})],
    "cancelled": BEGUN + [("cancelled", "2017-04-06", {})],
    "unverified": BEGUN,
}


def supervised():
    for life, steps in LIVES.items():
        make = functools.partial(event, kind="supervision", case=f"S:{life}")
        yield make(1, name="proposed", day="2017-02-17", matter=life)
        for number, (name, day, data) in enumerate(sorted(steps, key=lambda step: step[1]), 2):
            yield make(number, name=name, day=day, **data)


def tallies():
    for number, answered in enumerate((40, 35, 20), 1):
        yield event(number, "call-tally", f"tally:{number}", "tallied", f"2017-0{number}-03", line="12345",
                    interval=f"2017-0{number}-03T09:00+08:00/PT1H", offered=50, answered=answered, abandoned=50 - answered)
    replaced = {"line": "12345", "interval": "2017-03-03T09:00+08:00/PT1H", "offered": 60, "answered": 25, "abandoned": 35}
    yield event(9, "call-tally", "tally:3", "corrected", "2017-03-04", event={"source": "example", "id": "tally:3-3"}, reason="counted twice",
                approver="chief", replace={"data": replaced})


def events():
    return [*supervised(), *tallies()]
