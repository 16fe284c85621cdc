"""Plants each fault of planted_faults.txt, and fails unless the tests named beside it notice. Also: a fault without a row, a row without a fault.

planted_faults.py [--jobs N] [NAME...]
"""
import argparse
import os
import re
import subprocess
import sys

import common

TABLE = "tests/architecture/planted_faults.txt"
BUILD = "build/dev"  # whose objects serve all faults; it is put right again at the end
LOGS = "build/faults"
FAULT = re.compile(r"\bDOCKET_FAULT_([A-Z0-9_]+)")


def table(tree):
    rows = []
    for line in tree.text(TABLE).splitlines():
        if line.strip() and not line.startswith("#"):
            rows.append(tuple(part.strip() for part in line.split("|", 2)))
    return rows


def run(command, log):
    with open(log, "w", encoding="utf-8") as out:
        return subprocess.run(command, stdout=out, stderr=subprocess.STDOUT, check=False).returncode


def build(fault, targets, jobs, log):
    """The dev build with that fault in it; none: as it should be. Empty, or what went wrong."""
    if run(["cmake", "--preset", "dev", f"-DDOCKET_PLANTED_FAULT={fault}"], log) != 0:
        return f"could not configure, see {log}"
    chosen = ["--target", *targets.split()] if targets else []
    if run(["cmake", "--build", BUILD, "-j", jobs, *chosen], log) != 0:
        return f"could not build, see {log}"
    return ""


def plant(name, target, tests, jobs):
    """Empty if the tests noticed, else what went wrong."""
    log = f"{LOGS}/{name}.log"
    if problem := build(name, target, jobs, log):
        return problem
    # A fault in what happens at the same time may slip through once, but not five times.
    code = run(["ctest", "--test-dir", BUILD, "-R", tests, "--no-tests=ignore", "-j", jobs, "--repeat", "until-fail:5"], log)
    text = open(log, encoding="utf-8", errors="replace").read()
    if "No tests were found" in text or "Not Run" in text:
        return f"the tests {tests} did not run, see {log}"
    return "" if code != 0 else f"planted, and {tests} did not notice"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--jobs", default="2")
    parser.add_argument("names", nargs="*")
    arguments = parser.parse_args()
    tree = common.Tree(os.getcwd())
    os.makedirs(LOGS, exist_ok=True)
    rows = table(tree)
    mentioned = {name for file in tree.code("engine", "projections", "connectors") for name in FAULT.findall(tree.text(file))}
    wrong = [f"{name} is in the code and has no row in {TABLE}" for name in sorted(mentioned - {row[0] for row in rows})]
    wrong += [f"{row[0]} has a row in {TABLE} and is nowhere in the code" for row in rows if row[0] not in mentioned]
    for name, target, tests in rows:
        if name not in mentioned or (arguments.names and name not in arguments.names):
            continue
        problem = plant(name, target, tests, arguments.jobs)
        print(f"  {name}: {problem or 'noticed by ' + tests}", flush=True)
        if problem:
            wrong.append(f"{name}: {problem}")
    if problem := build("", "", arguments.jobs, f"{LOGS}/none.log"):
        wrong.append(problem)
    for line in wrong:
        print(line)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
