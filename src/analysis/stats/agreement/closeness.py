"""How near to each other are two values of a scale?"""

from __future__ import annotations

from typing import Literal

import numpy as np
import pandas as pd

from analysis.stats.estimates import Floats, ratio

Weights = Literal["identity", "linear", "quadratic", "ordinal"]
Metric = Literal["nominal", "ordinal", "interval", "ratio"]


def agreement_weights(values: pd.Index, weights: Weights) -> Floats:
    """Return the weight 0–1 of each pair of values (values × values): 1 is full agreement [1]_.

    identity 1[x = y]; linear 1 − |x − y| / (max − min); quadratic the same with squares; ordinal, by ranks,
    1 − C(|i − j| + 1, 2) / C(q, 2).

    Raises:
        ValueError: unknown weights, or linear and quadratic ones of values that are not numbers.

    R: ``irrCAC::identity.weights``, ``linear.weights``, ``quadratic.weights``, ``ordinal.weights``.

    References:
        .. [1] Gwet KL (2014) Handbook of Inter-Rater Reliability, 4th ed., section 3.5.
    """
    place = np.arange(len(values), dtype=float)
    if weights == "identity":
        return np.eye(len(values))
    if weights == "ordinal":
        apart = np.abs(place[:, None] - place)
        distance = apart * (apart + 1) / 2
    elif weights in ("linear", "quadratic"):
        number = _numbers(values)
        distance = np.abs(number[:, None] - number) ** (1 if weights == "linear" else 2)
    else:
        raise ValueError('weights must be "identity", "linear", "quadratic" or "ordinal"')
    return 1 - np.nan_to_num(ratio(distance, distance.max(initial=0.0)))


def distances(values: pd.Index, metric: Metric, margins: Floats) -> Floats:
    """Return Krippendorff's squared difference δ² of each pair of values, per group (groups × values × values) [1]_.

    nominal 1[c ≠ k]; ordinal (Σ_{g=c..k} n_g − (n_c + n_k)/2)²; interval (c − k)²; ratio ((c − k)/(c + k))².

    Args:
        values: the scale in its order; numbers for interval and ratio.
        metric: level of measurement.
        margins: ratings per group and value, n_g (groups × values); only the ordinal metric depends on them.

    Returns:
        One matrix per group for the ordinal metric, else a single one for all.

    Raises:
        ValueError: unknown metric, values that are not numbers, or below 0 for ratio.

    References:
        .. [1] Krippendorff K (2011) Computing Krippendorff's alpha-reliability, section D. University of Pennsylvania.
    """
    if metric == "ordinal":
        middle = np.cumsum(margins, axis=1) - margins / 2
        return (middle[:, :, None] - middle[:, None, :]) ** 2
    if metric == "nominal":
        single = 1 - np.eye(len(values))
    elif metric in ("interval", "ratio"):
        number = _numbers(values)
        if metric == "ratio" and bool(np.any(number < 0)):
            raise ValueError("a ratio scale has no values below 0: is it an interval scale?")
        scale = number[:, None] + number if metric == "ratio" else np.ones((len(number), len(number)))
        single = np.nan_to_num(ratio(number[:, None] - number, scale)) ** 2
    else:
        raise ValueError('metric must be "nominal", "ordinal", "interval" or "ratio"')
    return single[None]


def _numbers(values: pd.Index) -> Floats:
    if len(values) and not (pd.api.types.is_numeric_dtype(values) or pd.api.types.is_bool_dtype(values)):
        raise ValueError("this scale needs numbers: recode the values, or take an ordered categorical as ordinal")
    return values.to_numpy(dtype=float)
