"""Loaders side by side, each in a process of its own; ``loader.py`` leads them."""
