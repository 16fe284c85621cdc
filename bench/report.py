#!/usr/bin/env python3
"""Numbers of the READMEs, from the results of a run: nobody types them.

    bench/report.py                  shows what it would write, from the newest results in bench/results
    bench/report.py --write [FILE..] fills README.md, README.zh.md and bench/README.md
    bench/report.py --check FILE..   every row of the READMEs has a place in these results and the other way round; writes nothing
"""
import glob
import json
import os
import re
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
BEGIN, END = "<!-- results: bench/report.py -->", "<!-- end of results -->"

# Rows of the first table: events/s and floor. (English, Chinese, workload, figure)
RATES = [
    ("case5, import, durable, all projections current", "case5，导入，落盘且全部投影为最新", "case5", "import_rate"),
    ("case5, HTTP batches of 500", "case5，HTTP 每批 500", "case5", "http_batch_rate"),
    ("single events, 64 in flight", "单条，64 条在途", "case5", "http_single_rate"),
    ("city, import", "city，导入", "city", "import_rate"),
    ("city, HTTP batches of 500", "city，HTTP 每批 500", "city", "http_batch_rate"),
    ("rebuild", "重建", "case5", "rebuild_rate"),
]
# Rows of the second one: one value of each figure. (English, Chinese, workload, figures, optional)
VALUES = [
    ("acknowledgement p50 / p99 at 2,000 events/s", "每秒 2,000 条时确认延迟 p50 / p99", "case5", ["ack_p50", "ack_p99"], False),
    ("case read p50 / p99", "单件查询 p50 / p99", "case5", ["case_p50", "case_p99"], False),
    ("metric over a year by unit, as known on a past day, p99", "全年分单位指标，按过去某日所知，p99", "case5", ["metric_known_p99"], False),
    ("kill -9 to first right answer", "kill -9 到第一个正确回答", "case5", ["restart"], False),
    ("peak memory at 1,000,000 cases", "1,000,000 件时内存峰值", "case5", ["large_peak"], True),
    ("disk per event", "每条事件占用磁盘", "case5", ["ledger_bytes", "store_bytes"], False),
]
UNITS_ZH = {"bytes/event": "字节", "ms": "毫秒", "MiB": "MiB"}


class Results:
    def __init__(self, files):
        self.runs, self.rows = [], {}
        for file in files:
            for line in open(file, encoding="utf-8"):
                row = json.loads(line)
                if "run" in row:
                    self.runs.append(row["run"])
                else:
                    self.rows[row["workload"], row["figure"]] = row

    def get(self, workload, figure):
        return self.rows.get((workload, figure))


def newest():
    """The files of the newest run, and of others at the same commit (case5 and city may have been measured apart)."""
    runs = {}
    for file in glob.glob(os.path.join(ROOT, "bench", "results", "*.jsonl")):
        with open(file, encoding="utf-8") as lines:
            run = json.loads(lines.readline())["run"]
        if "kafka" not in run["workloads"]:  # measured apart; its figures have no row in the READMEs yet
            runs[file] = run
    last = max(runs.values(), key=lambda run: run["at"], default=None)
    return sorted((file for file in runs if runs[file]["commit"] == last["commit"]), key=lambda file: runs[file]["at"])


def number(value, digits):
    return f"{value:,.{digits}f}"


def spread(row, digits):
    text = number(row["median"], digits)
    return text if len(row["values"]) < 2 else f"{text} ({number(row['min'], digits)}-{number(row['max'], digits)})"


def times(row):
    return f"{row['times_floor']['median']:.1f} x"


def rate_cells(row):
    return [spread(row, 0), f"{spread(row['floor'], 0)}: {times(row)}"]


def value_cells(rows, zh):
    values = " / ".join(number(row["median"], min(row["digits"], 2)) for row in rows)
    floors = " / ".join(number(row["floor"]["median"], min(row["digits"], 2)) for row in rows)
    unit = rows[0]["unit"]
    if rows[0]["figure"] == "ledger_bytes":
        both = sum(row["median"] for row in rows)
        return [f"{number(both, 0)} 字节：账本 {number(rows[0]['median'], 0)}，投影 {number(rows[1]['median'], 0)}（下限 {floors}）" if zh else
                f"{number(both, 0)} bytes: ledger {number(rows[0]['median'], 0)}, projections {number(rows[1]['median'], 0)} (floor {floors})"]
    return [f"{values} {UNITS_ZH[unit]}（下限 {floors}）" if zh else f"{values} {unit} (floor {floors})"]


