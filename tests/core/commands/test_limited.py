"""The images that an option limits."""

import pytest

from fp16core.commands.shared.limited import limited_images


@pytest.mark.parametrize(
    ("limit", "most", "count", "said"),
    [
        (20_000, None, 10_000, "--limit 20000: the 10,000 images of the test set are used.\n"),
        (500, 100, 100, "--limit 500: the 100 images that this command can use are used.\n"),
        (10_000, None, 10_000, ""),
        (7, 100, 7, ""),
        (None, 100, 100, ""),
        (None, None, 10_000, ""),
    ],
)
def test_more_images_than_there_are_is_said(
    limit: int | None, most: int | None, count: int, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    images, labels = limited_images(limit, most)
    assert len(images) == len(labels) == count
    assert (capsys.readouterr().err, capsys.readouterr().out) == (said, "")
