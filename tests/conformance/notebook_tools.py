"""What nbdime and jupytext make of executed notebooks.

    python notebook_tools.py COMMITTED EXECUTED

Two folders: notebooks as they are stored, and their executed copies. Of each pair must hold:

- nbdime sees the cells of the one in the other: what differs is results and notes, no source, no type, no name of a cell;
  its difference, applied to the stored notebook, gives the executed one; a sentence edited meanwhile is merged with the
  results without a conflict; `nbdiff --sources` has nothing to say.
- jupytext writes the executed notebook as a Rust file of cells and reads the same cells back, the results of the notebook
  find their cells again (`jupytext --update`), and the text is that of the stored notebook.

Needs the packages `nbdime` and `jupytext`.
"""

import copy
import subprocess
import sys
from pathlib import Path

import jupytext
import nbdime
import nbformat
from jupytext.combine import combine_inputs_with_outputs
from nbdime.diffing.notebooks import set_notebook_diff_ignores
from nbdime.merging.notebooks import merge_notebooks

# Of a cell: what may differ between the stored notebook and a run of it.
RESULTS = {"outputs", "execution_count", "metadata"}
FORMATS = ("rs:percent", "rs:light", "md:markdown")
EDIT = "\n\nA sentence that was written while the notebook ran."


def cells(notebook):
    return [(cell.cell_type, cell.source) for cell in notebook.cells]


def touched(difference):
    """What a difference changes: keys of the notebook, and of its cells."""
    for entry in difference:
        if entry.key != "cells":
            yield f"the {entry.key} of the notebook"
            continue
        for cell in entry.diff:
            if cell.op != "patch":
                yield f"cell {cell.key}, which is another"
                continue
            yield from (f"the {part.key} of a cell" for part in cell.diff)


def nbdime_faults(stored, executed):
    difference = nbdime.diff_notebooks(stored, executed)
    allowed = {"the metadata of the notebook"} | {f"the {key} of a cell" for key in RESULTS}
    for part in sorted(set(touched(difference)) - allowed):
        yield f"nbdime: {part} differs"
    if nbdime.patch_notebook(copy.deepcopy(stored), difference) != executed:
        yield "nbdime: its difference does not give the executed notebook"
    edited = copy.deepcopy(stored)
    prose = next((cell for cell in edited.cells if cell.cell_type == "markdown"), None)
    if prose is None:
        return
    prose.source += EDIT
    merged, decisions = merge_notebooks(stored, edited, executed)
    if conflicts := [one for one in decisions if one.conflict]:
        yield f"nbdime: {len(conflicts)} conflicts between a sentence and results"
    nbformat.validate(merged)
    if cells(merged) != cells(edited):
        yield "nbdime: a merge loses the sentence"
    outputs = [cell.get("outputs") for cell in executed.cells]
    if [cell.get("outputs") for cell in merged.cells] != outputs:
        yield "nbdime: a merge loses results"


def nbdiff_faults(stored, executed):
    """The command, as git runs it."""
    command = [sys.executable, "-m", "nbdime.nbdiffapp", "--sources", "--no-color", str(stored), str(executed)]
    said = subprocess.run(command, capture_output=True, text=True, timeout=120)
    lines = [line for line in said.stdout.splitlines() if line.strip()]
    if said.returncode != 0 or lines:
        yield f"nbdiff --sources: exit {said.returncode}, {' '.join(lines[:3])}{said.stderr.strip()[-200:]}"


def jupytext_faults(stored, executed):
    for form in FORMATS:
        text = jupytext.writes(executed, fmt=form)
        read = jupytext.reads(text, fmt=form)
        if cells(read) != cells(executed):
            yield f"jupytext: {form} and back gives other cells"
            continue
        again = combine_inputs_with_outputs(read, executed, fmt=form)
        nbformat.validate(again)
        if [cell.get("outputs") for cell in again.cells] != [cell.get("outputs") for cell in executed.cells]:
            yield f"jupytext: results do not find their cells again after {form}"
        if cells(jupytext.reads(jupytext.writes(stored, fmt=form), fmt=form)) != cells(read):
            yield f"jupytext: {form} of the stored notebook has other cells"


def faults(stored, executed):
    before, after = (nbformat.read(path, as_version=nbformat.NO_CONVERT) for path in (stored, executed))
    yield from nbdime_faults(before, after)
    yield from nbdiff_faults(stored, executed)
    yield from jupytext_faults(before, after)


def main(arguments):
    if len(arguments) != 2:
        print(__doc__, file=sys.stderr)
        return 2
    # A user's settings of nbdime would hide what is looked for.
    set_notebook_diff_ignores({})
    committed, folder = map(Path, arguments)
    pairs = [(committed / path.name, path) for path in sorted(folder.glob("*.ipynb")) if (committed / path.name).is_file()]
    if not pairs:
        print(f"no notebook of {committed} has an executed copy in {folder}", file=sys.stderr)
        return 2
    bad = 0
    for stored, executed in pairs:
        found = list(faults(stored, executed))
        bad += bool(found)
        print(f"{executed}: {'; '.join(found) or 'as stored but for its results'}", flush=True)
    print(f"{len(pairs)} notebooks, {bad} with faults")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
