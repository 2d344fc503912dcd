"""Checks that Python's nbformat, the reference for the format, accepts notebooks as they are.

    python nbformat_check.py FILE_OR_FOLDER...

A folder stands for every `.ipynb` file in it and below. Everything that a front end would have to repair counts as a
fault: a schema error, a cell without an id or with the id of another, an older format. Executed copies are held to one
thing more: an execution count on every cell that ran. Needs the package `nbformat`.
"""

import sys
import warnings
from pathlib import Path

import nbformat


def notebooks(arguments):
    for argument in map(Path, arguments):
        if argument.is_dir():
            yield from sorted(argument.rglob("*.ipynb"))
        else:
            yield argument


def faults(path):
    """Everything wrong with a notebook, in words."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        return [str(error)]
    # nbformat repairs what it can and warns; here a repair is a fault.
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            notebook = nbformat.reads(text, as_version=nbformat.NO_CONVERT)
            nbformat.validate(notebook)
        except Exception as error:  # whatever nbformat objects to, in its own words
            return [str(error).strip().splitlines()[0]]
    found = []
    if (notebook.nbformat, notebook.nbformat_minor) < (4, 5):
        found.append(f"format {notebook.nbformat}.{notebook.nbformat_minor}, not 4.5")
    if notebook.metadata.get("kernelspec", {}).get("name") != "kovacs":
        found.append("its kernel is not `kovacs`")
    for number, cell in enumerate(notebook.cells, start=1):
        status = cell.metadata.get("kovacs", {}).get("status")
        if status in ("done", "failed") and cell.execution_count is None:
            found.append(f"cell {number} ran and has no execution count")
        if status == "failed" and not any(output.output_type == "error" for output in cell.outputs):
            found.append(f"cell {number} failed and has no error output")
    return found


def main(arguments):
    paths = list(notebooks(arguments))
    if not paths:
        print("no notebooks found in: " + " ".join(arguments), file=sys.stderr)
        return 2
    bad = 0
    for path in paths:
        found = faults(path)
        bad += bool(found)
        print(f"{path}: {'; '.join(found) or 'valid'}")
    print(f"{len(paths)} notebooks, {bad} with faults")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
