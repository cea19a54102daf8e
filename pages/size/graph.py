"""View of operators: both graphs, who runs them, and what float16 did to them."""

import streamlit as st

from fp16core.figures.base.style import REFERENCE_NAME, TARGET_NAME
from fp16core.figures.graph import graph_dot
from fp16core.runtime.delegation import Partition, UpsamplingStage
from fp16core.runtime.operator_table import operator_table
from fp16core.text import bytes_text, count_text
from fp16core.tflite.graph import TfliteFile
from fp16core.tflite.tables import roles_of_type, tensor_table, tensor_text, type_table
from fp16core.workbench.measures import Graphs
from pages.shared.session import state
from pages.shared.ui.headline import cards
from pages.shared.ui.tables import show_table
from pages.size import state as size_state


def show() -> None:
    """The view."""
    with state.explained():
        found = size_state.graphs()
    reference, target = found.files
    st.markdown(
        "The float16 file computes with the operators of the float32 file, and has "
        f"**{count_text(len(target.upsampling()), 'DEQUANTIZE operator')}** in addition, which turn stored float16 "
        f"numbers into float32 before anything computes with them: {len(target.operators)} operators instead of "
        f"{len(reference.operators)}."
    )
    with_shapes = st.toggle(
        "Show the shape arithmetic",
        key="files-shapes",
        bind="query-params",
        help="Operators on a few integers that determine the number of images, so that any number can be read at once.",
    )
    for column, file, parts, name in zip(
        st.container(key="cards-graphs").columns(2),
        found.files,
        found.parts,
        (REFERENCE_NAME, TARGET_NAME),
        strict=True,
    ):
        with column.container(border=True, key=f"graph-{name}"):
            st.markdown(f"**The {name} graph**")
            st.graphviz_chart(graph_dot(file, parts, with_shapes), alt=f"Operator graph of the {name} file")
    st.caption(
        "Boxes are operators, arrows the tensors between them, with type and shape; n is the number of images read at "
        "once. Orange: DEQUANTIZE. A dashed green frame holds what XNNPACK, the library that LiteRT delegates work "
        "to on a CPU, runs as a unit."
    )
    with st.expander("Why is the input still float32?", icon=":material/help:"):
        _why_float32_input(found)
    with st.expander("Can the DEQUANTIZE operators go?", icon=":material/help:"):
        _can_dequantize_go(found)
    with st.expander("Which operators does the delegate run?", icon=":material/account_tree:"):
        _who_runs_what(found)
    with st.expander("All operators and tensors of both files", icon=":material/table_rows:"):
        _tables(found)


def _why_float32_input(found: Graphs) -> None:
    target = found.files[1]
    (given,) = target.inputs
    readers = ", ".join(op.name for op in target.operators if given.index in op.inputs)
    halves = ", ".join(role.value for role in roles_of_type(target, "float16")) or "nothing"
    st.markdown(
        f"Because only stored numbers were cast. In float16 there are: **{halves}**. The first operators to read the "
        f"input ({readers}) take it as **{tensor_text(given)}**. float16 is how the file keeps numbers, not how the "
        "model computes with them."
    )
    st.table(type_table(*found.files), hide_index=True)
    st.caption("Number of tensors of each type, counted in both files.")


def _can_dequantize_go(found: Graphs) -> None:
    folding = found.folding
    before, after = folding.upsampling_operators
    if before == 0:
        st.markdown("This float16 file has none.")
        return
    same = folding.identical_images == folding.images
    st.markdown(
        "Yes, but then the saving is lost, too. With each operator's result stored in its place, "
        f"{count_text(after, 'DEQUANTIZE operator')} of {before} remain, and the logits of "
        f"**{folding.identical_images:,} of {folding.images:,}** images "
        + ("are the same, bit for bit. " if same else "are the same. ")
        + f"The file grows from {bytes_text(folding.size_bytes[0])} to **{bytes_text(folding.size_bytes[1])}**."
    )
    with_delegate, without = found.moments
    st.markdown(
        f"At run time the upsampled numbers take {bytes_text(folding.upsampled_bytes)} of memory. The float16 numbers "
        f"are read for the last time **{_moment(with_delegate)}** by XNNPACK, and **{_moment(without)}** by LiteRT's "
        "own kernels if XNNPACK is switched off."
    )
    st.caption(
        "Determined by erasing: the stored float16 numbers of a loaded interpreter were overwritten with zeros before "
        "its first run, or after it. Where the logits stayed the same, the numbers were no longer needed."
    )


def _moment(moment: UpsamplingStage | None) -> str:
    return moment.value if moment else "never"


def _who_runs_what(found: Graphs) -> None:
    lines = []
    for name, file, parts in zip((REFERENCE_NAME, TARGET_NAME), found.files, found.parts, strict=True):
        taken = {index for part in parts for index in part.operators}
        left = dict.fromkeys(op.name for op in file.operators if op.index not in taken)
        lines.append(
            f"- {name}: {count_text(len(taken), 'operator')} of {len(file.operators)}, in "
            f"{count_text(len(parts), 'part')}: {'; '.join(_part_text(file, part) for part in parts)}. LiteRT's own "
            f"kernels run {', '.join(left) or 'none'}."
        )
    st.markdown("\n".join(lines))
    st.caption(
        "LiteRT's interpreter lists what it handed to XNNPACK as DELEGATE nodes; the operators of each part were found "
        "by walking back from the tensors that the node fills to those that it reads."
    )


def _part_text(file: TfliteFile, part: Partition) -> str:
    return ", ".join(file.operators[index].name for index in part.operators)


def _tables(found: Graphs) -> None:
    for column, file, parts, name in zip(
        cards(2, "cards-tables"),
        found.files,
        found.parts,
        (REFERENCE_NAME, TARGET_NAME),
        strict=True,
    ):
        with column:
            st.markdown(f"**Operators of the {name} file**")
            show_table(operator_table(file, parts))
            st.markdown(f"**Tensors of the {name} file**")
            show_table(tensor_table(file))
