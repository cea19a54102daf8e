"""A sheet of images to choose from by mouse, touch or keyboard: each is a button."""

from collections.abc import Callable

import streamlit as st

from fp16core.figures.base.pictures import png_url

_CSS = """
.sheet { display: grid; grid-template-columns: repeat(var(--columns), 1fr); gap: 2px; background: black; padding: 2px; }
button {
    all: unset; box-sizing: border-box; aspect-ratio: 1; cursor: pointer; border: 3px solid transparent;
    background-size: calc(var(--columns) * 100%) auto; background-origin: border-box; image-rendering: pixelated;
}
button.marked { border-color: var(--mark); }
button.chosen { border-color: var(--chosen); }
button.marked.chosen { border-color: var(--mark); outline: 2px solid var(--chosen); }
.sheet button:is(:hover, :focus-visible) { border-color: white; }
.sheet button:focus-visible { outline: 4px solid white; z-index: 1; position: relative; }
/* On a phone a sheet leaves room for what a choice changes. */
@media (max-width: 768px) { .sheet { max-height: 11.5rem; overflow-y: auto; } }
"""

_JS = """
export default function ({ data: [data], parentElement, setTriggerValue }) {
    const root = parentElement.querySelector(".sheet");
    root.style.setProperty("--columns", data.columns);
    root.style.setProperty("--chosen", data.chosenColour);
    root.style.setProperty("--mark", data.markColour);
    const rows = Math.ceil(data.images.length / data.columns);
    // A choice redraws the sheet: the keyboard focus stays where it was.
    const focused = [...root.children].indexOf(root.getRootNode().activeElement);
    const step = (place, count) => (count > 1 ? (100 * place) / (count - 1) : 0) + "%";
    root.replaceChildren(...data.images.map((image, place) => {
        const button = document.createElement("button");
        button.style.backgroundImage = `url(${data.sprite})`;
        button.style.backgroundPosition =
            step(place % data.columns, data.columns) + " " + step(Math.floor(place / data.columns), rows);
        button.classList.toggle("chosen", image.chosen);
        button.classList.toggle("marked", image.marked);
        button.title = image.words;
        button.setAttribute("aria-label", image.words);
        button.setAttribute("aria-pressed", image.chosen);
        button.onclick = () => setTriggerValue("picked", image.index);
        return button;
    }));
    const buttons = [...root.children];
    const chosen = buttons.find((button, place) => data.images[place].chosen);
    const above = chosen && chosen.offsetTop - root.offsetTop;
    if (chosen && (above < root.scrollTop || above + chosen.offsetHeight > root.scrollTop + root.clientHeight)) {
        root.scrollTop = above - root.clientHeight / 3;
    }
    // One tab stop; the arrow keys move from there.
    const stopAt = (place) => buttons.forEach((button, other) => { button.tabIndex = other === place ? 0 : -1; });
    stopAt(focused in buttons ? focused : Math.max(0, data.images.findIndex((image) => image.chosen)));
    if (focused in buttons) buttons[focused].focus();
    root.onkeydown = (event) => {
        const moves = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -data.columns, ArrowDown: data.columns };
        const place = buttons.indexOf(event.target) + (moves[event.key] ?? NaN);
        if (!(place in buttons)) return;
        event.preventDefault();
        stopAt(place);
        buttons[place].focus();
    };
}
"""

_HTML = '<div class="sheet" role="toolbar" aria-label="Images; the arrow keys move among them"></div>'

_component = st.components.v2.component("contact_sheet", html=_HTML, css=_CSS, js=_JS)


def contact_sheet(
    sprite: bytes,
    columns: int,
    images: list[dict[str, object]],
    colours: tuple[str, str],
    key: str,
    on_pick: Callable[[], None],
) -> None:
    """Show the sheet; ``st.session_state[key].picked`` holds the index of the picked image when ``on_pick`` runs.

    Parameters
    ----------
    sprite
        PNG of all images, in a grid of ``columns`` columns without gaps.
    columns
        Number of images in a row.
    images
        For each image ``index``, ``words`` (hover text and label for screen readers), ``chosen``, ``marked``.
    colours
        Colours of the frames of the chosen image and of marked ones.
    key
        The component's key.
    on_pick
        Called when a visitor picks an image.
    """
    data = {
        "sprite": png_url(sprite),
        "columns": columns,
        "images": images,
        "chosenColour": colours[0],
        "markColour": colours[1],
    }
    # In a tuple, as Streamlit would import pandas to look for tables in a dictionary.
    _component(data=(data,), key=key, on_picked_change=on_pick)
