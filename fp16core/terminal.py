"""Terminal output: lines and tables, in which control characters in strangers' texts have no effect."""

from dataclasses import dataclass, field
from typing import TextIO

from fp16core.text import visible


@dataclass
class Table:
    """A table for the terminal; `new_table` makes an empty one.

    Attributes
    ----------
    title, columns
        Title of the table, and of each column.
    rows
        One text per column.
    ends
        Numbers of the rows, from 1, with a line below them.
    """

    title: str
    columns: tuple[str, ...]
    rows: list[tuple[str, ...]] = field(default_factory=list)
    ends: set[int] = field(default_factory=set)

    @property
    def row_count(self) -> int:
        """Number of rows."""
        return len(self.rows)

    def add_row(self, *cells: str) -> None:
        """Add a row, one text per column."""
        self.rows.append(cells)

    def add_section(self) -> None:
        """Draw a line below the last row."""
        self.ends.add(self.row_count)


def new_table(title: str, *columns: str) -> Table:
    """An empty table, the first column left-aligned and the others right-aligned; the title may be empty."""
    return Table(title, columns)


def print_table(table: Table) -> None:
    """Print a table literally: brackets in it are not markup."""
    from rich.console import Console
    from rich.table import Table as RichTable

    drawn = RichTable(title=visible(table.title) or None, title_justify="left")
    for number, column in enumerate(table.columns):
        drawn.add_column(visible(column), justify="right" if number else "left", overflow="fold")
    for number, cells in enumerate(table.rows, 1):
        drawn.add_row(*map(visible, cells), end_section=number in table.ends)
    Console(markup=False, highlight=False).print(drawn)


def say(text: str, to: TextIO | None = None) -> None:
    """Print a line, on standard output unless another stream is named."""
    print(visible(text), file=to)
