"""Tells what ./dev test noted about one of its steps (file NAME in the folder DOCKET_STEPS); 77 = it did not run."""
import glob
import os
import sys

from failed_tests import show

name, folder = sys.argv[1], os.environ.get("DOCKET_STEPS", "")
path = os.path.join(folder, name)
if not folder or not os.path.isfile(path):
    print(f"SKIPPED: {name} was not part of this run (./dev test --all runs every step)")
    sys.exit(77)
result = open(path, encoding="utf-8").read().strip()
print(f"{name}: {result}")
build = os.path.join(folder, "..", name)
repeated = path + ".repeated"
if os.path.isfile(repeated):
    print("passed only when run a second time, alone; the first time it said:")
    print(open(repeated, encoding="utf-8", errors="replace").read())
if not result.startswith("passed") and os.path.isdir(build):
    show(build)
    for said in sorted(glob.glob(os.path.join(build, "found", "*.said"))):  # a fuzzer's log and what it found, in base64
        print(open(said, encoding="utf-8", errors="replace").read())
sys.exit(0 if result.startswith("passed") else 1)
