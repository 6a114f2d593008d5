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


class AuthenticationError(ProviderError):
    """HeyReach does not accept the key, or not for this route (401, 403)."""


class NotFoundError(ProviderError):
    """The thing asked for is not there: a 404 in which HeyReach says so."""


class MissingRouteError(ProviderError):
    """The route is not there: a 404 without a word, or a 405 for its verb. The thing itself may be."""


class RefusedError(ProviderError):
    """HeyReach understood the request and said no (400, 413, 422); the message ends with its reason."""


class UnknownShapeError(ProviderError):
    """A known route answered in a shape nobody here knows; the message names the route and the field."""

    def __init__(self, path: str, field: str):
        super().__init__(
            f"HeyReach {path}: the answer has no usable {field}; HeyReach may have changed its format: look "
            "for a newer version of this program"
        )


class UnknownOutcomeError(ProviderError):
    """Nobody can tell whether HeyReach carried out a write: look there before sending it again."""
