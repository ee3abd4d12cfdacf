"""Times and periods: RFC 3339 with a zone, kept in UTC, whole seconds (CONTRACT section 1)."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from typing import Final

_TIME: Final = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)[Tt](\d\d):(\d\d):(\d\d)(?:\.\d{1,9})?([Zz]|[+-]\d\d:\d\d)", re.ASCII
)
_DATE: Final = re.compile(r"(\d{4})-(\d\d)-(\d\d)", re.ASCII)
_PERIOD: Final = re.compile(r"P(?:(\d{1,5})D)?(?:T(?:(\d{1,6})H)?(?:(\d{1,7})M)?)?", re.ASCII)
_LAST_SECOND: Final = (23, 59, 59)


def parse_time(text: str) -> datetime:
    """Return an RFC 3339 time with a zone as UTC; fractions of a second are cut.

    Raises:
        ValueError: Not of that form, or without a zone.
    """
    match = _TIME.fullmatch(text.strip())
    if match is None:
        raise ValueError(f"`{text}` is not a time with a zone, such as 2026-11-01T06:00:00Z")
    year, month, day, hour, minute, second = (int(match.group(i)) for i in range(1, 7))
    zone = match.group(7)
    moment = datetime(year, month, day, hour, minute, min(second, 59), tzinfo=UTC)
    if zone in "Zz":
        return moment
    offset = timedelta(hours=int(zone[1:3]), minutes=int(zone[4:6]))
    return moment - offset if zone[0] == "+" else moment + offset


def parse_date(text: str) -> date:
    """Return a date written YYYY-MM-DD.

    Raises:
        ValueError: Not of that form.
    """
    match = _DATE.fullmatch(text.strip())
    if match is None:
        raise ValueError(f"`{text}` is not a date, such as 2026-11-01")
    return date(int(match.group(1)), int(match.group(2)), int(match.group(3)))


def parse_moment(text: str) -> datetime:
    """Return a time, or the first second (UTC) of a date; for `--at` and the like.

    Raises:
        ValueError: Neither a time with a zone nor a date.
    """
    return first_second(parse_date(text)) if _DATE.fullmatch(text.strip()) else parse_time(text)


def parse_period(text: str) -> timedelta:
    """Return an ISO 8601 period of days, hours and minutes (`P2D`, `PT36H`).

    Raises:
        ValueError: Not of that form, or of no length.
    """
    match = _PERIOD.fullmatch(text.strip())
    if match is None or not any(match.groups()):
        raise ValueError(f"`{text}` is not a period, such as P2D or PT36H")
    days, hours, minutes = (int(g or 0) for g in match.groups())
    return timedelta(days=days, hours=hours, minutes=minutes)


def format_time(moment: datetime) -> str:
    """Return a time as YYYY-MM-DDTHH:MM:SSZ.

    Raises:
        ValueError: The time has no zone.
    """
    if moment.tzinfo is None:
        raise ValueError("a time without a zone")
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def first_second(day: date) -> datetime:
    """Return the first second of a day in UTC."""
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def last_second(day: date) -> datetime:
    """Return the last second of a day in UTC: an end date is inclusive."""
    return datetime(day.year, day.month, day.day, *_LAST_SECOND, tzinfo=UTC)


def age_words(age: timedelta) -> str:
    """Return an age in the largest whole unit: `2 h`, `3 d`, `40 min`."""
    minutes = max(0, int(age.total_seconds()) // 60)
    if minutes < 60:
        return f"{minutes} min"
    return f"{minutes // 60} h" if minutes < 48 * 60 else f"{minutes // (24 * 60)} d"
