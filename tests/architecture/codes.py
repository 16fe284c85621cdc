"""Every rejection code is explained in docs/rejection-codes.md, word for word, and named by some test.

codes.py ROOT --write writes the page anew from engine/model/rejection.cpp.
"""
import re
import sys

import common

SOURCE, HEADER, PAGE = "engine/model/rejection.cpp", "engine/model/rejection.h", "docs/rejection-codes.md"
ROW = re.compile(r'RejectionInfo\{Rejection::(k\w+),\s*"([a-z-]+)",\s*k(Final|Curable),\s*k(Repair|Wait|Ask),\s*"([^"]*)",\s*"([^"]*)"\}')
NUMBER = re.compile(r"^\s*(k\w+) = (\d+),", re.M)
INTRO = """# Rejection codes

What an event can be refused for; served at `/v1/rejection-codes`, written by name in the ledger. Numbers are never reused. *Final*: the event,
its source and the definition alone decide it. *Curable*: the other events of the case do, so the event parks (202) and is judged again until its limit.
Repair: send a right one under the same id. Wait: an earlier event is still to come. Ask: somebody must decide.
Made from `engine/model/rejection.cpp` by `tests/architecture/codes.py`; a test compares them.

| number | code | judged | what to do | zh | en |
|---|---|---|---|---|---|
"""


def rows(tree):
    numbers = dict(NUMBER.findall(tree.text(HEADER)))
    return [(numbers.get(constant, "?"), constant, *rest) for constant, *rest in ROW.findall(tree.text(SOURCE))]


def page(found):
    lines = (f"| {number} | `{name}` | {judged.lower()} | {remedy.lower()} | {zh} | {en} |\n" for number, _, name, judged, remedy, zh, en in found)
    return INTRO + "".join(lines)


def check(tree, findings):
    if not tree.has(SOURCE):
        return
    found = rows(tree)
    declared = set(NUMBER.findall(tree.text(HEADER))) - {("kNone", "0")}
    for constant, number in sorted(declared, key=lambda d: int(d[1])):
        if constant not in {row[1] for row in found}:
            findings.add(SOURCE, 0, f"{constant} ({number}) has no row")
    if not tree.has(PAGE) or tree.text(PAGE) != page(found):
        findings.add(PAGE, 0, "differs from the list: python3 tests/architecture/codes.py . --write")
    tests = "\n".join(tree.text(f) for f in tree.files if f.startswith("tests/") and not f.startswith("tests/architecture/"))
    for number, constant, name, *_ in found:
        if not re.search(rf"\b{constant}\b|(?<![\w-]){name}(?![\w-])", tests):
            findings.add(SOURCE, 0, f"{name} ({number}): no test names it")


if __name__ == "__main__":
    if "--write" in sys.argv:
        here = common.Tree(sys.argv[1])
        with open(f"{here.root}/{PAGE}", "w", encoding="utf-8") as handle:
            handle.write(page(rows(here)))
    else:
        common.main(check)
