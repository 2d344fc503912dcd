"""The curves of `cargo bench -p kovacs-linear -p kovacs-aoi` in numpy and scipy, vectorised, for comparison.

Run it in the same session as the bench: python3 models/linear/benches/numpy/curves.py
It needs numpy and scipy, and prints the shortest time of each calculation, which other work on the machine disturbs least.
"""

import time

import numpy as np
from scipy.special import exp1

T_W, EPS1, EPS2, E_U, E_R = 900.0, 0.005, 0.003, 90_000.0, 45_000.0
# Of the wanted times, which lie after the second step is known beforehand, as it is to a bound model.
TIMES = np.geomspace(1e-2, 1e5, 400)
FIRST = int(np.searchsorted(TIMES, T_W))
SINCE = TIMES[FIRST:] - T_W


def shortest(calculation, repeats=300):
    best = np.inf
    for _ in range(repeats):
        start = time.perf_counter()
        calculation()
        best = min(best, time.perf_counter() - start)
    return 1e6 * best


def two_step(phi):
    unrelaxed = EPS1 * phi(TIMES)
    unrelaxed[FIRST:] += (EPS2 - EPS1) * phi(SINCE)
    stress = (E_U - E_R) * unrelaxed
    stress[:FIRST] += E_R * EPS1
    stress[FIRST:] += E_R * EPS2
    return stress


def kww(exponent):
    return two_step(lambda t: np.exp(-((t / 1e4) ** exponent)))


def aoi():
    slow, fast = 2.007603e-6, 0.9928013
    width = np.log(fast / slow)
    return two_step(lambda t: (exp1(slow * t) - exp1(fast * t)) / width)


RELAXATION_TIMES = 1e4 * 10.0 ** (0.25 * np.arange(-39, 21))
RATES = 1.0 / RELAXATION_TIMES
# Spectrum of a stretched exponential of exponent 1/2: sqrt(ratio / 4 pi) exp(-ratio / 4).
RATIOS = RELAXATION_TIMES / 1e4
WEIGHTS = np.sqrt(RATIOS / (4 * np.pi)) * np.exp(-RATIOS / 4) * 0.25 * np.log(10)


def prony():
    return two_step(lambda t: np.exp(-np.outer(t, RATES)) @ WEIGHTS)


if __name__ == "__main__":
    print(f"kww, exponent 0.47   {shortest(lambda: kww(0.47)):8.1f} us")
    print(f"kww, exponent 0.5    {shortest(lambda: kww(0.5)):8.1f} us")
    print(f"aoi                  {shortest(aoi):8.1f} us")
    print(f"60 modes             {shortest(prony):8.1f} us")
