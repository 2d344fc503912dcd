"""What each runner leaves of a notebook in which something goes wrong, and what it costs by itself.

Kovacs runs Rust cells; nbclient, papermill and nbval run the same cells in Python with ipykernel. The peers are
installed on demand into target/peers. The tables are those of the book's page on performance.

Run: python3 tests/conformance/failure_matrix.py [--kovacs PROGRAM] [--only CASE] [--bench]
"""

import argparse
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PEERS = ROOT / "target" / "peers"
PACKAGES = ["nbclient==0.11.0", "papermill==2.7.0", "nbval==0.11.0", "ipykernel==7.1.0", "pytest==8.4.2"]
LIMIT = 8  # s, of a cell

CELLS = {
    "exception": {
        "rust": 'panic!("on purpose");',
        "python": 'raise ValueError("on purpose")',
    },
    "killed process": {
        "rust": 'std::fs::write("died", "").unwrap();\n'
        'std::process::Command::new("kill").args(["-9", &std::process::id().to_string()]).status().unwrap();\n'
        "std::thread::sleep(std::time::Duration::from_secs(60));",
        "python": 'import os, time\nopen("died", "w").close()\nos.kill(os.getpid(), 9)\ntime.sleep(60)',
    },
    "endless loop": {
        "rust": "let mut n = 0_u64;\nloop { n = std::hint::black_box(n + 1); }",
        "python": "while True: pass",
    },
    "20 000 flushed writes": {
        "rust": "use std::io::Write;\nfor line in 0..20_000 { println!(\"{line:099}\"); std::io::stdout().flush().unwrap(); }",
        "python": 'for line in range(20_000): print(f"{line:099}", flush=True)',
    },
    "killed runner": {
        "rust": 'std::fs::write("running", "").unwrap();\nstd::thread::sleep(std::time::Duration::from_secs(60));',
        "python": 'import time\nopen("running", "w").close()\ntime.sleep(60)',
    },
    "full disk": {"rust": 'println!("{}", "x".repeat(200_000));', "python": 'print("x" * 200_000)'},
    "two runners": {
        "rust": 'std::fs::write("running", "").unwrap();\nstd::thread::sleep(std::time::Duration::from_secs(6));',
        "python": 'import time\nopen("running", "w").close()\ntime.sleep(6)',
    },
    "read-only folder": {"rust": 'println!("two");', "python": 'print("two")'},
    "nbformat 3": {"rust": 'println!("two");', "python": 'print("two")'},
    "nbformat 4.0": {"rust": 'println!("two");', "python": 'print("two")'},
}
# Cases in which every cell can run.
WHOLE = ("20 000 flushed writes", "two runners", "nbformat 3", "nbformat 4.0")
# Cases that need a file system of their own.
OWN_DISK = ("full disk", "read-only folder")
FIRST = {"rust": 'println!("one");', "python": 'print("one")'}
LAST = {"rust": 'println!("three");', "python": 'print("three")'}


def notebook(case, language):
    """Three cells, the middle one bad."""
    sources = [FIRST[language], CELLS[case][language], LAST[language]]
    name = "kovacs" if language == "rust" else "python3"
    spec = {"name": name, "display_name": name, "language": language}
    if case == "nbformat 3":
        cells = [
            {"cell_type": "code", "language": language, "collapsed": False, "metadata": {}, "input": source, "outputs": []}
            for source in sources
        ]
        return {"nbformat": 3, "nbformat_minor": 0, "metadata": {"name": ""}, "worksheets": [{"cells": cells, "metadata": {}}]}
    cells = [
        {"cell_type": "code", "id": f"c{index}", "metadata": {}, "source": source, "outputs": [], "execution_count": None}
        for index, source in enumerate(sources)
    ]
    minor = 5
    if case == "nbformat 4.0":
        # Cells have names since 4.5 only.
        minor = 0
        cells = [{key: value for key, value in cell.items() if key != "id"} for cell in cells]
    return {"nbformat": 4, "nbformat_minor": minor, "metadata": {"kernelspec": spec}, "cells": cells}


