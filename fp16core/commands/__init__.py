"""The commands of the command line, each in a module of its name; parsing and errors are in ``__main__``.

``__main__`` imports a command's module when the command runs: importing all of them takes longer than running both
models on all test images.
"""
