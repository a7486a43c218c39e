"""What the addressee reads, and what the clock showed where it happened."""

from datetime import UTC, datetime, timedelta, timezone
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from localization.logistics.phrases import phrase
from localization.logistics.places import at_place, local_time
from localization.logistics.wording import PHRASE_LOCALES
from schemas.locales import UnknownLocale
from schemas.outputs import CanonicalStatus

STATUSES = get_args(CanonicalStatus)
AFTERNOON = datetime(2026, 3, 4, 14, 5, 6, tzinfo=timezone(timedelta(hours=8)))


@pytest.mark.parametrize(
    ("locale", "used", "marked"),
    [
        ("en", "en", False),
        ("en-GB", "en", False),
        ("en_us", "en", False),
        ("pt", "pt-BR", False),
        ("pt-BR", "pt-BR", False),
        ("pt-PT", "pt-PT", False),
        ("pt-AO", "pt-PT", False),
        ("es-MX", "es-MX", False),
        ("es-419", "es-MX", False),
        ("es-AR", "es-MX", False),
        ("es-ES", "es", False),
        ("fr-CA", "fr", False),
        ("de-AT", "de", False),
        ("zh", "zh-CN", False),
        ("zh-Hans", "zh-CN", False),
        ("zh-SG", "zh-CN", False),
        ("zh-TW", "zh-TW", False),
        ("zh-HK", "zh-TW", False),
        ("zh-Hant", "zh-TW", False),
        ("zh-Hant-CN", "zh-TW", False),
        ("zh-Hans-HK", "zh-CN", False),
        ("ja", "ja", False),
        ("no", "nb", False),
        ("nn", "nb", True),
        ("ca", "en", True),
        ("sr-Latn", "en", True),
    ],
)
def test_phrase_locale(locale, used, marked):
    words = phrase("delivered", locale)
    assert words.locale == used
    assert words.warnings == (("phrase_locale_fallback",) if marked else ())
    assert words.headline == phrase("delivered", used).headline


def test_an_unknown_locale_is_refused():
    with pytest.raises(UnknownLocale):
        phrase("delivered", "qq-QQQ")


@pytest.mark.parametrize("status", STATUSES)
def test_who_must_act_is_told_what_to_do(status):
    for locale in PHRASE_LOCALES:
        words = phrase(status, locale)
        assert words.action is not None or not words.action_required
        assert words.severity != "info" or words.action is None


@pytest.mark.parametrize(
    ("status", "severity", "action_required"),
    [
        ("delivered", "info", False),
        ("in_transit", "info", False),
        ("customs_action_required", "attention", True),
        ("available_for_pickup", "attention", True),
        ("attempt_failed", "attention", True),
        ("delayed", "attention", False),
        ("lost", "problem", True),
        ("damaged", "problem", True),
        ("address_problem", "problem", True),
    ],
)
def test_urgency(status, severity, action_required):
    for locale in PHRASE_LOCALES:
        words = phrase(status, locale)
        assert (words.severity, words.action_required) == (severity, action_required)


@pytest.mark.parametrize(
    ("locale", "date", "clock", "offset"),
    [
        ("en", "March 4, 2026", "2:05\u202fPM", "GMT+08:00"),
        ("en-GB", "4 March 2026", "14:05", "GMT+08:00"),
        ("pt-BR", "4 de março de 2026", "14:05", "GMT+08:00"),
        ("es", "4 de marzo de 2026", "14:05", "GMT+08:00"),
        ("fr", "4 mars 2026", "14:05", "UTC+08:00"),
        ("de", "4. März 2026", "14:05", "GMT+08:00"),
        ("zh-CN", "2026年3月4日", "14:05", "GMT+08:00"),
        ("en-CN", "March 4, 2026", "2:05\u202fPM", "GMT+08:00"),
    ],
)
def test_local_time_is_the_events_own_clock(locale, date, clock, offset):
    shown = local_time(AFTERNOON, locale)
    assert shown.startswith(date)
    assert clock in shown
    assert shown.endswith(offset)


def test_the_same_moment_elsewhere_shows_another_clock():
    assert local_time(AFTERNOON.astimezone(UTC), "de") == "4. März 2026, 06:05 GMT+00:00"


def test_a_time_without_offset_is_refused():
    with pytest.raises(ValueError, match="offset"):
        local_time(AFTERNOON.replace(tzinfo=None), "en")


@given(
    moment=st.datetimes(
        min_value=datetime(1971, 1, 1),  # noqa: DTZ001  (the strategy adds the offset)
        timezones=st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes))),
    ),
    locale=st.sampled_from([*PHRASE_LOCALES, "pt-PT", "zh-TW", "ja", "ar"]),
)
def test_any_time_is_shown_without_placeholders(moment, locale):
    shown = local_time(moment, locale)
    assert shown == local_time(moment, locale)
    assert not set(shown) & set("{}'")


UTC_NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("moment", "country", "offset_hours"),
    [
        (UTC_NOON, "DE", 1),
        (UTC_NOON, "JP", 9),
        (UTC_NOON, "US", 0),
        (UTC_NOON, "BR", 0),
        (UTC_NOON, None, 0),
        (UTC_NOON, "XX", 0),
        (AFTERNOON, "DE", 8),
    ],
)
def test_only_a_country_of_one_clock_tells_the_time_of_what_is_written_in_utc(moment, country, offset_hours):
    told = at_place(moment, country)
    assert told == moment
    assert told.utcoffset() == timedelta(hours=offset_hours)
