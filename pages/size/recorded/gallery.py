"""Recorded hardware: a row for each device, and one recording in full."""

from collections.abc import Sequence
from pathlib import Path

import streamlit as st

from fp16core.modes.network import Network
from fp16core.recordings.device import Device, devices
from fp16core.recordings.device_words import float16_text, prediction_text, speed_text, where_text, why_text
from fp16core.recordings.gallery import all_recordings
from fp16core.recordings.recording import Origin, Recording
from fp16core.tflite.model_file import ModelPair
from pages.shared.session import state
from pages.shared.ui.words import plain
from pages.size.recorded import in_full, pasted

_LOOK = Path(__file__).with_name("recorded.css")


def show(with_one: bool = True) -> None:
    """Show all recordings, and one of them in full if ``with_one``."""
    with state.explained():
        pair = state.active_pair()
    gallery = all_recordings()
    recordings = (*pasted.pasted(), *gallery.recordings)
    found = devices(recordings)
    st.html(_LOOK)
    if why := why_text(devices(gallery.recordings)):
        st.markdown(f"**Float16 arithmetic on recorded hardware.** {plain(why)}")
    with st.container(key="recordings"):
        st.table(_rows(found, pair), hide_index=True)
    st.caption(
        "Bit for bit: an emulation in NumPy, which knows nothing of the hardware, gives every logit. Speed-up: time in "
        f"float32 over time in float16 arithmetic; *digits* is the pair's own network, *wide* {Network.WIDE.title}."
        f"{_others(recordings, pair)}"
    )
    for reason in gallery.refused:
        st.caption(f":orange[{plain(reason)}]")
    if with_one:
        titles = _titles(recordings)
        chosen = st.selectbox("One recording in full", list(titles), key="recording", bind="query-params")
        in_full.show(titles[chosen], pair)
        pasted.show()


def _rows(found: Sequence[Device], pair: ModelPair) -> dict[str, list[str]]:
    return {
        "hardware": [_hardware(device, pair) for device in found],
        "float16 arithmetic": [plain(float16_text(device)) for device in found],
        "predicted bit for bit": [_strong_yes(prediction_text(device)) for device in found],
        "speed-up by it": [
            f"digits: {plain(speed_text(device.own))}  \nwide: {plain(speed_text(device.wide))}" for device in found
        ],
    }


def _strong_yes(text: str) -> str:
    """A cell of the table, whose *yes* catches the eye."""
    yes, space, rest = text.partition(" ")
    return f"**{plain(yes)}**{space}{plain(rest)}" if yes in ("yes", "yes:") else plain(text)


def _hardware(device: Device, pair: ModelPair) -> str:
    recording = device.recording
    remarks = [where_text(device)]
    if recording.origin is not Origin.SHIPPED:
        remarks.append(recording.origin.value)
    if recording.network is Network.PAIR and not recording.is_of(pair):
        remarks.append("other models")
    return f"**{plain(device.name)}**  \n{plain('; '.join(remarks))}"


def _others(recordings: Sequence[Recording], pair: ModelPair) -> str:
    """Remark on recordings of other models than those in use."""
    others = [each for each in recordings if each.network is Network.PAIR and not each.is_of(pair)]
    if not others:
        return ""
    count = "None" if len(others) == len(recordings) else "Not all"
    return f" {count} of these recordings were made with {plain(pair.name)}: *other models* decide nothing about it."


def _titles(recordings: Sequence[Recording]) -> dict[str, Recording]:
    """Recordings by title; a pasted one's, which an address may hold, tells nothing of it."""
    titles: dict[str, Recording] = {}
    for recording in recordings:
        title = (
            recording.name
            if recording.origin is Origin.PASTED
            else f"{', '.join(recording.hardware)}, {recording.day_text}"
            + ("" if recording.network is Network.PAIR else ", wide network")
        )
        number = 2
        unique = title
        while unique in titles:
            unique = f"{title} ({number})"
            number += 1
        titles[unique] = recording
    return titles
