"""One vocabulary: the names of the API, the command line and the metrics never say case_type, dlq, SLA or department."""
import re

import common

# A whole word of a name: words are parted by anything but letters, and by a change from small to capital letters.
BANNED = {
    "casetype": "kind",
    "dlq": "rejects",
    "sla": "clock or deadline",
    "department": "unit",
}
WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]*")
CONTRACTS = re.compile(r"^schemas/(contracts|api)/|^schemas/[^/]*\.(json|ya?ml)$|^docs/.*(openapi|asyncapi)", re.I)


def banned_in(name):
    words = [w.lower() for w in WORD.findall(name)]
    for i, word in enumerate(words):
        for candidate in (word, word + words[i + 1] if i + 1 < len(words) else ""):
            singular = candidate[:-1] if candidate.endswith("s") and candidate != "s" else candidate
            for found in (candidate, singular):
                if found in BANNED:
                    return found
    return None


def check(tree, findings):
    for file in tree.code("connectors"):
        for line, text in common.strings_of(tree.text(file)):
            for name in NAME.findall(text):
                if found := banned_in(name):
                    findings.add(file, line, f'"{name}" says {found}: the word is {BANNED[found]}')
    for file in tree.files:
        if not CONTRACTS.search(file):
            continue
        for number, line in enumerate(tree.text(file).splitlines(), 1):
            for name in NAME.findall(line):
                if found := banned_in(name):
                    findings.add(file, number, f'"{name}" says {found}: the word is {BANNED[found]}')


if __name__ == "__main__":
    common.main(check)
