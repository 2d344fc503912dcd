"""Stretched exponentials, recoveries and Eq. 1, fitted here and by scipy and lmfit to the same files.

    python tests/conformance/fits_against_scipy.py COMMAND...

COMMAND is what fits a file, given a form, the file and perhaps the value at time 0, and prints JSON: the example
`fit_file` of kovacs-fit, which `cargo test` builds as `target/debug/examples/fit_file`. Needs scipy and lmfit. Asserted: the same optimum to 1e-6 of each
value, the same sum of squares to 1e-9, standard errors to 1 %.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

import lmfit
import numpy as np
from scipy.optimize import least_squares


def stretched(t, p):
    initial, plateau = p["initial_value"], p["plateau"]
    return plateau + (initial - plateau) * np.exp(-((t / np.exp(p["ln_tau"])) ** p["exponent"]))


def double(t, p):
    slow = np.exp(-((t / np.exp(p["ln_slow"])) ** p["slow_exponent"]))
    fast = np.exp(-((t / np.exp(p["ln_fast"])) ** p["fast_exponent"]))
    return p["initial_value"] * ((1 + p["overshoot"]) * slow - p["overshoot"] * fast)


# Name, form here, function, true values, those that are not fitted, first and last time, points, noise.
KWW = {"ln_tau": np.log(400.0), "exponent": 0.5, "plateau": 0.0, "initial_value": 1.0}
RECOVERY = {"ln_tau": np.log(650.0), "exponent": 0.55, "plateau": 4e-4, "initial_value": 2.4e-3}
DOUBLE = {
    "overshoot": 0.5, "ln_slow": np.log(2e4), "ln_fast": np.log(150.0),
    "slow_exponent": 0.6, "fast_exponent": 0.7, "initial_value": 1.0,
}
CASES = [
    ("kww", "kww", stretched, KWW, ["plateau", "initial_value"], 0.5, 3e3, 300, 5e-3),
    ("kww, free initial value", "kww", stretched, KWW, ["plateau"], 0.5, 3e3, 300, 5e-3),
    ("recovery", "recovery", stretched, RECOVERY, ["initial_value"], 1.0, 1e5, 250, 1.5e-6),
    ("recovery, free initial value", "recovery", stretched, RECOVERY, [], 1.0, 1e5, 250, 1.5e-6),
    ("double kww", "double-kww", double, DOUBLE, ["initial_value"], 1.0, 6e4, 500, 1e-3),
    ("double kww, free initial value", "double-kww", double, {**DOUBLE, "initial_value": 212.0}, [], 1.0, 6e4, 500, 0.2),
]
LOGARITHMS = {"ln_tau": "relaxation_time", "ln_slow": "slow_time", "ln_fast": "fast_time"}


def ours(command, form, file, initial):
    words = command + [form, str(file)] + ([] if initial is None else [repr(float(initial))])
    return json.loads(subprocess.run(words, check=True, capture_output=True, text=True).stdout)


def check(what, found, expected, tolerance):
    off = abs(found / expected - 1)
    assert off < tolerance, f"{what}: {found} here, {expected} there, {off:.1e} off"
    return off


def main():
    command = sys.argv[1:] or sys.exit(__doc__)
    random = np.random.default_rng(20)
    for name, form, function, truth, known, first, last, points, noise in CASES:
        t = np.geomspace(first, last, points)
        y = function(t, truth) + noise * random.standard_normal(points)
        free = [key for key in truth if key not in known]
        scale = np.max(np.abs(y))

        def residual(x):
            return (function(t, {**truth, **dict(zip(free, x))}) - y) / scale

        start = np.array([truth[key] for key in free])
        there = least_squares(residual, start, jac="3-point", x_scale="jac", ftol=1e-15, xtol=1e-15, gtol=1e-15)
        covariance = np.linalg.inv(there.jac.T @ there.jac) * 2 * there.cost / (points - len(free))
        errors = np.sqrt(np.diag(covariance))

        parameters = lmfit.Parameters()
        for key, value in truth.items():
            parameters.add(key, value=value, vary=key in free)
        by_lmfit = lmfit.minimize(
            lambda p: residual([p[key].value for key in free]), parameters, method="leastsq", xtol=1e-14, ftol=1e-14
        )

        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "curve.csv"
            file.write_text("time,value\n" + "".join(f"{a!r},{b!r}\n" for a, b in zip(t.tolist(), y.tolist())))
            here = ours(command, form, file, truth["initial_value"] if "initial_value" in known else None)
        worst = {"value": 0.0, "error": 0.0, "lmfit value": 0.0, "lmfit error": 0.0}
        for key, value, error in zip(free, there.x, errors):
            found = here["parameters"][LOGARITHMS.get(key, key)]
            if key in LOGARITHMS:
                # The error of a logarithm is a relative one.
                value, error = np.exp(value), np.exp(value) * error
            of_lmfit = by_lmfit.params[key]
            lmfit_value, lmfit_error = of_lmfit.value, of_lmfit.stderr
            if key in LOGARITHMS:
                lmfit_value, lmfit_error = np.exp(lmfit_value), np.exp(lmfit_value) * lmfit_error
            what = f"{name}, {key}"
            worst["value"] = max(worst["value"], check(what, found["value"], value, 1e-6))
            worst["error"] = max(worst["error"], check(what + " (error)", found["standard_error"], error, 0.01))
            worst["lmfit value"] = max(worst["lmfit value"], check(what + " (lmfit)", found["value"], lmfit_value, 1e-6))
            worst["lmfit error"] = max(
                worst["lmfit error"], check(what + " (error, lmfit)", found["standard_error"], lmfit_error, 0.01)
            )
        check(name + ", cost", here["cost"], there.cost * scale**2, 1e-9)
        print(name + ":", ", ".join(f"{what} {off:.1e}" for what, off in worst.items()))
    print(f"{len(CASES)} fits agree")


if __name__ == "__main__":
    main()
