"""The command `pathway`: one module for each group of things that whoever runs the service does.

Commands import what they need when they run, so `pathway --help` answers at once. A refusal is one sentence on the error
stream and exit code 2; nothing is half done.
"""

from typing import Any

import click

from pathway.cli import area, data, demo, figures, national, partner, running
from pathway.cli.asking import sentence_for
from pathway.domain.errors import PathwayError


class _Plain(click.Group):
    """A group whose refusals are sentences: any error of the product becomes one line and exit code 2."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except PathwayError as error:
            click.echo(sentence_for(error), err=True)
            ctx.exit(2)


@click.group(cls=_Plain, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="autism-pathway", prog_name="pathway")
def main() -> None:
    """Follow each child through the autism pathway, and flag every wait that breaks an agreed threshold.

    Try it: pathway demo
    """


for group in (demo, running, area, partner, national, data, figures):
    for command in group.COMMANDS:
        main.add_command(command)
