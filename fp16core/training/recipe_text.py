"""Recipes in words."""

from dataclasses import fields

from fp16core.text import count_text
from fp16core.training.recipe import TUTORIALS, USUAL, Recipe

SETTINGS = tuple(field.name for field in fields(Recipe))
"""Names of a recipe's settings."""


def setting_text(name: str, recipe: Recipe) -> str:
    """Value of a setting: ``3``, ``0.01``, ``5 × 5``."""
    value = getattr(recipe, name)
    if name == "kernel_size":
        return f"{value} × {value}"
    return f"{value:g}" if isinstance(value, float) else str(value)


def named_setting_text(name: str, recipe: Recipe) -> str:
    """Value of a setting with its name: ``3 epochs``, ``learning rate 0.01``."""
    text = setting_text(name, recipe)
    match name:
        case "epochs":
            return count_text(recipe.epochs, "epoch")
        case "filters":
            return count_text(int(text), "filter")
        case "kernel_size":
            return f"{text} kernels"
        case "optimizer":
            return text
        case "network":
            return f"{text} network"
        case _:
            return f"{name.replace('_', ' ')} {text}"


def recipe_text(recipe: Recipe) -> str:
    """Summary of a recipe: network, epochs, seed, and each setting that differs from the network's usual one.

    The tutorial's network goes without saying.
    """
    usual = USUAL[recipe.network]
    said = [named_setting_text("network", recipe)] if recipe.network != TUTORIALS else []
    said += [
        named_setting_text(name, recipe)
        for name in SETTINGS
        if name in ("epochs", "seed") or getattr(recipe, name) != getattr(usual, name)
    ]
    return ", ".join(said)
