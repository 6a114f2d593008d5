"""The errors an operator can act on.

Each message is one line that says what happened and what to do next; the command line prints it
without a traceback and exits with the class's code.
"""


class OutboundError(Exception):
    """Any failure with a message written for the operator."""

    exit_code = 1


class ConfigurationError(OutboundError):
    """The configuration or a command's arguments are wrong; nothing was asked of HeyReach.

    `problems` holds one line per problem, each naming the file and the field.
    """

    exit_code = 2

    def __init__(self, problems: str | list[str]):
        self.problems = [problems] if isinstance(problems, str) else list(problems)
        super().__init__("\n".join(self.problems))


class ProviderError(OutboundError):
    """HeyReach could not be reached, refused the request, or answered something unusable."""

    exit_code = 4
