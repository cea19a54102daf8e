"""The glossary, and the hints that quote it."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from fp16core.glossary import GLOSSARY, Term, grouped, term
from pages.shared.ui.terms import hint
from tests.helpers.places import ROOT


@pytest.mark.parametrize("each", GLOSSARY, ids=lambda each: each.slug)
def test_a_definition_is_one_to_three_whole_sentences(each: Term) -> None:
    assert re.match(r"[A-Z0-9]|float16 ", each.definition)
    assert each.definition.endswith(".")
    assert not re.search(r"  |\n|\.\.|^(A|An|The) (A|An|The) ", each.definition)
    sentences = re.split(r"(?<=[a-z0-9)⁻¹⁴⁸%])\. ", each.definition.removesuffix("."))
    assert 1 <= len(sentences) <= 3
    assert all(len(sentence.split()) >= 2 for sentence in sentences)


def test_no_two_terms_share_a_name_a_definition_or_an_anchor() -> None:
    names = [name.lower() for each in GLOSSARY for name in (each.name, *each.also)]
    assert len({*names}) == len(names)
    assert len({each.definition for each in GLOSSARY}) == len(GLOSSARY)
    assert len({each.slug for each in GLOSSARY}) == len(GLOSSARY)
    assert all(re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", each.slug) for each in GLOSSARY)


def test_a_term_is_found_by_each_of_its_names() -> None:
    assert term("SNR") is term("signal-to-noise ratio")
    assert {term(name) for each in GLOSSARY for name in (each.name, *each.also)} == {*GLOSSARY}
    with pytest.raises(KeyError):
        term("nonsense")


def test_groups_keep_all_terms_in_order() -> None:
    groups = grouped()
    assert [each for terms in groups.values() for each in terms] == [*GLOSSARY]
    assert all({each.group for each in terms} == {name} for name, terms in groups.items())
    assert grouped([term("margin"), term("weight"), term("logit")]) == {
        "Answers": [term("margin")],
        "The network": [term("weight"), term("logit")],
    }


def test_a_hint_gives_the_definitions_with_links_and_then_what_a_page_adds() -> None:
    text = hint("logit", "float16", more="Of this image.")
    definitions = [term("logit").definition, term("float16").definition]
    links = "[Logit](claims?word=logit)", "[float16](claims?word=float16)"
    assert text == f"{links[0]}: {definitions[0]} {links[1]}: {definitions[1]} Of this image."
    assert hint("flip factor").startswith("[Flip factor](claims?word=flip+factor): ")
    with pytest.raises(KeyError):
        hint("nonsense")


def quoted(path: Path) -> Iterator[ast.expr]:
    """Terms for which a module of a page asks."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "hint":
            yield from node.args


def test_every_term_that_a_page_quotes_is_in_the_glossary() -> None:
    """Terms are written out where they are quoted, so that none is missed here."""
    found = [(path, name) for path in (ROOT / "pages").rglob("*.py") for name in quoted(path)]
    assert len(found) > 30
    for path, name in found:
        assert isinstance(name, ast.Constant), path
        assert term(str(name.value)), path
