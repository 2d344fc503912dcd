"""The fits of `fits.rs` with lmfit: the same 500 points, one start, bounds, least squares with default tolerances.

    python3 -m venv v && v/bin/pip install lmfit && v/bin/python models/fit/benches/lmfit/fits.py

One start only, where `fit_double_kww` makes twelve: the comparison is kind to lmfit.
"""

import time

import lmfit
import numpy as np

TRUTH = {"overshoot": 0.5, "ln_fast": np.log(150.0), "ratio": np.log(2e4 / 150.0), "b1": 0.6, "b2": 0.7}
START = {"overshoot": 0.3, "ln_fast": np.log(280.0), "ratio": np.log(300.0), "b1": 0.75, "b2": 0.75}
BOUNDS = {"overshoot": (1e-6, 50.0), "ln_fast": (-7.0, 17.0), "ratio": (0.0, 15.0), "b1": (0.1, 1.0), "b2": (0.1, 1.0)}


def form(t, overshoot, ln_fast, ratio, b1, b2):
    ln_t = np.log(t)
    slow = np.exp(-np.exp(b1 * (ln_t - ln_fast - ratio)))
    fast = np.exp(-np.exp(b2 * (ln_t - ln_fast)))
    return (1 + overshoot) * slow - overshoot * fast


def main():
    rows = np.arange(500)
    t = 2e4 ** (rows / 499)
    y = form(t, **TRUTH) + 1.4e-3 * np.sin(rows * 2.399963)
    parameters = lmfit.Parameters()
    for name, value in START.items():
        low, high = BOUNDS[name]
        parameters.add(name, value=value, min=low, max=high)

    def residual(p):
        return form(t, **p.valuesdict()) - y

    times = []
    for _ in range(50):
        begin = time.perf_counter()
        result = lmfit.minimize(residual, parameters)
        times.append(time.perf_counter() - begin)
    fastest, median = np.min(times) * 1e3, np.median(times) * 1e3
    print(f"fastest {fastest:.2f} ms, median {median:.2f} ms, sum of squares {np.sum(result.residual**2):.9e}, {result.nfev} evaluations")
    print({name: round(parameter.value, 6) for name, parameter in result.params.items()})


if __name__ == "__main__":
    main()
