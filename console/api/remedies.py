"""What to do about what is wrong with a request: nobody is told no without a way on."""

from collections.abc import Mapping
from typing import Any

from console.api.fields import NO_NUL, PRINTABLE

DESCRIBED = "Send it as /api/v1/openapi.json describes it."
RIGHT = "Use another token, or ask for the right."
OTHERWISE = "Correct what is named, then send it again."
WAYS: Mapping[str, str] = {
    "missing": "Send it too.",
    "extra_forbidden": "Leave it out; /api/v1/openapi.json lists the fields that there are.",
    "string_pattern_mismatch": "Send a text that fits {pattern}",
    "string_too_short": "Send no fewer characters than {min_length}.",
    "string_too_long": "Send no more characters than {max_length}.",
    "string_type": "Send a text.",
    "too_short": "Send no fewer than {min_length}.",
    "too_long": "Send no more than {max_length}.",
    "greater_than_equal": "Send a number that is no less than {ge}.",
    "greater_than": "Send a number above {gt}.",
    "less_than_equal": "Send a number that is no more than {le}.",
    "less_than": "Send a number below {lt}.",
    "literal_error": "Send one of {expected}.",
    "enum": "Send one of {expected}.",
    "int_": "Send a whole number.",
    "float_": "Send a number.",
    "finite_number": "Send a number that is finite.",
    "bool_": "Send true or false.",
    "date_": "Send a day such as 2026-01-31.",
    "datetime_": "Send a moment with its offset, such as 2026-01-31T08:00:00+00:00.",
    "timezone_": "Send a moment with its offset, such as 2026-01-31T08:00:00+00:00.",
    "list_type": "Send a list.",
    "dict_type": "Send an object.",
    "model_": "Send an object.",
    "json_": "Send valid JSON.",
}
"""By the kind of mistake, or by how kinds begin; in braces what the schema says of the field, never what was sent."""


PATTERNS: Mapping[str, str] = {
    PRINTABLE: "Send one line without control characters.",
    NO_NUL: "Send a text without the character U+0000.",
}
"""What the patterns say that nobody would read."""


def of_mistake(kind: str, schema: Mapping[str, Any]) -> str:
    """What to do about a field that is not as described; `schema` is what it should have been."""
    if schema.get("pattern") in PATTERNS:
        return PATTERNS[schema["pattern"]]
    way = WAYS.get(kind) or next(
        (way for begin, way in WAYS.items() if begin[-1] == "_" and kind.startswith(begin)), ""
    )
    try:
        return way.format_map(schema) or DESCRIBED
    except KeyError:
        return DESCRIBED


def of_reason(remedy: str, key: str, whole: str) -> str:
    """What to do about one reason: its own remedy; else how to come by a right; else what helps with all of it."""
    return remedy or (RIGHT if key.rpartition(".")[2] == "right" else whole)
