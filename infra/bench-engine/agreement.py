"""Do two answers agree: counts by a chi-squared test, exact values by their distance?"""

from collections import Counter

import numpy
from scipy.stats import chi2

# of a whole run of the checks, by chance, though both engines are right
FALSE_ALARMS = 1e-4
# bins expecting fewer are put together
LEAST_EXPECTED = 10
DISTANCE = 1e-9
INFIDELITY = 1e-12


def p_value(ours: Counter, theirs: Counter) -> float:
    """How likely counts of one distribution would differ as much as these."""
    ours_total, theirs_total = ours.total(), theirs.total()
    pairs, rest = [], numpy.zeros(2)
    for word in ours.keys() | theirs.keys():
        pair = numpy.array([ours[word], theirs[word]], dtype=float)
        smaller = pair.sum() * min(ours_total, theirs_total) / (ours_total + theirs_total)
        if smaller < LEAST_EXPECTED:
            rest += pair
        else:
            pairs.append(pair)
    table = numpy.array(pairs + ([rest] if rest.sum() else []))
    expected = numpy.outer(table.sum(axis=1), [ours_total, theirs_total]) / (ours_total + theirs_total)
    return float(chi2.sf(((table - expected) ** 2 / expected).sum(), max(len(table) - 1, 1)))


def distance(ours, theirs) -> float:
    one, other = flat(ours), flat(theirs)
    return float("inf") if one.shape != other.shape else float(numpy.abs(one - other).max(initial=0))


def infidelity(ours, theirs) -> float:
    """Of two state vectors, real and imaginary parts in turn."""
    one, other = (flat(state).view(complex) for state in (ours, theirs))
    return float("inf") if one.shape != other.shape else float(abs(1 - abs(numpy.vdot(one, other)) ** 2))


def flat(value) -> numpy.ndarray:
    """All numbers of a nested value in order, complex ones as two."""
    if isinstance(value, dict):
        value = [value[key] for key in sorted(value)]
    if isinstance(value, (list, tuple)):
        return numpy.concatenate([flat(item) for item in value]) if value else numpy.zeros(0)
    numbers = numpy.atleast_1d(numpy.asarray(value))
    return numpy.ascontiguousarray(numbers).ravel().view(float) if numpy.iscomplexobj(numbers) else numbers.astype(float).ravel()