def cells_of(results, zh):
    """Title -> the cells behind it; rows that this run doesn't have are left as they are."""
    out, lacking = {}, []
    for en, title_zh, workload, figure in RATES:
        row = results.get(workload, figure)
        if row is None:
            lacking.append(en)
        else:
            out[title_zh if zh else en] = rate_cells(row)
    for en, title_zh, workload, figures, optional in VALUES:
        rows = [results.get(workload, figure) for figure in figures]
        if None not in rows:
            out[title_zh if zh else en] = value_cells(rows, zh)
        elif not optional:
            lacking.append(en)
    return out, lacking


def rounds_of(runs, zh):
    least, most = min(run["rounds"] for run in runs), max(run["rounds"] for run in runs)
    if most == 1:
        return "一轮" if zh else "one round"
    count = f"{most}" if least == most else (f"{least} 至 {most}" if zh else f"{least} to {most}")
    return f"{count} 轮取中位数（最小-最大）" if zh else f"median of {count} rounds (min-max)"


def said_of(run, zh, runs=None):
    machine = run["machine"]
    rounds = rounds_of(runs or [run], zh)
    where = f"{machine['cpu']}, {machine['kernel']}"
    if zh:
        return f"测于 {run['at'][:10]}，提交 {run['commit']}，{machine['cores']} 核（{where}），同步写 4 KiB p50 {machine['sync_p50_us']:.0f} 微秒；{rounds}。"
    return (f"Measured {run['at'][:10]}, commit {run['commit']}, {machine['cores']} cores ({where}), a sync of 4 KiB p50 "
            f"{machine['sync_p50_us']:.0f} us; {rounds}.")


def filled(text, results, zh):
    """The README with its rows filled, and the titles that it has no row for."""
    cells, _ = cells_of(results, zh)
    lines, seen = [], set()
    for line in text.splitlines():
        title = line.split("|")[1].strip() if line.startswith("| ") else ""
        if title in cells:
            line = "| " + " | ".join([title] + cells[title]) + " |"
            seen.add(title)
        if not re.match(r"^(Measured \d{4}-|测于 \d{4}-)", line):
            lines.append(line)
        if "[bench](bench)" in line and line.rstrip().endswith(("[bench](bench).", "[bench](bench)。")) and "|" not in line:
            lines.append(said_of(results.runs[-1], zh, results.runs))
    return "\n".join(lines) + "\n", sorted(set(cells) - seen)


def long_table(results):
    lines = []
    for run in results.runs:
        lines += [said_of(run, False), f"Build {run['build']}; seed {run['seed']}; {machine_of(run)}."]
        for name, notes in run["workloads"].items():
            lines.append(f"{name}: {notes['cases']} cases, {notes['events']} events; right answer {notes['answer']}.")
    for workload in dict.fromkeys(workload for workload, _ in results.rows):
        lines += ["", f"| {workload} | unit | median (min-max) | floor | times floor |", "|---|---|---|---|---|"]
        for (name, _), row in results.rows.items():
            if name != workload:
                continue
            floor = [spread(row["floor"], row["digits"]), f"{row['times_floor']['median']:.2f}"] if "floor" in row else ["", ""]
            lines.append("| " + " | ".join([row["title"].strip(), row["unit"], spread(row, row["digits"])] + floor) + " |")
    return lines


def machine_of(run):
    machine = run["machine"]
    return f"{machine['memory_gib']:.0f} GiB, {machine['system']}, sync p99 {machine['sync_p99_us']:.0f} us"


def between_marks(text, lines):
    begin, end = text.index(BEGIN) + len(BEGIN), text.index(END)
    return text[:begin] + "\n" + "\n".join(lines) + "\n" + text[end:]


def main(args):
    write, check = "--write" in args, "--check" in args
    files = [arg for arg in args if not arg.startswith("--")] or newest()
    if not files:
        sys.exit("bench/results holds no results yet: ./dev bench")
    results = Results(files)
    problems = [f"no figure for the row: {title}" for title in cells_of(results, False)[1]]
    new = {}
    for name, zh in (("README.md", False), ("README.zh.md", True)):
        text = open(os.path.join(ROOT, name), encoding="utf-8").read()
        new[name], homeless = filled(text, results, zh)
        problems += [f"{name} has no row: {title}" for title in homeless]
        if "Measured" not in new[name] and "测于" not in new[name]:
            problems.append(f"{name} has no line about the bench to say the machine under")
    bench = open(os.path.join(ROOT, "bench", "README.md"), encoding="utf-8").read()
    new["bench/README.md"] = between_marks(bench, long_table(results))
    if problems:
        sys.exit("\n".join(problems))
    if check:
        print(f"{len(RATES) + len(VALUES)} rows have their place")
    elif write:
        for name, text in new.items():
            with open(os.path.join(ROOT, name), "w", encoding="utf-8") as out:
                out.write(text)
        print("filled " + ", ".join(new) + " from " + ", ".join(os.path.relpath(file, ROOT) for file in files))
    else:
        print("\n".join(long_table(results)))


if __name__ == "__main__":
    main(sys.argv[1:])
