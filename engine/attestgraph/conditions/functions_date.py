"""Template functions on dates and times: a grammar of our own, seven fraction digits kept.

    moment   = date [ ( "T" | "t" | " " ) time [ zone ] ]
    date     = 4 digits "-" 2 digits "-" 2 digits
    time     = 2 digits ":" 2 digits [ ":" 2 digits [ "." digits ] ]
    zone     = "Z" | "z" | ( "+" | "-" ) 2 digits ":" 2 digits
    duration = [ "-" | "+" ] "P" { number ( "Y" | "M" | "W" | "D" ) }
               [ "T" { number ( "H" | "M" | "S" ) } ]

A moment without zone is UTC. Results are UTC with `Z`, with as many fraction digits as the
moment they come from, which is how the conformance cases write them.
"""

from __future__ import annotations

import calendar
import datetime as dt
from dataclasses import dataclass
from typing import Any

from attestgraph.conditions.functions_base import Function, FunctionError, integer_of, text_of

TICKS = 10_000_000
_DAY = 86_400 * TICKS
_EPOCH = dt.date(1970, 1, 1).toordinal()
_LAST_DAY = dt.date.max.toordinal()
_DIGITS = frozenset("0123456789")
_LONGEST = 64
_STANDARD = {
    "d": "MM/dd/yyyy",
    "s": "yyyy-MM-ddTHH:mm:ss",
    "u": "yyyy-MM-dd HH:mm:ssZ",
    "o": "yyyy-MM-ddTHH:mm:ss.fffffffZ",
    "O": "yyyy-MM-ddTHH:mm:ss.fffffffZ",
}


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Moment:
    """A time in UTC: ticks of 100 ns since 1970, and how many fraction digits were written."""

    ticks: int
    digits: int

    def text(self) -> str:
        """Return `YYYY-MM-DDTHH:MM:SS[.f]Z`."""
        form = "yyyy-MM-ddTHH:mm:ss" + ("." + "f" * self.digits if self.digits else "") + "Z"
        return moment_text(self, form)


class _Scanner:
    """Reads digits and marks of one text from left to right."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.place = 0

    @property
    def rest(self) -> bool:
        return self.place < len(self.text)

    def number(self, width: int) -> int:
        digits = self.text[self.place : self.place + width]
        if len(digits) != width or not _DIGITS.issuperset(digits):
            raise FunctionError(f"`{self.text[:_LONGEST]}` is no date and time")
        self.place += width
        return int(digits)

    def run(self) -> str:
        start = self.place
        while self.rest and self.text[self.place] in _DIGITS:
            self.place += 1
        return self.text[start : self.place]

    def mark(self, marks: str) -> str:
        """Return the next character if it is one of `marks`, else ""."""
        found = self.text[self.place : self.place + 1]
        if not found or found not in marks:
            return ""
        self.place += 1
        return found

    def want(self, marks: str) -> None:
        if not self.mark(marks):
            raise FunctionError(f"`{self.text[:_LONGEST]}` is no date and time")


def moment_of(value: Any, position: int = 1) -> Moment:
    """Return the moment a text writes; see the grammar above."""
    scanner = _Scanner(text_of(position, value).strip(" "))
    if len(scanner.text) > _LONGEST:
        raise FunctionError("the text is too long for a date and time")
    year = scanner.number(4)
    scanner.want("-")
    month = scanner.number(2)
    scanner.want("-")
    day = scanner.number(2)
    try:
        days = dt.date(year, month, day).toordinal() - _EPOCH
    except ValueError:
        raise FunctionError(f"`{scanner.text}` is no day of the calendar") from None
    ticks, digits = _time(scanner) if scanner.mark("Tt ") else (0, 0)
    if scanner.rest:
        raise FunctionError(f"`{scanner.text}` is no date and time")
    return _checked(days * _DAY + ticks, digits)


def _time(scanner: _Scanner) -> tuple[int, int]:
    """Return ticks of the time of day less the offset of the zone, and the fraction digits."""
    hour = scanner.number(2)
    scanner.want(":")
    minute = scanner.number(2)
    second, fraction = 0, ""
    if scanner.mark(":"):
        second = scanner.number(2)
        if scanner.mark("."):
            fraction = scanner.run()[:7]
            if not fraction:
                scanner.number(1)
    if hour > 23 or minute > 59 or second > 59:
        raise FunctionError(f"`{scanner.text}` is no time of day")
    seconds = hour * 3600 + minute * 60 + second - _zone(scanner)
    return seconds * TICKS + int(fraction.ljust(7, "0")), len(fraction)


def _zone(scanner: _Scanner) -> int:
    """Return how many seconds the zone is ahead of UTC."""
    sign = scanner.mark("Zz+-")
    if sign not in ("+", "-"):
        return 0
    hours = scanner.number(2)
    scanner.want(":")
    minutes = scanner.number(2)
    if hours > 14 or minutes > 59:
        raise FunctionError(f"`{scanner.text}` has no zone of this earth")
    seconds = hours * 3600 + minutes * 60
    return seconds if sign == "+" else -seconds


def _checked(ticks: int, digits: int) -> Moment:
    if not 1 <= ticks // _DAY + _EPOCH <= _LAST_DAY:
        raise FunctionError("the moment lies outside the years 1 to 9999")
    return Moment(ticks=ticks, digits=digits)


def moment_text(moment: Moment, form: str) -> str:
    """Return a moment in .NET's custom form, or one of the standard forms d, s, u, o."""
    form = _STANDARD.get(form, form)
    if len(form) > _LONGEST:
        raise FunctionError("the form of the date is too long")
    parts: list[str] = []
    place = 0
    while place < len(form):
        letter = form[place]
        if letter == "'":
            end = form.find("'", place + 1)
            if end < 0:
                raise FunctionError("a quote in the form of the date is not closed")
            parts.append(form[place + 1 : end])
            place = end + 1
            continue
        width = len(form[place:]) - len(form[place:].lstrip(letter))
        parts.append(_part(moment, letter, width))
        place += width
    return "".join(parts)


