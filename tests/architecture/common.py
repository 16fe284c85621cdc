"""What the architecture checks share: the project's files, comments stripped or kept, and how a finding is told."""
import os
import re
import subprocess
import sys

SKIPPED_FOLDERS = {".git", "build", "data", ".cache", "node_modules", "__pycache__"}
CODE = (".h", ".cpp")


class Findings:
    """Collects what is wrong; one line each, "file:line: what"."""

    def __init__(self):
        self.lines = []

    def add(self, file, line, text):
        self.lines.append(f"{file}:{line}: {text}" if line else f"{file}: {text}")


class Tree:
    """The files of a project folder, as git sees them where there is one, with texts read once."""

    def __init__(self, root):
        self.root = os.path.abspath(root)
        self.files = sorted(self._from_git() or self._from_disk())
        self._texts = {}

    def _from_git(self):
        if not os.path.exists(os.path.join(self.root, ".git")):
            return None
        command = ["git", "-c", "safe.directory=*", "-C", self.root, "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
        try:
            out = subprocess.run(command, capture_output=True, check=True).stdout.decode()
        except (OSError, subprocess.CalledProcessError):
            return None
        return [f for f in out.split("\0") if f and os.path.isfile(os.path.join(self.root, f))]

    def _from_disk(self):
        found = []
        for folder, folders, files in os.walk(self.root):
            folders[:] = [f for f in folders if f not in SKIPPED_FOLDERS]
            found += [os.path.relpath(os.path.join(folder, f), self.root) for f in files]
        return found

    def text(self, file):
        if file not in self._texts:
            with open(os.path.join(self.root, file), "rb") as handle:
                self._texts[file] = handle.read().decode("utf-8", errors="replace")
        return self._texts[file]

    def has(self, file):
        return os.path.isfile(os.path.join(self.root, file))

    def code(self, *folders):
        return [f for f in self.files if f.endswith(CODE) and (not folders or f.split("/")[0] in folders)]


TOKEN = re.compile(r'//[^\n]*|/\*.*?\*/|R"\((?:.|\n)*?\)"|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', re.S)


def without_comments_and_strings(text):
    """The code alone, line numbers kept."""
    return TOKEN.sub(lambda m: re.sub(r"[^\n]", " ", m.group()), text)


def strings_of(text):
    """(line, content) of each string literal; #include lines are left out."""
    for match in TOKEN.finditer(text):
        token = match.group()
        if token.startswith(("//", "/*", "'")):
            continue
        begin = text.rfind("\n", 0, match.start()) + 1
        if text[begin:match.start()].lstrip().startswith("#"):
            continue
        yield text.count("\n", 0, match.start()) + 1, token[1:-1] if token.startswith('"') else token[3:-2]


def main(check):
    """Runs check(tree, findings) over the folder given on the command line; exit code 1 and a list when something is wrong."""
    root = sys.argv[1] if len(sys.argv) > 1 else os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
    findings = Findings()
    check(Tree(root), findings)
    for line in findings.lines:
        print(line)
    print(f"{len(findings.lines)} findings" if findings.lines else "nothing found")
    sys.exit(1 if findings.lines else 0)
