"""Figures counted anew from the cases' histories and their clocks, by other code than Docket's: schemas/metrics/*.yaml in Python, for what needs
no working calendar. Due dates are read from the cases' own answers. Each module tells the metrics it counts, so that one of which the histories
make nothing is compared too."""
from . import calls, clocks, hotline, proposal, qa, supervision
from .fold import Figures, Read

PARTS = (hotline, proposal, calls, qa, supervision, clocks)


def figures(ledger, faces):
    counted = Figures()
    read = Read(ledger, faces)
    for part in PARTS:
        part.count(read, counted)
    counted.ask_of(read.months)
    return counted


def metrics(ledger, faces):
    for name, period, row in figures(ledger, faces).expected():
        status, answer = faces.metric(name, period=period, consistency="strong")
        total = answer.get("total", {})
        got = {key: total.get("exclusions", {}) if key == "exclusions" else total.get(key) for key in row}
        if status != 200 or got != row:
            yield f"metric: {name} of {period} is {told(got)} (status {status}), and the histories make {told(row)}"


def told(row):
    said = str(row["value"]) if "value" in row else f"{row['numerator']} of {row['denominator']}"
    return said + "".join(f", {count} {reason}" for reason, count in row.get("exclusions", {}).items())
