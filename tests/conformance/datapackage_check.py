"""Holds every datapackage.json below the given folders to the official JSON schema of Data Package version 2.

The schema is the copy that `dplib-py` carries, the implementation of those who keep the standard. Nothing of that
package runs; only its files are read. Formats (`uri`, `email`) are checked too.
"""

import importlib.metadata
import json
import pathlib
import sys

import jsonschema


def profile():
    """The JSON schema of Data Package 2.0."""
    for file in importlib.metadata.files("dplib-py"):
        if str(file).endswith("profiles/2.0/datapackage.json"):
            return json.loads(file.locate().read_text(encoding="utf-8"))
    raise SystemExit("dplib-py has no profiles/2.0/datapackage.json")


def main(folders):
    """Checks all, says what is wrong where, and fails if anything is or nothing was found."""
    validator = jsonschema.Draft7Validator(profile(), format_checker=jsonschema.FormatChecker())
    # A check that accepts anything would prove nothing.
    for wrong in ({}, {"resources": []}, {"resources": [{"name": "a", "path": "../a.csv"}]}):
        assert not validator.is_valid(wrong), wrong
    descriptors = sorted(path for folder in folders for path in pathlib.Path(folder).rglob("datapackage.json"))
    if not descriptors:
        raise SystemExit(f"no datapackage.json in {', '.join(folders)}")
    wrong = 0
    for path in descriptors:
        for error in validator.iter_errors(json.loads(path.read_text(encoding="utf-8"))):
            wrong += 1
            print(f"{path}: {error.json_path}: {error.message[:300]}")
    print(f"{len(descriptors)} descriptors, {wrong} findings")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
