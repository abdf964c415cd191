"""Numbers as people of the reader's language write them; what programs read has plain digits."""

from django.utils.formats import get_format


def grouped(number: object) -> str:
    """The number with its thousands apart, such as `2,000`; as it is where it is no whole number."""
    if isinstance(number, bool) or not isinstance(number, int):
        return str(number)
    return f"{number:,}".replace(",", get_format("THOUSAND_SEPARATOR"))
