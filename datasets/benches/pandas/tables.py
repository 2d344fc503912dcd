"""The work of `benches/tables.rs` with pandas: filter a million rows, group them, mean and standard deviation.

Usage: python tables.py TABLE.parquet, the file that the bench leaves where KOVACS_BENCH_TABLE says.
"""

import statistics
import sys
import time

import pandas


def median_of(work, times=20):
    """Median seconds of one call."""
    seconds = []
    for _ in range(times):
        start = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - start)
    return statistics.median(seconds)


def summary(table, after):
    """Mean and standard deviation of the stress of each curve after some time."""
    return table[table["time"] > after].groupby("curve")["stress"].agg(["mean", "std"])


def main(path):
    table = pandas.read_parquet(path)
    after = len(table) // 100 // 3
    print(f"pandas {pandas.__version__}, {len(table)} rows")
    print(f"filter then group in memory: {1e3 * median_of(lambda: summary(table, after)):.1f} ms")

    def from_file():
        read = pandas.read_parquet(path, columns=["curve", "time", "stress"], filters=[("time", ">", after)])
        return read.groupby("curve")["stress"].agg(["mean", "std"])

    print(f"ask a parquet file: {1e3 * median_of(from_file):.1f} ms")


if __name__ == "__main__":
    main(sys.argv[1])
