"""Reading a request the way the API's framework does: typed, strict about values, deaf to unknown keys."""

import orjson

from extract.sandbox import clock

MAX_INT64 = 2**63 - 1


class InvalidRequest(Exception):
    """A 400 with ASP.NET's ValidationProblemDetails; `field` is PascalCase."""

    def __init__(self, field: str, message: str):
        self.field = field
        self.message = message
        super().__init__(message)

    @property
    def body(self) -> bytes:
        return orjson.dumps(
            {
                "type": "https://tools.ietf.org/html/rfc9110#section-15.5.1",
                "title": "One or more validation errors occurred.",
                "status": 400,
                "errors": {self.field: [self.message]},
                "traceId": "00-00000000000000000000000000000000-0000000000000000-00",
            }
        )


class Arguments:
    """The values of one request, from its JSON body or query string. Every getter raises InvalidRequest."""

    def __init__(self, values: dict):
        self._values = values

    @classmethod
    def from_body(cls, body: bytes) -> "Arguments":
        try:
            values = orjson.loads(body)
        except orjson.JSONDecodeError:
            values = None
        if not isinstance(values, dict):
            raise InvalidRequest("Request", "A non-empty request body of a JSON object is required.")
        return cls(values)

    @classmethod
    def from_query(cls, query: dict[str, list[str]]) -> "Arguments":
        # In a query string everything is text, so digits count as a number there.
        values = {name: texts[-1] for name, texts in query.items()}
        return cls({name: int(text) if _is_integer(text) else text for name, text in values.items()})

    def matches(self, wanted: dict) -> bool:
        return all(self._values.get(name) == value for name, value in wanted.items())

    def replaced(self, **values) -> "Arguments":
        return Arguments(self._values | values)

    def joined(self, others: "Arguments") -> "Arguments":
        """These, and others beside them."""
        return Arguments(self._values | others._values)

    def integer(self, name: str, default: int | None = None, low: int = 0, high: int = MAX_INT64) -> int:
        """An integer in [low, high]; without `default` the key is required."""
        value = self._values.get(name)
        if value is None:
            if default is None:
                raise _missing(name)
            return default
        if isinstance(value, bool) or not isinstance(value, int):
            raise _unreadable(name, "System.Int32")
        if not low <= value <= high:
            raise InvalidRequest(
                _pascal(name), f"The field {_pascal(name)} must be between {low} and {high}."
            )
        return value

    def integers(self, name: str, is_required: bool = False) -> frozenset[int]:
        values = self._array(name, is_required)
        if any(isinstance(value, bool) or not isinstance(value, int) for value in values):
            raise _unreadable(name, "System.Int32")
        return frozenset(values)

    def texts(self, name: str) -> frozenset[str]:
        values = self._array(name, is_required=False)
        if not all(isinstance(value, str) for value in values):
            raise _unreadable(name, "System.String")
        return frozenset(values)

    def objects(self, name: str) -> list[dict]:
        values = self._array(name, is_required=True)
        if not all(isinstance(value, dict) for value in values):
            raise _unreadable(name, "System.Object")
        return values

    def boolean(self, name: str) -> bool:
        """True or false; absent and null read as false."""
        value = self._values.get(name)
        if value is not None and not isinstance(value, bool):
            raise _unreadable(name, "System.Boolean")
        return bool(value)

    def nested(self, name: str) -> "Arguments":
        """The values of an object; absent and null read as an empty one."""
        value = self._values.get(name)
        if value is not None and not isinstance(value, dict):
            raise _unreadable(name, "System.Object")
        return Arguments(value or {})

    def has(self, name: str) -> bool:
        return self._values.get(name) is not None

    def text(self, name: str) -> str:
        """A text; absent and null read as empty."""
        value = self._values.get(name)
        if value is None:
            return ""
        if not isinstance(value, str):
            raise _unreadable(name, "System.String")
        return value

    def choice(self, name: str, options: tuple[str, ...]) -> str:
        """One of `options`; absent, null and empty read as the first one."""
        value = self.text(name) or options[0]
        if value not in options:
            raise _unreadable(name, "HeyReach.Enum")
        return value

    def time(self, name: str) -> int | None:
        """Ticks, or None when absent."""
        text = self.text(name)
        if not text:
            return None
        try:
            return clock.parse(text)
        except ValueError:
            raise _unreadable(name, "System.DateTime") from None

    def _array(self, name: str, is_required: bool) -> list:
        values = self._values.get(name)
        if values is None:
            if is_required:
                raise _missing(name)
            return []
        if not isinstance(values, list):
            raise _unreadable(name, "System.Collections.Generic.List")
        return values


def _pascal(name: str) -> str:
    return name[:1].upper() + name[1:]


def _missing(name: str) -> InvalidRequest:
    return InvalidRequest(_pascal(name), f"The {_pascal(name)} field is required.")


def _unreadable(name: str, type_name: str) -> InvalidRequest:
    return InvalidRequest(
        _pascal(name), f"The JSON value could not be converted to {type_name}. Path: $.{name}."
    )


def _is_integer(text: str) -> bool:
    return text.isascii() and text.isdigit()
