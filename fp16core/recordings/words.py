"""Sentences on recordings, in Markdown; a stranger's texts in them are as they came."""

from fp16core.modes.facts import answers_text, arithmetic_text
from fp16core.modes.network import Network
from fp16core.recordings.recording import Recording
from fp16core.text import count_text, percent_text
from fp16core.tflite.model_file import ModelPair


def provenance_text(recording: Recording) -> str:
    """Hardware, day and models, for a caption; without markup."""
    litert = recording.versions.get("ai-edge-litert")
    with_what = recording.pair if recording.network is Network.PAIR else recording.network.title
    return f"Recorded on {recording.day_text} on this hardware: {'; '.join(recording.hardware)}. With {with_what}" + (
        f" and LiteRT {litert}." if litert else "."
    )


def other_pair_text(recording: Recording, pair: ModelPair) -> str:
    """Remark that a recording decides nothing about a pair, as it is of other files; empty if it is of the pair."""
    if recording.is_of(pair):
        return ""
    return (
        f"Measured with other files than those of {pair.name} (float16 file {recording.target_sha256[:12]}… there, "
        f"{pair.target.sha256[:12]}… here): it decides nothing about this pair."
    )


def recorded_sentence(recording: Recording) -> str:
    """Effect of float16 arithmetic on time and answers on the recorded hardware, in Markdown."""
    words = []
    for facts in recording.modes:
        if facts.mode.asks_for_float16:
            place = "the GPU" if facts.mode.on_gpu else "the processor"
            time = arithmetic_text(facts)
            words.append(f"on {place} " + (f"it takes **{time}**, and " if time else "") + answers_text(facts))
    return f"float16 arithmetic on recorded hardware: {'; '.join(words)}."


def recorded_sums_text(recording: Recording) -> str:
    """Share of the recorded float16 logits that an emulation gives, and with which sums, as a list; may be empty."""
    if not recording.sums:
        return ""
    words = []
    for found in recording.sums:
        place = "on the GPU" if found.mode.on_gpu else "on the processor"
        at_once = "" if found.images_at_once is None else f", {count_text(found.images_at_once, 'image')} at once"
        agrees = (
            f"**all logits**, with {found.way}"
            if found.exact_share == 1
            else f"no known way gives all; the nearest, {found.way}, gives {percent_text(found.exact_share)}"
        )
        words.append(f"- {place}{at_once}: {agrees}")
    images = count_text(max(found.images for found in recording.sums), "image")
    return f"The logits of {images} in float16 arithmetic there, emulated bit for bit:\n\n" + "\n".join(words)
