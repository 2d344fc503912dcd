"""Reads one generated file with pandas and with the example `read`, in turn, and prints times and ratios.

    cargo build --release -p kovacs-formats --example read
    python datasets/formats/benches/against_pandas.py TARGET/release/examples/read [ROWS ...]

The file (a stress relaxation with five columns) is made once in the folder for temporary files. Each reading is that of
a fresh process, `pandas.read_csv(path)` as a user calls it, the import of pandas not counted, after one that warms the
cache of the system up; of eleven (of five from ten million rows on) the best and the median are printed. Memory is the
peak of a process that reads the file once.
"""

import math
import os
import subprocess
import sys
import tempfile

import pandas


def make(rows):
    path = os.path.join(tempfile.gettempdir(), f"relaxation-{rows}.csv")
    if not os.path.exists(path):
        with open(path + ".part", "w", encoding="utf-8") as out:
            out.write("t (s),strain (%),stress (MPa),temperature (°C),force (N)\n")
            for row in range(rows):
                t = row * 0.01
                stress = 20.0 * math.exp(-math.sqrt(t / 900.0)) + 1e-3 * math.sin(row * 0.7)
                out.write(f"{t:.2f},0.300000,{stress:.6f},{45 + 0.01 * math.sin(t * 0.1):.3f},{stress * 0.45:.6f}\n")
        os.rename(path + ".part", path)
    return path


def ours(reader, path):
    out = subprocess.run([reader, path], capture_output=True, text=True, check=True).stdout
    seconds = next(float(line.split()[1]) for line in out.splitlines() if line.startswith("seconds"))
    peak = next((int(line.split()[3]) / 1024 for line in out.splitlines() if line.startswith("peak memory")), math.nan)
    return seconds, peak


THEIRS = """
import sys, time, pandas
start = time.perf_counter()
frame = pandas.read_csv(sys.argv[1])
print(time.perf_counter() - start)
"""


def theirs(path):
    out = subprocess.run([sys.executable, "-c", THEIRS, path], capture_output=True, text=True, check=True).stdout
    return float(out)


reader, sizes = sys.argv[1], [int(text) for text in sys.argv[2:]] or [1_000_000]
print(f"pandas {pandas.__version__}")
print("             pandas s         kovacs s         ratio of      peak  result")
print("rows         best   median    best   median    bests medians MB    MB")
for rows in sizes:
    path = make(rows)
    repeats = 11 if rows < 10_000_000 else 5
    theirs(path), ours(reader, path)
    measured = [(theirs(path), ours(reader, path)) for _ in range(repeats)]
    slow = sorted(pair[0] for pair in measured)
    fast = sorted(pair[1][0] for pair in measured)
    peak = max(pair[1][1] for pair in measured)
    middle = repeats // 2
    print(
        f"{rows:<11} {slow[0]:6.3f}  {slow[middle]:6.3f}  {fast[0]:6.3f}  {fast[middle]:6.3f}"
        f"    {slow[0] / fast[0]:5.1f}  {slow[middle] / fast[middle]:5.1f}  {peak:6.1f}  {rows * 5 * 8 / 2**20:6.1f}"
    )
