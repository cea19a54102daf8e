"""What each command of the command line does, in a module of its name; parsing and errors are in ``__main__``.

``__main__`` imports a command's module when somebody asks for it: importing them all takes longer than running both
models on all test images.
"""
