"""Includes run one way: each #include of a folder must be in its row of layers.txt. Prints file, include, allowed set."""
import fnmatch
import os
import re

import common

INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*([<"])([^>"]+)[>"]', re.M)
WALL_CLOCK = re.compile(r"\b(system_clock|steady_clock|high_resolution_clock|random_device|getenv|gettimeofday|clock_gettime|localtime\w*|gmtime\w*)\b"
                        r"|(?<![\w.>])(?:std::)?time\s*\(\s*(?:nullptr|NULL|0|&\w+)\s*\)")
STANDARD = re.compile(r"^[a-z0-9_]+$")  # <vector>, <cstdint>: no slash, no suffix


def rules(tree):
    rows, forbidden = {}, {}
    path = "tests/architecture/layers.txt"
    text = tree.text(path) if tree.has(path) else open(os.path.join(os.path.dirname(__file__), "layers.txt")).read()
    for line in text.splitlines():
        line = line.split("#")[0].strip()
        if not line:
            continue
        name, allowed = (part.strip() for part in line.split(":", 1))
        if name.startswith("forbidden "):
            forbidden[name.split()[1]] = set(allowed.split())
            continue
        folders, _, headers = allowed.partition("|")
        rows[name] = (folders.split(), headers.split())
    return rows, forbidden


def row_of(rows, file):
    """The longest row that names the file or a folder above it."""
    fitting = [name for name in rows if file == name or file.startswith(name + "/")]
    return max(fitting, key=len) if fitting else None


def folder_allows(tree, allowed, own, include):
    if os.path.dirname(include) == own:
        return True
    return any(include == a or include.startswith(a + "/") for a in allowed)


def check(tree, findings):
    rows, forbidden = rules(tree)
    tops = {name.split("/")[0] for name in rows}
    for file in tree.code(*tops):
        name = row_of(rows, file)
        if name is None:
            findings.add(file, 0, "this folder has no row in tests/architecture/layers.txt")
            continue
        folders, headers = rows[name]
        own = os.path.dirname(file)
        banned = set().union(*(words for top, words in forbidden.items() if file.startswith(top + "/")))
        text = tree.text(file)
        for match in INCLUDE.finditer(text):
            include, line = match.group(2), text.count("\n", 0, match.start()) + 1
            if match.group(1) == '"' or include.split("/")[0] in tops:
                if name in ("tests", "bench") and "/" not in include:
                    continue  # a neighbour's fixture
                if not tree.has(include) and tree.has(os.path.join(own, include)):
                    findings.add(file, line, f'includes "{include}": write the path from the root of the project')
                elif not folder_allows(tree, folders, own, include):
                    findings.add(file, line, f"includes {include}; allowed for {name}: itself {' '.join(folders)}")
            elif STANDARD.match(include):
                if include in banned:
                    findings.add(file, line, f"includes <{include}>, which {file.split('/')[0]}/ must not use (no clock, files or threads)")
            elif not any(fnmatch.fnmatch(include, glob) for glob in headers):
                findings.add(file, line, f"includes <{include}>; allowed for {name}: standard headers {' '.join(headers)}")
        if any(file.startswith(top + "/") for top in forbidden):
            code = common.without_comments_and_strings(text)
            for match in WALL_CLOCK.finditer(code):
                findings.add(file, code.count("\n", 0, match.start()) + 1, f"uses {match.group().strip()}: the engine is given its time")


if __name__ == "__main__":
    common.main(check)
