"""Pictures and figures of single digits: contact sheets, probabilities, logits."""

import numpy as np
import numpy.typing as npt
import plotly.graph_objects as go
from PIL import Image

from fp16core.evaluate.both import BothAnswers
from fp16core.evaluate.comparison import Comparison
from fp16core.evaluate.evaluation import answer_text
from fp16core.figures.base.remembered import remembered
from fp16core.figures.base.style import (
    DELTA_COLOUR,
    DELTA_NAME,
    REFERENCE_COLOUR,
    REFERENCE_NAME,
    TARGET_COLOUR,
    TARGET_NAME,
    as_list,
    digit_ticks,
    figure,
    fixed,
)
from fp16core.png import png
from fp16core.text import small_text
from fp16core.vocabulary import IMAGE_SIDE


def digit_png(image: npt.NDArray[np.uint8], scale: int = 8) -> bytes:
    """A PNG of one image, each pixel drawn as ``scale × scale`` pixels.

    Parameters
    ----------
    image : uint8, shape (28, 28)
    scale
        Enlargement.
    """
    return png(Image.fromarray(np.kron(image, np.ones((scale, scale), np.uint8))))


def sprite_png(images: npt.NDArray[np.uint8], columns: int) -> bytes:
    """A PNG of many images in a grid, in reading order, without gaps.

    Parameters
    ----------
    images : uint8, shape (k, 28, 28)
        k at least 1.
    columns
        Images in a row; the last row is filled up with black.
    """
    rows = -(-len(images) // columns)
    cells = np.zeros((rows * columns, IMAGE_SIDE, IMAGE_SIDE), np.uint8)
    cells[: len(images)] = images
    grid = cells.reshape(rows, columns, IMAGE_SIDE, IMAGE_SIDE).transpose(0, 2, 1, 3)
    return png(Image.fromarray(grid.reshape(rows * IMAGE_SIDE, columns * IMAGE_SIDE)))


def sheet_entries(comparison: Comparison, shown: npt.NDArray[np.int64], chosen: int) -> list[dict[str, object]]:
    """What a contact sheet says of each image: its index, a sentence, whether it is chosen, whether it changed."""
    return [
        {
            "index": index,
            "words": hover_sentence(comparison, index),
            "chosen": index == chosen,
            "marked": bool(comparison.changed[index]),
        }
        for index in shown.tolist()
    ]


@remembered()
def probabilities(answers: BothAnswers, index: int) -> go.Figure:
    """Probabilities of the ten digits by both models, for one image."""
    drawn = figure(280, barmode="group", bargap=0.25)
    for name, evaluation, colour in (
        (REFERENCE_NAME, answers.reference, REFERENCE_COLOUR),
        (TARGET_NAME, answers.target, TARGET_COLOUR),
    ):
        drawn.add_bar(
            name=name,
            x=list(range(10)),
            y=as_list(evaluation.probabilities[index] * 100),
            marker={"color": colour},
            hovertemplate=name + " gives the digit %{x} a probability of %{y:.4f} %<extra></extra>",
        )
    drawn.update_xaxes(title="digit", **digit_ticks())
    drawn.update_yaxes(title="probability (%)", range=[0, 100])
    return fixed(drawn)


@remembered()
def logits(answers: BothAnswers, index: int) -> go.Figure:
    """Logits of both models above, and their difference below, for one image."""
    drawn = figure(380)
    for name, evaluation, colour, symbol in (
        (REFERENCE_NAME, answers.reference, REFERENCE_COLOUR, "circle"),
        (TARGET_NAME, answers.target, TARGET_COLOUR, "x-thin"),
    ):
        drawn.add_scatter(
            name=name,
            x=list(range(10)),
            y=as_list(evaluation.logits[index]),
            mode="markers",
            # The two lie on top of each other nearly always: a cross within a disc shows both.
            marker={"color": colour, "size": 12, "symbol": symbol, "line": {"color": colour, "width": 3}},
            hovertemplate=name + " gives the digit %{x} the logit %{y:.6f}<extra></extra>",
        )
    deltas = answers.logit_delta[index]
    drawn.add_bar(
        name=DELTA_NAME,
        x=list(range(10)),
        y=as_list(deltas),
        marker={"color": DELTA_COLOUR},
        text=[small_text(d, signed=True) for d in deltas],
        hovertemplate="float16 changes the logit of %{x} by %{text}<extra></extra>",
        textposition="none",
        yaxis="y2",
    )
    # Two axes by hand: plotly's subplots take longer to build than all else on the page.
    drawn.update_layout(
        xaxis={"title": {"text": "digit"}, "anchor": "y2", **digit_ticks()},
        yaxis={"title": {"text": "logit"}, "domain": [0.48, 1]},
        yaxis2={
            "title": {"text": "change", "standoff": 8},
            "domain": [0, 0.4],
            "exponentformat": "power",
            "nticks": 5,
            "automargin": True,
        },
    )
    return fixed(drawn)


def hover_sentence(comparison: Comparison, index: int) -> str:
    """What both models say of one image, as a sentence."""
    said = [answer_text(int(e.predictions[index])) for e in (comparison.reference, comparison.target)]
    answers = f"both say {said[0]}" if said[0] == said[1] else f"float32 says {said[0]}, float16 says {said[1]}"
    return f"Image {index:,}, a {comparison.labels[index]}: {answers}"
