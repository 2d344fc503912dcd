"""From S(Q) to G(r) in numpy and scipy: the yardstick of `cargo bench -p kovacs-scattering --bench transform`.

The same shell, the same points, as many r as Q up to 30 A. Three ways: the trapezoidal sum as one matrix product, the
same in blocks that fit the cache, and scipy's sine transform of zero-padded data, interpolated to the r that are wanted.
Prints the best times in ms, and how far each is from the first.

    python3 -m pip install numpy scipy
    python3 transform.py
"""

import time

import numpy as np
from scipy.fft import dst

Q_MAX = 25.0


def data(points):
    q = Q_MAX * np.arange(1, points + 1) / points
    f = np.sin(3.0 * q) / 3.0 * np.exp(-0.0072 * q * q)
    r = np.linspace(0.0, 30.0, points)
    return q, f, r


def weights(q):
    edges = np.concatenate([[0.0], q, [q[-1]]])
    return (edges[2:] - edges[:-2]) / np.pi


def direct(q, f, r):
    return np.sin(np.outer(r, q)) @ (weights(q) * f)


def blocks(q, f, r, size=64):
    x = weights(q) * f
    return np.concatenate([np.sin(np.outer(part, q)) @ x for part in np.array_split(r, max(1, len(r) // size))])


def padded(q, f, r):
    # A grid of r four times finer than needed, then linear interpolation.
    step = q[1] - q[0]
    length = 1 << int(np.ceil(np.log2(max(4 * np.pi * len(r) / (step * r[-1]), 2 * len(q)))))
    values = np.zeros(length)
    values[: len(q)] = weights(q) * f
    spectrum = 0.5 * dst(values, type=1)
    grid = np.pi * np.arange(1, length + 1) / (step * (length + 1))
    return np.interp(r, np.concatenate([[0.0], grid]), np.concatenate([[0.0], spectrum]))


def best(function, arguments, repeats):
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        result = function(*arguments)
        times.append(time.perf_counter() - start)
    return 1e3 * min(times), result


if __name__ == "__main__":
    for points in (500, 5000, 50_000):
        arguments = data(points)
        reference = None
        for name, function in (("direct", direct), ("blocks", blocks), ("padded dst", padded)):
            if points > 5000 and name != "padded dst":
                continue
            milliseconds, result = best(function, arguments, 5 if points == 5000 else 20)
            if reference is None:
                reference = result
            print(f"{points:6} points  {name:10}  {milliseconds:9.3f} ms  off by {np.abs(result - reference).max():.1e}")
