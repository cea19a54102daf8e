"""Number formats, and removal of paths from messages."""

import math

import pytest

from fp16core.text import (
    article_text,
    bytes_text,
    count_text,
    decibels_text,
    dimensions_text,
    excess_text,
    factor_text,
    first_line,
    names_only,
    near_one_text,
    percent_text,
    points_text,
    power_text,
    size_text,
    small_text,
    weight_text,
)


@pytest.mark.parametrize(
    ("shown", "expected"),
    [
        (bytes_text(85376), "85,376 B"),
        (dimensions_text((-1, 28, 28, 1)), "n × 28 × 28 × 1"),
        (dimensions_text((7,)), "7"),
        (dimensions_text(()), "a single number"),
        (bytes_text(-40132, signed=True), "−40,132 B"),
        (size_text(10_000_000), "10 MB"),
        (size_text(85_376), "85.4 kB"),
        (size_text(250_000_002), "250 MB"),
        (size_text(200_000_000), "200 MB"),
        (size_text(999_999), "1 MB"),
        (size_text(1_049_000), "1.05 MB"),
        (size_text(123_456_789), "123 MB"),
        (size_text(4_000_000_000), "4 GB"),
        (size_text(2_345_678_901_234), "2,346 GB"),
        (size_text(999), "999 B"),
        (size_text(0), "0 B"),
        (excess_text(12_345_678, 10_000_000), "12.3 MB; at most 10 MB"),
        (excess_text(10_000_001, 10_000_000), "10.000001 MB; at most 10 MB"),
        (percent_text(0.9611), "96.11 %"),
        (points_text(-0.0001), "−0.01 points"),
        (points_text(0), "0.00 points"),
        (points_text(0.00004), "0.00 points"),
        (points_text(-0.00004), "0.00 points"),
        (points_text(0.0001), "+0.01 points"),
        (points_text(math.nan), "+nan points"),
        (bytes_text(0, signed=True), "0 B"),
        (bytes_text(7, signed=True), "+7 B"),
        (small_text(0, signed=True), "0"),
        (power_text(2, -14), "2⁻¹⁴"),
        (small_text(4.9021), "4.9"),
        (small_text(0.0025249), "2.52 × 10⁻³"),
        (small_text(-1.5e-12, signed=True), "−1.50 × 10⁻¹²"),
        (small_text(0.5, signed=True), "+0.5"),
        (small_text(1234.5), "1,234"),
        (small_text(70000), "7.00 × 10⁴"),
        (small_text(0), "0"),
        (small_text(math.nan), "not a number"),
        (small_text(-math.inf), "−infinite"),
        (small_text(999.7), "1,000"),
        (small_text(9999.7), "1.00 × 10⁴"),
        (percent_text(math.nan), "not a number"),
        (first_line(ValueError("one\ntwo")), "one"),
        (first_line(ValueError()), "ValueError"),
        (factor_text(1e-5), "1.00 × 10⁻⁵"),
        (factor_text(9.99), "10"),
        (factor_text(0.9318), "0.93"),
        (factor_text(33617.2), "33,617"),
        (decibels_text(72.69), "72.7 dB"),
        (decibels_text(-3.01), "−3.0 dB"),
        (decibels_text(math.inf), "infinite"),
        (near_one_text(0), "1"),
        (near_one_text(2.607e-8), "1 − 2.61 × 10⁻⁸"),
        (near_one_text(0.25), "0.75"),
        (near_one_text(math.nan), "not a number"),
        (weight_text(-65504.0), "−65,504"),
        (weight_text(65504.5), "6.55 × 10⁴"),
        (weight_text(1e38), "1.00 × 10³⁸"),
        (weight_text(math.inf), "infinite"),
        (count_text(1, "epoch"), "1 epoch"),
        (count_text(2000, "epoch"), "2,000 epochs"),
        (article_text(8), "an 8"),
        (" ".join(article_text(digit) for digit in range(8)), "a 0 a 1 a 2 a 3 a 4 a 5 a 6 a 7"),
        (article_text(9), "a 9"),
        (article_text("answer"), "an answer"),
    ],
)
def test_numbers_read_as_they_should(shown: str, expected: str) -> None:
    assert shown == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("/srv/demo/run.json: the file cannot be read", "run.json: the file cannot be read"),
        ("HALFBITS_MNIST names '/data/my sets/set.npz'.", "HALFBITS_MNIST names 'set.npz'."),
        ("(/usr/lib/libvulkan.so.1) and ~/.local/share/runs", "(libvulkan.so.1) and runs"),
        ('File "/opt/app/x.py", line 3; file:///tmp/secret/a', 'File "x.py", line 3; a'),
        ("sets/mine/run.json and sets/mine", "run.json and mine"),
        (
            "CPU/GPU, 1/3, a / b, https://ai.google.dev/edge/litert",
            "CPU/GPU, 1/3, a / b, https://ai.google.dev/edge/litert",
        ),
    ],
)
def test_paths_become_names_and_nothing_else_changes(text: str, expected: str) -> None:
    assert names_only(text, ["/data/my sets/", "sets/mine", "", "."]) == expected
