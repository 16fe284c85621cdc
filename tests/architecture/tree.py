"""The tree itself: README tables that match it, no file too long, every test in a target, no leftovers, no paths of one machine."""
import os
import re

import common

LINES_MAX = 400
TEST_LINES_MAX = 500  # tables of cases grow longer than code should
# Longer files, and why. Printed at each run, so that nobody forgets them.
LONGER = {
    "engine/definition/bundle.h": "the compiled form is one vocabulary",
}
SIZED = (".h", ".cpp", ".py", ".sh", ".cmake", "CMakeLists.txt")
TOPS = ("engine", "projections", "connectors", "schemas", "tests", "bench", "docs")
NOT_LISTED = {"README.md", "CMakeLists.txt"}
ROW = re.compile(r"^\|\s*\[?`([^`]+)`", re.M)
LINK = re.compile(r"\]\(([^)\s]+)\)")
# Spelled in pieces, so that this file passes its own check.
LEFTOVER = re.compile(r"\b(" + "|".join(("TO" + "DO", "FIX" + "ME", "X" + "XX", "H" + "ACK")) + r")\b")
MACHINE_PATH = re.compile(r"(?<![\w./-])/(" + "|".join(("wo" + "rk", "ho" + "me", "ro" + "ot", "Us" + "ers", "mn" + "t")) + r")/[\w.-]")
TEXT_SUFFIXES = (".h", ".cpp", ".py", ".sh", ".md", ".yaml", ".yml", ".json", ".txt", ".cmake", ".ndjson", ".supp")
GENERATED = ("tests/fuzz/corpus/", "tests/fixtures/")


def readme_tables(tree, findings):
    """Each top folder's README.md has a table whose first column names exactly its files and folders."""
    for top in TOPS:
        readme = f"{top}/README.md"
        there = {f.split("/")[1] + ("/" if f.count("/") > 1 else "") for f in tree.files if f.startswith(top + "/")} - NOT_LISTED
        if not there:
            continue
        if not tree.has(readme):
            findings.add(readme, 0, "missing: purpose, file table, allowed includes")
            continue
        told = set(ROW.findall(tree.text(readme)))
        for name in sorted(there - told):
            findings.add(readme, 0, f"its table has no row for `{name}`")
        for name in sorted(told - there):
            findings.add(readme, 0, f"its table names `{name}`, which is not there")


def sizes(tree, findings):
    for file in (f for f in tree.files if f.endswith(SIZED) or f == "dev"):
        lines = tree.text(file).count("\n")
        most = TEST_LINES_MAX if file.startswith("tests/") else LINES_MAX
        if lines <= most:
            continue
        if file in LONGER:
            print(f"allowed: {file} has {lines} lines ({LONGER[file]})")
        else:
            findings.add(file, lines, f"{lines} lines; {most} at most: split by topic, or say why in tests/architecture/tree.py")
    for file in LONGER:
        if not tree.has(file) or tree.text(file).count("\n") <= LINES_MAX * 9 // 10:
            findings.add("tests/architecture/tree.py", 0, f"{file} needs no exception any more")


def listed_sources(tree):
    """The .cpp files that CMake lists name, by their paths from the root."""
    named = set()
    for file in tree.files:
        folder = os.path.dirname(file)
        if file.startswith("tests/") and file.endswith(".cmake"):
            folder = "tests"  # included by tests/CMakeLists.txt
        elif os.path.basename(file) != "CMakeLists.txt":
            continue
        text = re.sub(r"#[^\n]*", "", tree.text(file)).replace("${CMAKE_CURRENT_SOURCE_DIR}/", "")
        for source in re.findall(r"[\w./-]+\.cpp", text.replace("${CMAKE_SOURCE_DIR}/", "//")):
            named.add(source[2:] if source.startswith("//") else os.path.normpath(os.path.join(folder, source)))
        for name in re.findall(r"docket_fuzz\(NAME (\w+)", text):
            named.add(f"tests/fuzz/{name}.cpp")
    return named


def in_targets(tree, findings):
    """Every .cpp is named in a CMake list: a test that nobody builds is no test."""
    named = listed_sources(tree)
    for file in tree.code():
        if file.endswith(".cpp") and file not in named:
            findings.add(file, 0, "is in no CMake target")


def texts(tree, findings):
    for file in tree.files:
        if not (file.endswith(TEXT_SUFFIXES) or file in ("dev", ".ci/run", "CMakePresets.json")):
            continue
        if file.startswith(GENERATED):
            continue
        for number, line in enumerate(tree.text(file).splitlines(), 1):
            if match := LEFTOVER.search(line):
                findings.add(file, number, f"leftover {match.group(1)}: do it, or write an issue")
            if match := MACHINE_PATH.search(line):
                findings.add(file, number, f"a path of one machine: {line[match.start():][:60]}")


def links(tree, findings):
    """Relative links in Markdown lead somewhere."""
    for file in tree.files:
        if not file.endswith(".md"):
            continue
        for number, line in enumerate(tree.text(file).splitlines(), 1):
            for target in LINK.findall(line):
                path = os.path.normpath(os.path.join(os.path.dirname(file), target.split("#")[0]))
                if "://" not in target and target.split("#")[0] and not os.path.exists(os.path.join(tree.root, path)):
                    findings.add(file, number, f"links to {target}, which is not there")


def headers(tree, findings):
    """Each header says what it is and its thread rule before #pragma once."""
    for file in tree.code("engine", "projections", "connectors"):
        if not file.endswith(".h"):
            continue
        text = tree.text(file)
        top, pragma, _ = text.partition("#pragma once")
        if not pragma:
            findings.add(file, 1, "has no #pragma once")
        elif not top.lstrip().startswith("//"):
            findings.add(file, 1, "has no comment at its top: what it is, thread rule, ownership")


def check(tree, findings):
    for part in (readme_tables, sizes, in_targets, texts, links, headers):
        part(tree, findings)


if __name__ == "__main__":
    common.main(check)
