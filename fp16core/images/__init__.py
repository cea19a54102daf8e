"""Pictures on their way to the models.

Nothing is imported here: the process that decodes strangers' files needs `picture_file` alone, without SciPy
and scikit-image, which `prepare` brings.
"""
