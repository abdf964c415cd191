"""Dates as WMI writes them."""

from datetime import datetime, timedelta

JAPAN = timedelta(hours=9)


def cim_date(moment: datetime) -> str:
    """A date as WMI writes it, in the node's time zone (UTC+9)."""
    return (moment + JAPAN).strftime("%Y%m%d%H%M%S.%f") + "+540"
