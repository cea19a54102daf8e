"""The page's answer, remarks on the study, and where it comes from, in sentences."""

import math

from fp16core.study.rows.file import Study
from fp16core.study.shipped import COMMANDS, SHIPPED, study_path
from fp16core.study.tables import answer_text, study_remarks
from pages.luck.choice import ALL, WEIGHTS, Choice
from pages.shared.session import studies
from pages.shared.ui.words import plain


def answer(chosen: Choice) -> str:
    """The page's question, answered for the chosen trainings, in Markdown."""
    words = [f"**{answer_text(chosen.summary, chosen.kind)}**"]
    if chosen.kind not in WEIGHTS:
        words.append("This is float16 arithmetic, emulated.")
    test = chosen.summary.effects[chosen.kind].equivalence
    margin = f"{chosen.margin * 100:g} {'point' if math.isclose(chosen.margin, 0.01) else 'points'}"
    if test is not None:
        words.append(
            f"**It was not luck**: on average, a change of {margin} or more is ruled out."
            if test.holds
            else f"So far, an average change of {margin} cannot be ruled out."
        )
    if chosen.recipe == ALL:
        words.append("The recipes differ, so the scatter of the accuracies is not the seed’s alone.")
    return " ".join(words)


def remarks(study: Study) -> list[str]:
    """Remarks on the study's rows, each as Markdown; its first sentence, which counts them, is left to the caption."""
    return [plain(remark) for remark in study_remarks(study)[1:]]


def provenance(study: Study) -> str:
    """Origin of the study, in Markdown."""
    last = study.last_created[:10]
    words = f"{plain(study_remarks(study)[0])} Trained on {plain(', '.join(study.machines))}; the last one on {last}."
    if studies.own() is None and study_path() == SHIPPED:
        words += " Made by " + " and ".join(f"`{command}`" for command in COMMANDS.values()) + "."
    return words