def _part(moment: Moment, letter: str, width: int) -> str:
    """Return one part of a moment, `width` times the letter being written."""
    if not letter.isalpha() or letter in "TZ":
        return letter * width
    days, ticks = divmod(moment.ticks, _DAY)
    day = dt.date.fromordinal(days + _EPOCH)
    seconds, fraction = divmod(ticks, TICKS)
    hour, minute = seconds // 3600, seconds // 60 % 60
    numbers = {
        ("M", 2): day.month,
        ("d", 2): day.day,
        ("H", 2): hour,
        ("h", 2): hour % 12 or 12,
        ("m", 2): minute,
        ("s", 2): seconds % 60,
        ("y", 2): day.year % 100,
        ("y", 4): day.year,
    }
    if letter == "f" and width <= 7:
        return f"{fraction:07}"[:width]
    if (letter, width) == ("t", 2):
        return "AM" if hour < 12 else "PM"
    if (letter, width) == ("K", 1):
        return "Z"
    found = numbers.get((letter, width))
    if found is None and width == 1:
        found = numbers.get((letter, 2))
    if found is None:
        raise FunctionError(f"the form `{letter * width}` of a date is not supported")
    return str(found).rjust(width, "0")


def add_days(value: Any, days: Any) -> str:
    """Return the moment moved by whole days, in UTC."""
    moment, count = moment_of(value), integer_of(2, days)
    return _checked(moment.ticks + count * _DAY, moment.digits).text()


def date_time_add(value: Any, duration: Any, form: Any = None) -> str:
    """Return the moment moved by an ISO 8601 duration; months end at their last day."""
    moment = moment_of(value)
    months, ticks, digits = _duration(text_of(2, duration))
    days, rest = divmod(moment.ticks, _DAY)
    day = dt.date.fromordinal(days + _EPOCH)
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    if not 1 <= year <= 9999:
        raise FunctionError("the moment lies outside the years 1 to 9999")
    last = calendar.monthrange(year, month + 1)[1]
    moved = dt.date(year, month + 1, min(day.day, last)).toordinal() - _EPOCH
    result = _checked(moved * _DAY + rest + ticks, max(moment.digits, digits))
    return result.text() if form is None else moment_text(result, text_of(3, form))


def _duration(text: str) -> tuple[int, int, int]:
    """Return the months, the ticks, and the fraction digits of an ISO 8601 duration."""
    scanner = _Scanner(text[:_LONGEST])
    sign = -1 if scanner.mark("+-") == "-" else 1
    units = {"Y": 0, "M": 0, "W": 7 * _DAY, "D": _DAY}
    months = ticks = digits = parts = 0
    timed = False
    fault = FunctionError(f"`{scanner.text}` is no ISO 8601 duration")
    if not scanner.mark("P") or len(text) > _LONGEST:
        raise fault
    while scanner.rest:
        if not timed and scanner.mark("T"):
            timed, units = True, {"H": 3600 * TICKS, "M": 60 * TICKS, "S": TICKS}
        whole = scanner.run()
        fraction = scanner.run() if scanner.mark(".") else ""
        unit = scanner.mark("".join(units))
        if not whole or not unit or len(whole) > 9 or (fraction and unit != "S"):
            raise fault
        size = units.pop(unit)
        months += int(whole) * {"Y": 12, "M": 1}.get(unit, 0) if not size else 0
        ticks += int(whole) * size + int(fraction[:7].ljust(7, "0"))
        digits = len(fraction[:7])
        parts += 1
    if not parts:
        raise fault
    return sign * months, sign * ticks, digits


def from_epoch(value: Any) -> str:
    """Return the moment of a number of seconds since 1970."""
    return _checked(integer_of(1, value) * TICKS, 0).text()


def to_epoch(value: Any) -> int:
    """Return the whole seconds from 1970 to a moment."""
    return moment_of(value).ticks // TICKS


def entries() -> tuple[Function, ...]:
    """Return the functions of this file."""
    beyond = "; the service refuses it in rules, the conformance cases use it"
    return (
        Function(
            name="addDays",
            family="date",
            least=2,
            most=2,
            call=add_days,
            note="the moment moved by whole days, in UTC",
        ),
        Function(
            name="dateTimeAdd",
            family="date",
            least=2,
            most=3,
            call=date_time_add,
            note="the moment moved by an ISO 8601 duration" + beyond,
        ),
        Function(
            name="dateTimeFromEpoch",
            family="date",
            least=1,
            most=1,
            call=from_epoch,
            note="the moment of Unix seconds" + beyond,
        ),
        Function(
            name="dateTimeToEpoch",
            family="date",
            least=1,
            most=1,
            call=to_epoch,
            note="Unix seconds of a moment" + beyond,
        ),
    )
