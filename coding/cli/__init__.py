"""The `coding` command; see `coding.cli.commands`."""

from coding.cli.commands import main

__all__ = ["main"]
