"""The glossary: a term to look up, and all terms by group."""

import html

import streamlit as st

from fp16core.glossary import GLOSSARY, Term, grouped, term

_NAMES = sorted({name for each in GLOSSARY for name in (each.name, *each.also)}, key=str.lower)


def look_up() -> Term | None:
    """Show a field in which to look up a term; returns the chosen one."""
    chosen = st.selectbox(
        "Look up a term",
        _NAMES,
        index=None,
        placeholder="Look up a term, such as margin",
        key="word",
        bind="query-params",
        label_visibility="collapsed",
        width=300,
    )
    return None if chosen is None else term(chosen)


def define(found: Term) -> None:
    """Show the definition of a term."""
    st.html(f'<p class="word" role="status"><b>{_title(found)}.</b> {_definition(found)}</p>')


def show_glossary() -> None:
    """Show all terms, folded by group."""
    st.html(
        "".join(
            f'<details class="words"><summary>{html.escape(group)} <span>({len(terms)} terms)</span></summary>'
            f"<dl>{''.join(map(_entry, terms))}</dl></details>"
            for group, terms in grouped().items()
        )
    )


def _entry(each: Term) -> str:
    return f'<dt id="word-{each.slug}">{_title(each)}</dt><dd>{_definition(each)}</dd>'


def _title(each: Term) -> str:
    return html.escape(", ".join((each.name, *each.also)))


def _definition(each: Term) -> str:
    return html.escape(each.definition + (f" ({each.source})" if each.source else ""))
