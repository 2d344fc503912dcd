"""The mean-field two-step curve of the titanium glass in numpy and scipy: the yardstick of `cargo bench --bench curves`.

The same equations, the same 40 steps per decade and 2 x 81 barriers, written as one would write them in Python: arrays
over barriers, `scipy.optimize.brentq` for stress and percolating share. Prints the hump and the best time of a few runs.

    python3 -m pip install numpy scipy
    python3 two_step.py
"""

import math
import time

import numpy as np
from scipy.optimize import brentq

BOLTZMANN = 8.617333262e-5  # eV/K
MPA_NM3 = 6.241509074e-3  # eV
THRESHOLD = 1 / 3

MODULUS, GAMMA, VOLUME, DELTA = 90_000.0, 8.0e-3, 0.03, 0.06
FLOW_RATE, COOPERATIVE = 1 / 600, 0.05
TEMPERATURE = 593.0
KT = BOLTZMANN * TEMPERATURE


def population(weight, barrier, width, ln_attempt):
    x = np.linspace(-4.5, 4.5, 81)
    w = np.exp(-0.5 * x * x)
    return np.exp(ln_attempt - (barrier + width * x) / KT), weight * w / w.sum()


def barriers():
    fast = population(0.1, 1.55, 0.15, math.log(1e13))
    slow = population(0.9, 2.40, 0.06, 2.40 / KT - math.log(2000.0))
    return np.concatenate([fast[0], slow[0]]), np.concatenate([fast[1], slow[1]])


def spanning_share(p):
    if p <= THRESHOLD:
        return 0.0
    return 1 - ((-p + math.sqrt(4 * p - 3 * p * p)) / (2 * p)) ** 4


def slowing(p, f):
    bound = 1 - 1e4 ** (-1 / 3)
    if p > THRESHOLD:
        raised = f + (1 - f) * bound
    else:
        size = min((1 + p) / max(1 - 3 * p, 1e-300), 1e4)
        raised = 1 - size ** (-1 / 3)
    return math.exp(-COOPERATIVE * raised / KT)


def grid(duration, per_decade=40, first=1e-2):
    count = math.ceil(math.log10(duration / first) * per_decade - 1e-9)
    return np.concatenate([[0.0], np.geomspace(first, duration, count + 1)])


def two_step(eps1, eps2, t_w, duration):
    rate, weight = barriers()
    rest = 1 / (1 + math.exp(DELTA / KT))
    n = np.full(rate.size, rest)
    flown, curves = 0.0, []
    for strain, length in ((eps1, t_w), (eps2, duration)):
        times = grid(length)
        p = float(weight @ n)
        stress = [MODULUS * (strain - GAMMA * (p - rest) - flown)]
        for dt in np.diff(times):
            f = spanning_share(p)
            kappa = slowing(p, f)

            def end(sigma, f_end):
                a = (DELTA - VOLUME * MPA_NM3 * sigma) / KT
                exchange = 2 * rate * math.cosh(a / 2) * kappa
                k = exchange + FLOW_RATE * f_end
                tends = exchange / (1 + math.exp(a)) / k
                kept = np.exp(-k * dt)
                after = tends + (n - tends) * kept
                flow = GAMMA * FLOW_RATE * f_end * (weight @ (tends * dt + (n - tends) * (1 - kept) / k))
                return after, flown + flow

            def off(sigma, f_end):
                after, out = end(sigma, f_end)
                return sigma - MODULUS * (strain - GAMMA * (weight @ after - rest) - out)

            def solve(f_end):
                low = MODULUS * (strain - GAMMA * (1 - rest) - flown - GAMMA * FLOW_RATE * f_end * dt)
                high = MODULUS * (strain + GAMMA * rest - flown)
                sigma = brentq(off, low, high, args=(f_end,), xtol=1e-10)
                after, out = end(sigma, f_end)
                return after, out, float(weight @ after)

            after, out, p_end = solve(0.0)
            if p_end > THRESHOLD:
                share = brentq(lambda q: q - solve(spanning_share(q))[2], THRESHOLD, p_end, xtol=1e-12)
                after, out, p_end = solve(spanning_share(share))
            n, flown, p = after, out, p_end
            stress.append(MODULUS * (strain - GAMMA * (p - rest) - flown))
        curves.append((times, np.array(stress)))
    return curves


if __name__ == "__main__":
    for t_w in (100.0, 900.0, 3600.0):
        best = math.inf
        for _ in range(3):
            start = time.process_time()
            _, (times, stress) = two_step(0.005, 0.003, t_w, 1e5)
            best = min(best, time.process_time() - start)
        top = int(stress.argmax())
        print(f"t_w {t_w:g} s: largest step {stress[top] - stress[0]:.4f} MPa at {times[top]:.2f} s, {1e3 * best:.0f} ms")
