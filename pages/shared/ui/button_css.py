"""Style of buttons inside our own components, which the page's style sheet does not reach."""

BUTTON_CSS = """
button {
    font: inherit; color: inherit; background: var(--st-background-color); padding: 0.3rem 0.9rem; cursor: pointer;
    border: 1px solid var(--st-border-color); border-radius: var(--st-button-radius, 0.5rem);
}
button:hover:enabled { border-color: var(--st-primary-color); color: var(--st-primary-color); }
button:disabled { opacity: 0.5; cursor: default; }
button:focus-visible, input:focus-visible { outline: 2px solid var(--st-primary-color); }
"""
