"""Figures of bytes: their purposes in a file, and the excess of a float16 file over half the size."""

from typing import NamedTuple

import plotly.graph_objects as go

from fp16core.figures.base.style import DELTA_COLOUR, NEUTRAL_COLOUR, TARGET_COLOUR, figure, fixed, lettering
from fp16core.text import bytes_text, percent_text
from fp16core.tflite.purposes import PURPOSES, LedgerEntry
from fp16core.tflite.size_account import SizeAccount, bytes_by_category

_FILE = "file"

_DESCRIPTION_COLOUR = "#6b717b"
"""Darker than the usual neutral colour, as white text is drawn on it."""


class _Box(NamedTuple):
    """A box of a treemap; ``parent`` is the identity of the box around it, empty for the outermost."""

    identity: str
    parent: str
    label: str
    full_name: str
    size_bytes: int
    colour: str


def file_map(ledger: tuple[LedgerEntry, ...], name: str, colour: str, with_parameters: bool = True) -> go.Figure:
    """Treemap of a file: categories, divided into their entries, with areas in proportion to bytes.

    Parameters
    ----------
    ledger
        Ledger of the file.
    name
        Name of the file.
    colour
        Colour of weights and biases; operators that upsample them are green, everything else grey.
    with_parameters
        Whether to draw weights and biases; without them the rest takes all the space.
    """
    shown = [entry for entry in ledger if with_parameters or not entry.is_parameter]
    colours = dict.fromkeys(PURPOSES, _DESCRIPTION_COLOUR) | {
        "weights": colour,
        "biases": colour,
        "upsampling": DELTA_COLOUR,
    }
    title = name if with_parameters else f"{name} without weights and biases"
    categories = [(category, size) for category, size in bytes_by_category(shown).items() if size]
    boxes = [
        _Box(_FILE, "", title, title, sum(size for _, size in categories), "rgba(0,0,0,0)"),
        *(_Box(category, _FILE, category, category, size, colours[category]) for category, size in categories),
        *(
            _Box(
                identity=f"{entry.category}/{entry.item}",
                parent=entry.category,
                label=lettering(_short(entry.item)),
                full_name=lettering(entry.item),
                size_bytes=entry.size_bytes,
                colour=colours[entry.category],
            )
            for entry in shown
        ),
    ]
    drawn = figure(420, margin={"l": 0, "r": 0, "t": 0, "b": 0}, meta={"columns": ["category", "what", "bytes"]})
    drawn.add(
        "treemap",
        name=name,
        ids=[box.identity for box in boxes],
        labels=[box.label for box in boxes],
        text=[box.full_name for box in boxes],
        parents=[box.parent for box in boxes],
        values=[box.size_bytes for box in boxes],
        marker={
            "colors": [box.colour for box in boxes],
            "line": {"width": 1},
            "pad": {"t": 20, "l": 2, "r": 2, "b": 2},
        },
        branchvalues="total",
        texttemplate="%{label}<br>%{value:,} B",
        hovertemplate="%{text}: %{value:,} B, %{percentRoot:.2%} of the bytes shown<extra></extra>",
        pathbar={"thickness": 24},
        tiling={"pad": 2},
    )
    # Text that is too small to read is shown on hover, or after zooming in.
    drawn.update_layout(uniformtext={"minsize": 10, "mode": "hide"})
    return drawn.finished()


def beyond_half(account: SizeAccount) -> go.Figure:
    """Waterfall from exactly half of the reference's size to the target's size."""
    steps = [
        ("not halved: everything<br>except weights", account.unhalved_bytes),
        ("left in float32", account.uncast_bytes),
        ("DEQUANTIZE and<br>its tensors", account.upsampling_bytes),
        ("other growth", account.growth_bytes - account.upsampling_bytes),
    ]
    steps = [step for step in steps if step[1]]
    drawn = figure(80 + 40 * (len(steps) + 1), margin={"l": 8, "r": 8, "t": 8, "b": 8})
    sizes = [size for _, size in steps]
    drawn.add(
        "waterfall",
        name="float16 file",
        orientation="h",
        measure=[*["relative"] * len(steps), "total"],
        y=[*(what for what, _ in steps), "<b>beyond half</b>"],
        x=[*sizes, account.excess_bytes],
        text=[
            f"{bytes_text(size, signed=True)}<br>{percent_text(size / account.reference_bytes)}"
            for size in [*sizes, account.excess_bytes]
        ],
        textposition="outside",
        cliponaxis=False,
        increasing={"marker": {"color": NEUTRAL_COLOUR}},
        decreasing={"marker": {"color": DELTA_COLOUR}},
        totals={"marker": {"color": TARGET_COLOUR}},
        connector={"line": {"color": NEUTRAL_COLOUR, "width": 1}},
        hovertemplate="%{y}: %{x:,} B<extra></extra>",
        showlegend=False,
    )
    reach = max(abs(account.excess_bytes), sum(size for size in sizes if size > 0))
    low = min(0.0, account.excess_bytes)
    drawn.update_xaxes(title="bytes beyond half of the float32 file", tickformat=",", range=[low, reach * 1.45])
    drawn.update_yaxes(autorange="reversed")
    return fixed(drawn)


def _short(item: str) -> str:
    """Return the last part of a tensor's path, preceded by the one before it if it is only a number."""
    parts = item.split("/")
    return "/".join(parts[-2:] if parts[-1].isdigit() else parts[-1:])
