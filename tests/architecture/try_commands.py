"""What ./dev run and the README tell a stranger to type, typed: a data folder, a small city, a server on a free port, each command as it
stands there (but for the program's path and the port), and the figures of the worked example as they must be printed.

try_commands.py DOCKET SOURCE_DIR
"""
import json
import os
import re
import subprocess
import sys
import tempfile
import time

DOCKET, SOURCE = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2])
SHIPPED = "build/release/docket"
# domain.md 3.4, the unit's March at the cut-off, and after T6's late rating.
FIGURES = [
    ("hotline.completion_rate", "100.00"), ("hotline.on_time_rate", "75.00"), ("hotline.response_rate", "75.00"),
    ("hotline.satisfaction.v1", "66.67"), ("hotline.satisfaction.v2", "33.33"), ("hotline.first_round_satisfaction", "66.67"),
    ("hotline.redo_rate", "25.00"), ("hotline.satisfaction.v3", "60.00"), ("hotline.satisfaction.v4", "25.00"),
    ("hotline.flow_completion_rate", "60.00"),
]
RESTATED = [("hotline.satisfaction.v1", "100.00"), ("hotline.satisfaction.v2", "66.67")]
problems = []


def run(command, expect=(), refuse=(), codes=(0,)):
    done = subprocess.run(["bash", "-c", command], cwd=SOURCE, capture_output=True, text=True, timeout=600, check=False)
    for text in expect:
        if text not in done.stdout:
            problems.append(f"{command}\n  does not print {text!r}:\n{done.stdout[:1500]}")
    for text in refuse:
        if text in done.stdout:
            problems.append(f"{command}\n  prints {text!r}:\n{done.stdout[:1500]}")
    if done.returncode not in codes:
        problems.append(f"{command}\n  exit code {done.returncode}:\n{done.stdout[:1500]}{done.stderr[:1500]}")
    return done.stdout


def suggestions(server):
    return run(f"./dev try {server}").strip().splitlines()


def quick_start(server):
    """The commands of the README's quick start, but for ./dev run."""
    for name in ("README.md", "README.zh.md"):
        text = open(os.path.join(SOURCE, name), encoding="utf-8").read()
        block = text.split("./dev run", 1)[1].split("\n## ", 1)[0]
        for line in re.findall(r"^    (\S.*)$", block, re.M):
            yield line.replace("http://127.0.0.1:7417", server)


def show(server, name, *options):
    return run(f"{DOCKET} metric show {name} --period 2017-03 --server {server} {' '.join(options)}")


def start(data):
    server = subprocess.Popen([DOCKET, "serve", "--data", data, "--listen", "127.0.0.1:0"], stdout=subprocess.PIPE, text=True)
    line = server.stdout.readline()
    found = re.search(r"http://127\.0\.0\.1:\d+", line)
    if not found:
        sys.exit(f"serve did not tell its address: {line!r}, exit code {server.wait()}")
    return server, found.group()


def check(server):
    for line in suggestions(server) + list(quick_start(server)):
        run(line.replace(SHIPPED, DOCKET) if "--server" in line or "curl" in line else line.replace(SHIPPED, f"DOCKET_SERVER={server} {DOCKET}"))
    for name, figure in FIGURES:
        if figure not in (out := show(server, name, "--at 2017-04-10")):
            problems.append(f"{name} at 2017-04-10 is not {figure}:\n{out}")
    for day, figure in (("2017-03-13", "0"), ("2017-03-14", "1")):
        out = run(f"{DOCKET} metric show hotline.overdue_open --at {day} --format json --server {server}")
        if not re.search(rf'"value":\s*{figure}\b', out):
            problems.append(f"hotline.overdue_open at {day} is not {figure}:\n{out[:800]}")
    # Events of one block have one recorded instant; a version is one of them all the same.
    for version, state in ((1, "registered"), (2, "dispatched"), (8, "closed")):
        run(f"curl -sS -f '{server}/v1/cases/T1?version={version}'", expect=[f'"state":"{state}"', f'"version":{version},'])
    # A stock of a period that is over is the one at its end; each of a series at its own.
    run(f"curl -sS -f '{server}/v1/metrics/hotline.overdue_open?from=2017-03-01&to=2017-04-30&step=month'",
        expect=['"value":0', '"value":2'])
    run(f"curl -sS -f '{server}/v1/metrics/hotline.on_time_rate?period=2017-03&at=2017-04-10'", expect=['"rate":0.750000'])
    if all_rejects(server, 7) != all_rejects(server, 1000):
        problems.append("the pages of rejects are not the whole list")
    for wrong in ("rejects?page_token=zzz", "cases?kind=hotline-ticket&light=Overdue"):
        run(f"curl -sS '{server}/v1/{wrong}'", expect=['"status":400', wrong.rsplit("=", 1)[1]])
    for wrong, code in (("case get T1 --time-zone Mars/X", 2), ("event publish /tmp", 2), ("case get T1 --version 99", 3)):
        run(f"{DOCKET} {wrong} --server {server}", codes=(code,))
    run(f"{DOCKET} metric show hotline.on_time_rate --period 2017-03 --at 2017-04-10 --by unit --server {server}", expect=["75.00"])
    run(f"{DOCKET} metric explain hotline.on_time_rate --period 2017-03 --at 2017-04-10 --server {server}", expect=["T1", "T2", "T6", "T7"], refuse=["T8"])


def all_rejects(server, page_size):
    rows, token = [], ""
    while True:
        page = json.loads(run(f"curl -sS -f '{server}/v1/rejects?page_size={page_size}{token}'"))
        rows += page["rejects"]
        if not page.get("next_page_token"):
            return rows
        token = f"&page_token={page['next_page_token']}"


def check_later(server):
    """The late rating moves what is asked after it, and nothing of what was known before it."""
    now = time.time()
    before = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(now)) + f".{int(now * 1000) % 1000:03d}Z"
    run(f"curl -sS -f -H 'Content-Type: application/x-ndjson' --data-binary @docs/examples/worked-example-later.ndjson {server}/v1/events")
    for name, figure in RESTATED:
        if figure not in (out := show(server, name, "--at 2017-04-12")):
            problems.append(f"{name} at 2017-04-12 is not {figure}:\n{out}")
    for name, figure in FIGURES:
        for options in (["--at 2017-04-10"], ["--at 2017-04-12", f"--known-at {before}"]):
            if figure not in (out := show(server, name, *options)):
                problems.append(f"{name} {options} is not {figure} any more:\n{out}")


def main():
    with tempfile.TemporaryDirectory() as folder:
        data = os.path.join(folder, "data")
        run(f"{DOCKET} ledger create --data {data} --office example")
        run(f"{DOCKET} city make --seed 1 --cases 200 | {DOCKET} event import --data {data} --format ndjson -", codes=(0, 7))  # 7: the city sends some wrong events
        server, address = start(data)
        try:
            check(address)
            check_later(address)
        finally:
            server.terminate()
            code = server.wait(timeout=120)
        if code != 0:
            problems.append(f"serve ended with exit code {code} after SIGTERM")
        run(f"{DOCKET} ledger verify --data {data}")
    for problem in problems:
        print(problem)
    print(f"{len(problems)} problems")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