def installed():
    """The Python of the peers, which are installed if they are not there."""
    python = PEERS / "bin" / "python"
    stamp = PEERS / "installed"
    if not stamp.is_file() or stamp.read_text() != " ".join(PACKAGES):
        subprocess.run([sys.executable, "-m", "venv", PEERS], check=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *PACKAGES], check=True)
        stamp.write_text(" ".join(PACKAGES))
    return PEERS / "bin"


def runners(kovacs, peers):
    """Name, language, command on a notebook in the current folder, and where the results are."""
    path = "n.ipynb"
    return {
        "kovacs": ("rust", [kovacs, "run", path, "--timeout", f"{LIMIT}s", "--no-cache"], f"executed/{path}"),
        "nbclient": ("python", [peers / "jupyter-execute", path, "--inplace", f"--timeout={LIMIT}"], path),
        "papermill": ("python", [peers / "papermill", path, "out.ipynb", "--execution-timeout", str(LIMIT)], "out.ipynb"),
        "nbval": (
            "python",
            [peers / "py.test", "-q", "-p", "no:cacheprovider", "--nbval-lax", f"--nbval-cell-timeout={LIMIT}", path],
            None,
        ),
    }


def environment(peers):
    return dict(os.environ, PATH=f"{peers}{os.pathsep}{os.environ['PATH']}", PYDEVD_DISABLE_FILE_VALIDATION="1")


def wait_for(path, seconds=120):
    end = time.monotonic() + seconds
    while not path.exists() and time.monotonic() < end:
        time.sleep(0.02)
    return path.exists()


def outputs(path):
    """Text of each cell and the number of its records; None if there is no valid notebook."""
    try:
        cells = [cell for cell in json.loads(path.read_text())["cells"] if cell["cell_type"] == "code"]
    except (OSError, ValueError, KeyError):
        return None
    text = []
    for cell in cells:
        streams = [output for output in cell["outputs"] if output["output_type"] == "stream"]
        text.append((cell["source"], "".join("".join(output["text"]) for output in streams), len(streams)))
    return text


def run(case, name, runner, env, desk):
    """One cell of the table, in words."""
    language, command, result = runner
    command = [str(word) for word in command]
    start = time.monotonic()
    process = subprocess.Popen(
        command, cwd=desk, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True
    )
    second = None
    if case == "killed runner" and wait_for(desk / "running"):
        process.send_signal(signal.SIGKILL)
    if case == "two runners" and wait_for(desk / "running"):
        second = subprocess.run(command, cwd=desk, env=env, capture_output=True, text=True, timeout=300)
    died_after = None
    if case == "killed process" and wait_for(desk / "died"):
        died_after = time.time()
    try:
        said, _ = process.communicate(timeout=300)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        return "does not end within 300 s"
    seconds = time.monotonic() - start
    ended = time.time()
    # What a runner leaves running when it is killed.
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass
    words = [f"exit {process.returncode}"]
    if died_after is not None:
        words.append(f"ends {ended - died_after:.1f} s after the death")
    else:
        words.append(f"{seconds:.1f} s")
    found = outputs(desk / result) if result else None
    if result is None:
        words.append("keeps no results")
    elif not (desk / result).exists():
        words.append("writes nothing")
    elif found is None:
        words.append("**no valid notebook**")
    else:
        first = [text for source, text, _ in found if "".join(source) == FIRST[language]]
        words.append("first cell kept" if first and "one" in first[0] else "**nothing kept**")
        last = [text for source, text, _ in found if "".join(source) == LAST[language]]
        if case in WHOLE and not (last and "three" in last[0]):
            words.append("**not to the end**")
        if case == "20 000 flushed writes":
            records = max(count for _, _, count in found)
            lines = max(text.count("\n") for _, text, _ in found)
            words.append(f"{lines} lines in {records} records")
    if case in ("exception", "killed process", "endless loop"):
        named = any(mark in said for mark in ("cell 2", "Cell 2", "In [2]", "Cell 1", CELLS[case][language].splitlines()[0]))
        words.append("cell named" if named else "cell not named")
    if second is not None:
        words.append("second one refused" if second.returncode not in (0, process.returncode) else "second one ran as well")
    return ", ".join(words)


