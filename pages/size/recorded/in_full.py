"""One recording in full: times, answers, sums, and what it ran with."""

from dataclasses import replace
from functools import partial

import streamlit as st

from fp16core.figures.modes import facts as figures
from fp16core.modes.facts import arithmetic_remark, fact_rows
from fp16core.modes.network import Network
from fp16core.recordings.detail_words import (
    browser_text,
    noted_text,
    ran_with_text,
    refused_text,
    shader_sums_text,
)
from fp16core.recordings.recording import Recording
from fp16core.recordings.words import other_pair_text, provenance_text, recorded_sentence, recorded_sums_text
from fp16core.text import count_text
from fp16core.tflite.model_file import ModelPair
from pages.shared.ui.charts import chart
from pages.shared.ui.tables import show_table
from pages.shared.ui.words import plain


def show(recording: Recording, pair: ModelPair) -> None:
    """Show a recording; ``pair`` is the active one."""
    shown = _inert(recording)
    with st.container(border=True):
        st.caption(f"{provenance_text(shown)} {ran_with_text(shown)}")
        remark = other_pair_text(shown, replace(pair, name=plain(pair.name)))
        if remark and recording.network is Network.PAIR:
            st.markdown(f":orange[:material/info: {remark}]")
        if any(facts.mode.asks_for_float16 for facts in recording.modes):
            st.markdown(recorded_sentence(shown))
        if recording.timed:
            st.markdown(f"**Time for an image in {count_text(len(recording.timed), 'mode')}**")
            chart(
                partial(figures.image_times, recording.modes),
                "recorded-times",
                "Median time of the float16 file for an image, by mode and number of images at once, on recorded "
                "hardware",
            )
        if recording.modes:
            show_table(fact_rows(recording.modes), height="content")
            if remark := arithmetic_remark(recording.modes):
                st.caption(remark)
        if said := browser_text(shown):
            st.markdown(said)
        more = [words(shown) for words in (recorded_sums_text, shader_sums_text, noted_text, refused_text)]
        if any(more):
            with st.expander(
                "Its logits against emulations, and whatever else was recorded", icon=":material/calculate:"
            ):
                st.markdown("\n\n".join(filter(None, more)))


def _inert(recording: Recording) -> Recording:
    """The same with all texts as inert Markdown, for sentences."""
    browser = recording.browser
    return replace(
        recording,
        pair=plain(recording.pair),
        processor=plain(recording.processor),
        adapters=tuple(
            replace(a, name=plain(a.name), backend=plain(a.backend), kind=plain(a.kind), driver=plain(a.driver))
            for a in recording.adapters
        ),
        versions={plain(name): plain(version) for name, version in recording.versions.items()},
        refused={mode: plain(reason) for mode, reason in recording.refused.items()},
        sums=tuple(replace(each, way=plain(each.way)) for each in recording.sums),
        shader_sums=tuple(
            replace(each, adding=plain(each.adding), way=plain(each.way)) for each in recording.shader_sums
        ),
        noted=tuple(replace(each, network=plain(each.network)) for each in recording.noted),
        browser=None if browser is None else replace(browser, adapter=plain(browser.adapter)),
    )
