"""docs/reference/commands.md: every command with its own help, from the click group `pathway.cli.main`."""

from collections.abc import Iterator

import click

from pathway.cli import main


def page() -> str:
    return "\n\n".join(_section(words, command) for words, command in commands())


def commands() -> Iterator[tuple[str, click.Command]]:
    """Every command with the words that call it, a group before what is in it."""
    yield from _walk("pathway", main)


def _walk(words: str, command: click.Command) -> Iterator[tuple[str, click.Command]]:
    yield words, command
    if isinstance(command, click.Group):
        for name, child in sorted(command.commands.items()):
            yield from _walk(f"{words} {name}", child)


def _section(words: str, command: click.Command) -> str:
    # A fixed width: the page must not depend on the terminal it was written from.
    # With the names of the help option that the command line has: click remembers the first that it was asked with.
    context = click.Context(command, info_name=words, terminal_width=100, **main.context_settings)
    return f"## `{words}`\n\n```text\n{command.get_help(context).rstrip()}\n```"