def on_own_disk(case, name, runner, env):
    """On a file system of 128 kB, or on one that is read-only, where one can be made."""
    desk = Path(tempfile.mkdtemp())
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=128k", "tmpfs", desk], capture_output=True)
    if mounted.returncode != 0:
        desk.rmdir()
        return "skipped: no file system can be mounted here"
    try:
        (desk / "n.ipynb").write_text(json.dumps(notebook(case, runner[0])))
        if case == "read-only folder":
            subprocess.run(["mount", "-o", "remount,ro", desk], check=True)
        return run(case, name, runner, env, desk)
    finally:
        subprocess.run(["umount", "-l", desk], check=False)
        desk.rmdir()


def matrix(kovacs, only):
    peers = installed()
    env = environment(peers)
    table = runners(kovacs, peers)
    # What is made once is not the first notebook's.
    subprocess.run([kovacs, "setup"], check=True, stdout=sys.stderr)
    print("| | " + " | ".join(table) + " |")
    print("|---" * (len(table) + 1) + "|")
    for case in CELLS:
        if only and only != case:
            continue
        row = []
        for name, runner in table.items():
            if case in OWN_DISK:
                row.append(on_own_disk(case, name, runner, env))
                continue
            desk = Path(tempfile.mkdtemp())
            (desk / "n.ipynb").write_text(json.dumps(notebook(case, runner[0])))
            row.append(run(case, name, runner, env, desk))
            shutil.rmtree(desk, ignore_errors=True)
        print(f"| {case} | " + " | ".join(row) + " |", flush=True)


DIRECT = """
import json, sys, time
from jupyter_client.manager import start_new_kernel
cells = ["".join(cell["source"]) for cell in json.load(open("n.ipynb"))["cells"]]
start = time.monotonic()
manager, client = start_new_kernel(kernel_name="python3")
for cell in cells:
    client.execute_interactive(cell, output_hook=lambda message: None)
print(time.monotonic() - start)
client.stop_channels()
manager.shutdown_kernel(now=True)
"""


def bench(kovacs, rounds=5):
    """Seconds of a runner beyond its kernel and the cells, for three small cells; the median of the rounds."""
    peers = installed()
    env = environment(peers)
    table = runners(kovacs, peers)
    costs = {name: [] for name in table}
    for _ in range(rounds):
        for name, (language, command, _) in table.items():
            with tempfile.TemporaryDirectory() as folder:
                desk = Path(folder)
                made = notebook("exception", language)
                made["cells"][1]["source"] = LAST[language]
                (desk / "n.ipynb").write_text(json.dumps(made))
                direct = 0.0
                if language == "python":
                    said = subprocess.run([peers / "python", "-c", DIRECT], cwd=desk, env=env, capture_output=True, text=True)
                    direct = float(said.stdout)
                command = [str(word) for word in command] + (["--json"] if name == "kovacs" else [])
                start = time.monotonic()
                said = subprocess.run(command, cwd=desk, env=env, capture_output=True, text=True)
                seconds = time.monotonic() - start
                if name == "kovacs":
                    report = json.loads(said.stdout)[0]
                    direct = report["session_seconds"] + sum(cell["seconds"] for cell in report["cells"])
                costs[name].append((seconds - direct, seconds))
    print(f"| runner | own cost (s) | in all (s) | ({rounds} rounds, medians)\n|---|---:|---:|---|")
    for name, pairs in costs.items():
        own, whole = (sorted(column)[len(column) // 2] for column in zip(*pairs))
        print(f"| {name} | {own:.2f} | {whole:.2f} | |")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--kovacs", default=str(ROOT / "target" / "debug" / "kovacs"), help="the program to run")
    parser.add_argument("--only", choices=CELLS, help="one case")
    parser.add_argument("--bench", action="store_true", help="the cost of the runners instead")
    given = parser.parse_args()
    if given.bench:
        bench(os.path.abspath(given.kovacs))
    else:
        matrix(os.path.abspath(given.kovacs), given.only)


if __name__ == "__main__":
    main()
