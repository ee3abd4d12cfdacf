"""Times and periods (CONTRACT section 1)."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attestgraph.model.times import (
    age_words,
    format_time,
    last_second,
    parse_date,
    parse_moment,
    parse_period,
    parse_time,
)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-11-01T06:00:00Z", datetime(2026, 11, 1, 6, tzinfo=UTC)),
        ("2026-11-01T06:00:00.1234567Z", datetime(2026, 11, 1, 6, tzinfo=UTC)),
        ("2026-11-01t06:00:00z", datetime(2026, 11, 1, 6, tzinfo=UTC)),
        ("2026-11-01T06:00:00+02:00", datetime(2026, 11, 1, 4, tzinfo=UTC)),
        ("2026-11-01T00:30:00-01:00", datetime(2026, 11, 1, 1, 30, tzinfo=UTC)),
    ],
)
def test_times_are_read_into_utc(text: str, moment: datetime) -> None:
    assert parse_time(text) == moment


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-01T06:00:00",  # no zone: whose morning?
        "2026-11-01 06:00:00Z",
        "2026-11-01",
        "20261101T060000Z",
        "2026-W44-7",
        "2026-13-01T00:00:00Z",
        "٢٠٢٦-11-01T06:00:00Z",
        "",
    ],
)
def test_other_forms_of_time_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        parse_time(text)


def test_a_date_stands_for_its_first_second_and_ends_inclusively() -> None:
    assert parse_moment("2026-11-01") == datetime(2026, 11, 1, tzinfo=UTC)
    assert last_second(parse_date("2026-11-01")) == datetime(2026, 11, 1, 23, 59, 59, tzinfo=UTC)


@pytest.mark.parametrize("text", ["2026-11-1", "01-11-2026", "2026-02-30", "today"])
def test_other_forms_of_date_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        parse_date(text)


@pytest.mark.parametrize(
    ("text", "period"),
    [
        ("P2D", timedelta(days=2)),
        ("PT36H", timedelta(hours=36)),
        ("P1DT12H", timedelta(hours=36)),
        ("PT90M", timedelta(minutes=90)),
    ],
)
def test_periods_are_read(text: str, period: timedelta) -> None:
    assert parse_period(text) == period


@pytest.mark.parametrize("text", ["P", "PT", "2D", "P1Y", "P-1D", "", "P1W"])
def test_periods_without_a_fixed_length_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        parse_period(text)


@given(
    st.datetimes(
        min_value=datetime(1970, 1, 2),  # noqa: DTZ001 - the zone comes beside it
        max_value=datetime(9999, 12, 30),  # noqa: DTZ001 - as above
        timezones=st.integers(-14 * 60, 14 * 60).map(lambda m: timezone(timedelta(minutes=m))),
    )
)
def test_a_written_time_reads_back_as_itself(moment: datetime) -> None:
    whole = moment.replace(microsecond=0)
    assert parse_time(format_time(whole)) == whole


def test_a_naive_time_is_never_written() -> None:
    with pytest.raises(ValueError, match="zone"):
        format_time(datetime(2026, 11, 1))  # noqa: DTZ001 - that is what is tested


@pytest.mark.parametrize(
    ("age", "words"),
    [
        (timedelta(minutes=5), "5 min"),
        (timedelta(hours=2, minutes=59), "2 h"),
        (timedelta(hours=47), "47 h"),
        (timedelta(days=3, hours=1), "3 d"),
        (timedelta(seconds=-5), "0 min"),
    ],
)
def test_ages_are_said_in_whole_units(age: timedelta, words: str) -> None:
    assert age_words(age) == words


def test_dates_are_dates() -> None:
    assert parse_date("2028-02-29") == date(2028, 2, 29)
