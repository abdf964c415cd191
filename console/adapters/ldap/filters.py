"""Write search filters as text (RFC 4515); the values are escaped by ldap3."""

from ldap3.utils.conv import escape_filter_chars

from console.domain.filters import AllOf, AnyOf, AtLeast, Equal, Filter, Not, Present


def write(what: Filter) -> str:
    """The text of `what`; a value is never read as a pattern."""
    match what:
        case Equal(attribute, value):
            return f"({attribute}={escape_filter_chars(value)})"
        case Present(attribute):
            return f"({attribute}=*)"
        case AtLeast(attribute, number):
            return f"({attribute}>={number})"
        case AnyOf(parts):
            return f"(|{''.join(write(part) for part in parts)})"
        case AllOf(parts):
            return f"(&{''.join(write(part) for part in parts)})"
        case Not(part):
            return f"(!{write(part)})"
