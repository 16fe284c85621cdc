"""What failed in the last ctest of a build folder: names and outputs.

failed_tests.py show BUILD        names, and the end of what each printed
failed_tests.py may_repeat BUILD  exit 0 if a second run alone may decide: two tests at most, all of them on real brokers or processes, whose
                                  time limits a busy machine can break; and none in which something was lost, doubled or out of order
"""
import json
import os
import re
import subprocess
import sys

REPEATED = {"kafka", "crash", "integration"}
AT_MOST = 2
NEVER = re.compile(r"checker|acknowledged|lost|doubled|AddressSanitizer|ThreadSanitizer|runtime error:|LeakSanitizer", re.IGNORECASE)
END_LINES = 60


def failed(build):
    path = os.path.join(build, "Testing/Temporary/LastTestsFailed.log")
    if not os.path.isfile(path):
        return []
    with open(path, encoding="utf-8") as log:
        return [line.strip().split(":", 1)[1] for line in log if ":" in line]


def outputs(build, names):
    path = os.path.join(build, "Testing/Temporary/LastTest.log")
    if not os.path.isfile(path):
        return {}
    with open(path, encoding="utf-8", errors="replace") as log:
        parts = re.split(r"^\d+/\d+ Test(?:ing)?: (.*)$", log.read(), flags=re.MULTILINE)
    return {name: text for name, text in zip(parts[1::2], parts[2::2]) if name in names}


def labels(build, names):
    shown = subprocess.run(["ctest", "--test-dir", build, "--show-only=json-v1"], capture_output=True, text=True, check=True).stdout
    out = {}
    for test in json.loads(shown)["tests"]:
        found = [row["value"] for row in test.get("properties", []) if row["name"] == "LABELS"]
        if test["name"] in names:
            out[test["name"]] = set(found[0]) if found else set()
    return out


def show(build):
    names = failed(build)
    told = outputs(build, names)
    for name in names:
        lines = told.get(name, "(it printed nothing)").strip().splitlines()
        print(f"---- {name}")
        print("\n".join(lines[-END_LINES:]))


def may_repeat(names, told, of):
    return 0 < len(names) <= AT_MOST and all(of.get(name, set()) & REPEATED and name in told and not NEVER.search(told[name]) for name in names)


def main():
    verb, build = sys.argv[1], sys.argv[2]
    if verb == "show":
        show(build)
        return 0
    names = failed(build)
    return 0 if may_repeat(names, outputs(build, names), labels(build, names)) else 1


if __name__ == "__main__":
    sys.exit(main())
