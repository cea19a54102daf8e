"""What is said on the terminal: lines and tables, in which strangers' texts give it no orders."""

from dataclasses import dataclass, field

from fp16core.text import visible


@dataclass
class Table:
    """A table for the terminal; `new_table` makes an empty one.

    Attributes
    ----------
    title, columns
        What stands above it, and above each column.
    rows
        A text for each column.
    ends
        Numbers of the rows, from 1, that have a line below them.
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
        """Add a row, a text for each column."""
        self.rows.append(cells)

    def add_section(self) -> None:
        """Draw a line below the last row."""
        self.ends.add(self.row_count)


def new_table(title: str, *columns: str) -> Table:
    """An empty table, its first column to the left and the others to the right; the title may be empty."""
    return Table(title, columns)


def print_table(table: Table) -> None:
    """Print a table as it is: brackets in it are no markup."""
    from rich.console import Console
    from rich.table import Table as RichTable

    drawn = RichTable(title=visible(table.title) or None, title_justify="left")
    for number, column in enumerate(table.columns):
        drawn.add_column(visible(column), justify="right" if number else "left", overflow="fold")
    for number, cells in enumerate(table.rows, 1):
        drawn.add_row(*map(visible, cells), end_section=number in table.ends)
    Console(markup=False, highlight=False).print(drawn)


def say(text: str) -> None:
    """Print a line."""
    print(visible(text))
