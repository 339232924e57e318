"""Counts, lists and numbers as English text."""

import math

import numpy as np
import pytest

from lib.text import (
    apart,
    capital,
    counted,
    difference,
    joined,
    listed,
    number,
    percent,
    readable,
    short,
    typed,
)


def test_rounding_errors_are_shown_as_almost_0():
    """Sizes below 1e-7 are rounding errors of 32-bit numbers. An exact 0 stays 0."""
    assert (readable(1e-8), readable(-9.06e-14, unit=" °C")) == ("≈ 0", "≈ 0 °C")
    assert (readable(0, unit=" °C"), readable(0.0000404)) == ("0 °C", "4.04\u202f×\u202f10⁻⁵")


def test_two_sizes_are_compared_by_their_ratio():
    """Ratios below 2 are percentages. Larger ratios are "N times"."""
    pairs = (1, 1 + 1e-8), (0.88, 1), (1.03, 1), (2.16, 1), (3.21e-5, 1.54), (1, 0)
    texts = "the same | 12% smaller | 3% larger | 2.2 times larger | 48,000 times smaller"
    found = " | ".join(difference(*pair) for pair in pairs)
    assert found == f"{texts} | 1,000,000+ times larger"


def test_a_rounded_percentage_is_never_0_or_100():
    """Percentages are whole. Only values near 0% or 100% have one digit."""
    values = (-3.1, -0.04, -0.0, 0.04, 0.3, 12.4, 99.6, 99.97, np.float32(100), math.nan)
    texts = "−3% | under 0.1% | 0% | under 0.1% | 0.3% | 12% | 99.6% | over 99.9% | 100% | –"
    assert " | ".join(map(percent, values)) == texts


def test_settings_are_shown_as_typed():
    """Settings have no powers of ten."""
    assert " | ".join(map(typed, (0.0001, 1e-6, 1024, 0.5))) == "0.0001 | 0.000001 | 1,024 | 0.5"


@pytest.mark.parametrize(
    ("values", "texts"),
    [
        ((355.132, 355.42, 340), ["355.1", "355.4", "340"]),
        ((355.151, 355.449), ["355.15", "355.45"]),  # 355.2 and 355.4 would be 0.2 apart, not 0.3
        ((3.44e11, 3.441e11), ["3.44\u202f×\u202f10¹¹", "3.441\u202f×\u202f10¹¹"]),
        ((1e-9, 0.02), ["≈ 0", "0.02"]),
        ((-0.5, math.nan, math.inf), ["−0.5", "not a number", "infinite"]),
        ((1 / 3, 1 / 3 + 1e-8), ["0.333", "0.333"]),
        ((), []),
    ],
)
def test_compared_numbers_keep_the_digits_that_differ(values, texts):
    """The texts show the difference with as few digits as possible."""
    assert apart(*values) == texts


def test_words_are_counted_listed_and_capitalized():
    """Counts have thousands separators and plurals. A long list names six entries."""
    assert (counted(1, "row"), counted(1461, "row")) == ("1 row", "1,461 rows")
    assert counted(0, "value is", "values are") == "0 values are"
    assert [joined(words) for words in ("", "a", "abc")] == ["", "a", "a, b and c"]
    assert listed("abcdefgh") == "a, b, c, d, e, f and 2 more"
    assert listed(["a" * 50]) == "a" * 39 + "…"
    assert capital("sample of NOAA") == "Sample of NOAA"
    assert (capital("y has one"), capital("years have")) == ("y has one", "Years have")


@pytest.mark.parametrize(
    ("value", "text", "label"),
    [
        (-0.0, "0", "0"),
        (1e-13, "10⁻¹³", "≈ 0"),
        (2.5e-6, "2.5\u202f×\u202f10⁻⁶", "2.5\u202f×\u202f10⁻⁶"),
        (0.00041234, "4.12\u202f×\u202f10⁻⁴", "4.12\u202f×\u202f10⁻⁴"),
        (0.00099949, "9.99\u202f×\u202f10⁻⁴", "9.99\u202f×\u202f10⁻⁴"),
        (0.0009999, "0.001", "0.001"),
        (0.0012345, "0.00123", "0.00123"),
        (12.345, "12.3", "12.3"),
        (999.7, "1,000", "1,000"),
        (26109.24, "26,109", "26,109"),
        (375_455_961, "375,455,961", "3.75\u202f×\u202f10⁸"),
        (999_999_999, "10⁹", "10⁹"),
        (math.inf, "infinite", "infinite"),
        (np.float32(0.1), "0.1", "0.1"),
    ],
)
def test_numbers_are_rounded_for_reading(value, text, label):
    """Numbers have three significant digits. Labels with over nine characters become powers."""
    assert (number(value), short(value)) == (text, label)
    assert number(0.00099949, 2) == "0.001"  # rounded before it is compared with 0.001
