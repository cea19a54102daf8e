"""The work of child processes, by kind."""
