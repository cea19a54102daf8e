"""Pasting a picture from the clipboard: with the keyboard anywhere on the page, or with a button."""

from collections.abc import Callable

import streamlit as st

from pages.shared.ui.button_css import BUTTON_CSS

_HTML = """<button type="button">Paste a picture</button> <span role="status"></span>"""

_CSS = """
:host { font-family: var(--st-font); color: var(--st-text-color); }
"""

_JS = """
export default function ({ parentElement, setTriggerValue }) {
    const button = parentElement.querySelector("button"), status = parentElement.querySelector("span");
    const send = async (blob) => {
        const picture = await createImageBitmap(blob);
        const scale = Math.min(1, 1024 / Math.max(picture.width, picture.height));
        const canvas = document.createElement("canvas");
        canvas.width = Math.max(1, Math.round(picture.width * scale));
        canvas.height = Math.max(1, Math.round(picture.height * scale));
        canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
        status.textContent = "";
        setTriggerValue("pasted", canvas.toDataURL("image/png"));
    };
    const none = () => { status.textContent = "There is no picture in the clipboard."; };
    const onPaste = (event) => {
        const item = [...event.clipboardData.items].find((entry) => entry.type.startsWith("image/"));
        if (item) send(item.getAsFile()).catch(none);
    };
    document.addEventListener("paste", onPaste);
    button.onclick = async () => {
        try {
            for (const item of await navigator.clipboard.read()) {
                const type = item.types.find((name) => name.startsWith("image/"));
                if (type) return await send(await item.getType(type));
            }
            none();
        } catch {
            status.textContent = "This browser does not give access to the clipboard; press Ctrl+V or ⌘V instead.";
        }
    };
    return () => document.removeEventListener("paste", onPaste);
}
"""

_component = st.components.v2.component("paste", html=_HTML, css=BUTTON_CSS + _CSS, js=_JS)


def paste(key: str, on_paste: Callable[[], None]) -> None:
    """Show the button; ``st.session_state[key].pasted`` holds a data URL of a PNG when ``on_paste`` runs."""
    _component(key=key, on_pasted_change=on_paste)
