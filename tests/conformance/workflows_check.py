"""Checks workflows of GitHub: by the schema of workflow files, by bash, and by what is in the project.

    python workflows_check.py WORKFLOW_OR_FOLDER...

A fault is: what the schema does not allow; a step whose commands bash cannot read; a command on a file of this project, or
a package of cargo, that is not there; a job without a limit of time. Needs the package `check-jsonschema`, which carries the schema.
"""

import re
import subprocess
import sys
from pathlib import Path

import ruamel.yaml

ROOT = Path(__file__).resolve().parents[2]
# Files of this project as commands name them.
FILES = re.compile(r"(?<![\w./-])((?:tests|\.ci|models|kernel-ext)/[\w./-]+\w)")
PACKAGES = re.compile(r"cargo (?:\+\w+ )?(?:bench|test|miri|build|run)[^\n|]*? -p ([\w-]+)")


def schema_faults(path):
    command = ["check-jsonschema", "--builtin-schema", "vendor.github-workflows", str(path)]
    said = subprocess.run([str(Path(sys.executable).parent / command[0]), *command[1:]], capture_output=True, text=True)
    if said.returncode != 0:
        yield " ".join((said.stdout + said.stderr).split())


def packages():
    names = set()
    for manifest in ROOT.glob("**/Cargo.toml"):
        if "target" not in manifest.parts:
            found = re.search(r'^\[package\]\nname = "([^"]+)"', manifest.read_text(), re.MULTILINE)
            names.update(found.groups() if found else ())
    return names


def step_faults(step, known, is_ours):
    commands = step.get("run")
    if commands is None:
        return
    # What GitHub puts in is a word to bash.
    text = re.sub(r"\$\{\{.*?\}\}", "word", commands)
    said = subprocess.run(["bash", "-n"], input=text, capture_output=True, text=True)
    if said.returncode != 0:
        yield f"bash: {said.stderr.strip()}"
    if not is_ours:
        return
    for file in FILES.findall(text):
        if not (ROOT / file).exists():
            yield f"there is no `{file}`"
    for package in PACKAGES.findall(text):
        if package not in known:
            yield f"there is no package `{package}`"


def faults(path, known):
    yield from schema_faults(path)
    workflow = ruamel.yaml.YAML(typ="safe").load(path.read_text())
    is_ours = path.resolve().is_relative_to(ROOT / ".github")
    for name, job in workflow.get("jobs", {}).items():
        deploys = any("deploy-pages" in step.get("uses", "") for step in job.get("steps", []))
        if "timeout-minutes" not in job and not deploys:
            yield f"job {name} has no limit of time"
        for number, step in enumerate(job.get("steps", []), start=1):
            yield from (f"job {name}, step {number}: {words}" for words in step_faults(step, known, is_ours))


def main(arguments):
    paths = []
    for argument in map(Path, arguments):
        paths += sorted(argument.glob("*.yml")) if argument.is_dir() else [argument]
    if not paths:
        print(__doc__, file=sys.stderr)
        return 2
    known = packages()
    bad = 0
    for path in paths:
        found = list(faults(path, known))
        bad += bool(found)
        print(f"{path}: {'; '.join(found) or 'valid'}")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
