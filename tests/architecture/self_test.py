"""The checks themselves: each is given a small tree with one mistake of every sort, and must name each of them, and nothing in a right one."""
import os
import sys
import tempfile

import codes
import common
import failed_tests
import layers
import tree as tree_check
import words

HERE = os.path.dirname(os.path.abspath(__file__))
OPEN = "\n".join(("// A header. Thread rule: none.", "#pragma once", ""))
RIGHT = {
    "engine/README.md": "| `model/` | ids |\n| `calendar/` | days |\n",
    "engine/model/CMakeLists.txt": "add_library(m a.cpp)\n",
    "engine/model/a.cpp": '#include "engine/model/a.h"\n#include <vector>\n',
    "engine/model/a.h": OPEN,
    "engine/calendar/c.h": OPEN + '#include "engine/model/a.h"\n',
}
MARK = "TO" + "DO"


def write(folder, files):
    for name, text in files.items():
        path = os.path.join(folder, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as handle:
            handle.write(text)


# What failed, what each said, and whether a second run may decide.
REPEATS = (
    ({"K.a": ("kafka", "no answer within 30 s")}, True),
    ({"K.a": ("kafka", "no answer"), "C.b": ("crash", "not ready")}, True),
    ({"K.a": ("kafka", "x"), "K.b": ("kafka", "x"), "K.c": ("kafka", "x")}, False),
    ({"U.a": ("unit", "expected 1")}, False),
    ({"K.a": ("kafka", "the checker: event e1 was acknowledged and is not there")}, False),
    ({"K.a": ("kafka", "ERROR: AddressSanitizer: heap-use-after-free")}, False),
    ({}, False),
)


def repeats():
    wrong = []
    for tests, expected in REPEATS:
        with tempfile.TemporaryDirectory() as build:
            place = os.path.join(build, "Testing/Temporary")
            log = "".join(f"{n}/9 Testing: {name}\n{n}/9 Test: {name}\n{said}\n" for n, (name, (_, said)) in enumerate(tests.items(), 1))
            names = "".join(f"{n}:{name}\n" for n, name in enumerate(tests, 1))
            write(place, {"LastTestsFailed.log": names, "LastTest.log": log})
            found = failed_tests.failed(build)
            may = failed_tests.may_repeat(found, failed_tests.outputs(build, found), {name: {label} for name, (label, _) in tests.items()})
            if found != list(tests) or may != expected:
                wrong.append(f"failed_tests: {list(tests)} found as {found}, may be repeated: {may}")
    return wrong


def found_by(check, extra):
    with tempfile.TemporaryDirectory() as folder:
        write(folder, {**RIGHT, **extra})
        findings = common.Findings()
        check(common.Tree(folder), findings)
        return findings.lines


# check, mistake, what must be told
MISTAKES = [
    (layers.check, {"engine/model/b.h": OPEN + '#include "engine/calendar/c.h"\n'}, "engine/model/b.h:3: includes engine/calendar/c.h; allowed for engine/model"),
    (layers.check, {"engine/model/b.h": OPEN + "#include <rocksdb/db.h>\n"}, "includes <rocksdb/db.h>"),
    (layers.check, {"engine/model/b.h": OPEN + "#include <boost/beast/http.hpp>\n"}, "includes <boost/beast/http.hpp>"),
    (layers.check, {"engine/model/b.h": OPEN + "#include <fstream>\n"}, "includes <fstream>"),
    (layers.check, {"engine/model/b.h": OPEN + "const auto x = std::chrono::system_clock::now();\n"}, "b.h:3: uses system_clock"),
    (layers.check, {"engine/model/b.h": OPEN + "const auto x = time(nullptr);\n"}, "uses time(nullptr)"),
    (layers.check, {"engine/new/b.h": OPEN}, "engine/new/b.h: this folder has no row"),
    (layers.check, {"projections/cases/b.h": OPEN + "#include <rocksdb/db.h>\n"}, "projections/cases/b.h:3: includes <rocksdb/db.h>"),
    (layers.check, {"connectors/http/b.h": OPEN + '#include "connectors/embedded/e.h"\n', "connectors/embedded/e.h": OPEN}, "includes connectors/embedded/e.h"),
    (tree_check.readme_tables, {"engine/apply/b.h": OPEN}, "no row for `apply/`"),
    (tree_check.readme_tables, {"engine/README.md": "| `model/` | |\n| `calendar/` | |\n| `gone/` | |\n"}, "names `gone/`"),
    (tree_check.readme_tables, {"bench/x.cpp": ""}, "bench/README.md: missing"),
    (tree_check.sizes, {"engine/model/b.h": OPEN + "//\n" * 500}, "502 lines"),
    (tree_check.sizes, {"dev": "#\n" * 401}, "dev:401: 401 lines"),
    (tree_check.in_targets, {"tests/unit/b_test.cpp": "", "tests/unit/b.cmake": "# unit/b_test.cpp\n"}, "tests/unit/b_test.cpp: is in no CMake target"),
    (tree_check.in_targets, {"engine/calendar/a.cpp": ""}, "engine/calendar/a.cpp: is in no CMake target"),
    (tree_check.texts, {"engine/model/b.h": OPEN + f"// {MARK}: later\n"}, f"leftover {MARK}"),
    (tree_check.texts, {"docs/x.md": "see /" + "home/someone/x\n"}, "a path of one machine"),
    (tree_check.links, {"docs/x.md": "see [y](y.md)\n"}, "links to y.md"),
    (tree_check.headers, {"engine/model/b.h": "#pragma once\n"}, "no comment at its top"),
    (words.check, {"connectors/http/b.cpp": 'auto x = "case_type";\n'}, '"case_type" says casetype: the word is kind'),
    (words.check, {"connectors/http/b.cpp": 'auto x = "docket_dlq_total";\n'}, "says dlq"),
    (words.check, {"connectors/http/b.cpp": 'auto x = "slaDue";\n'}, "says sla"),
    (words.check, {"schemas/api/openapi.yaml": "name: department\n"}, "says department"),
    (codes.check, {"engine/model/rejection.h": "  kOnce = 212,\n", "engine/model/rejection.cpp": ""}, "kOnce (212) has no row"),
    (codes.check, {"engine/model/rejection.h": "  kOnce = 212,\n",
                   "engine/model/rejection.cpp": 'RejectionInfo{Rejection::kOnce, "once", kCurable, kRepair, "z", "e"}'}, "once (212): no test names it"),
]
# Looks like a mistake and is none.
FINE = [
    (layers.check, {"engine/model/b.h": OPEN + "// std::chrono::system_clock\nconst char* x = \"time(nullptr)\"; bool time(int);\n"}),
    (tree_check.in_targets, {"tests/unit/b_test.cpp": "", "tests/unit/b.cmake": "docket_test(NAME b SOURCES unit/b_test.cpp)\n"}),
    (tree_check.in_targets, {"tests/fuzz/b_fuzz.cpp": "", "tests/fuzz/b.cmake": "docket_fuzz(NAME b_fuzz LIBS x)\n"}),
    (tree_check.texts, {"docs/x.md": "GET /v1/home/x and ../work/y\n"}),
    (words.check, {"connectors/http/b.cpp": "// department, dlq\nauto x = \"slash translate\";\n", "schemas/definitions/x.yaml": "department: {}\n"}),
]


def main():
    wrong = []
    for check, extra, expected in MISTAKES:
        lines = found_by(check, extra)
        if not any(expected in line for line in lines):
            wrong.append(f"{check.__module__}.{check.__name__} did not say '{expected}' of {list(extra)}; it said {lines}")
    for check in (layers.check, tree_check.readme_tables, tree_check.sizes, tree_check.texts, tree_check.headers, words.check, codes.check):
        exceptions = [line for line in found_by(check, {}) if "needs no exception" not in line]
        if exceptions:
            wrong.append(f"{check.__module__}.{check.__name__} finds in a right tree: {exceptions}")
    for check, extra in FINE:
        lines = found_by(check, extra)
        if any(name in line for line in lines for name in extra):
            wrong.append(f"{check.__module__}.{check.__name__} finds {lines} in {list(extra)}")
    wrong += repeats()
    for line in wrong:
        print(line)
    print(f"{len(MISTAKES) + len(FINE)} trees, {len(wrong)} wrong")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
