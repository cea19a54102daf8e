"""A diagnosis as tables, for the terminal and the report: columns by their titles."""
