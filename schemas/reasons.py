"""The stable vocabulary of what can go wrong; dead letters, warnings and metrics use these words and no others."""

from enum import StrEnum
from typing import Final


class Stage(StrEnum):
    """Where in its life a record failed."""

    DECODE = "decode"
    VALIDATE = "validate"
    LOCALIZE = "localize"
    EMIT = "emit"


class Disposition(StrEnum):
    """What the runner does about an error."""

    DEAD_LETTER = "dead_letter"
    RETRY = "retry"
    EXIT = "exit"


class Reason(StrEnum):
    """Why a record went to `dead-letter`. Values are a contract: add, never rename."""

    # decode
    EMPTY_VALUE = "empty_value"
    TOO_LARGE = "too_large"
    NOT_JSON = "not_json"
    NOT_UTF8 = "not_utf8"
    UTF16 = "utf16"
    NAN = "nan"
    LONE_SURROGATE = "lone_surrogate"
    TOO_DEEP = "too_deep"
    INTEGER_OVERFLOW = "integer_overflow"
    BAD_ENVELOPE = "bad_envelope"
    UNKNOWN_TYPE = "unknown_type"
    # validate
    MISSING_FIELD = "missing_field"
    WRONG_TYPE = "wrong_type"
    INVALID_VALUE = "invalid_value"
    KEY_MISMATCH = "key_mismatch"
    UNKNOWN_LOCALE = "unknown_locale"
    LOCALE_NOT_SERVED = "locale_not_served"
    UNKNOWN_PARTNER = "unknown_partner"
    # localize
    LANGUAGE_UNCERTAIN = "language_uncertain"
    LOCALIZE_TIMEOUT = "localize_timeout"
    LOCALIZE_FAILED = "localize_failed"
    POISON_TEXT = "poison_text"
    # emit
    SETTLE_FAILED = "settle_failed"
    OUTPUT_TOO_LARGE = "output_too_large"


class Drop(StrEnum):
    """Why a good event led to no output; counted, never dead-lettered."""

    STALE = "stale"
    UNCHANGED = "unchanged"
    DUPLICATE = "duplicate"


class Skip(StrEnum):
    """Why a replayed record led to nothing; counted and nothing else, for it had its effect when it came first."""

    UNREADABLE = "unreadable"
    NOT_ASKED_FOR = "not_asked_for"
    NOT_SHOWN = "not_shown"
    OVERTAKEN = "overtaken"


class Unfit(StrEnum):
    """Why a dead letter is not replayed; `Unfit.forceable` are those that an operator may overrule."""

    UNREADABLE = "unreadable"
    REPLAYED = "replayed"
    DROPPED = "dropped"
    TOO_OLD = "too_old"
    ORIGINAL_OMITTED = "original_omitted"
    NO_SUCH_TOPIC = "no_such_topic"
    NO_SUCH_PARTITION = "no_such_partition"
    NO_KEY = "no_key"
    RECORD_TOO_LARGE = "record_too_large"
    OVERTAKEN = "overtaken"
    PAST_RETENTION = "past_retention"
    WOULD_FAIL = "would_fail"
    NOT_RETRYABLE = "not_retryable"

    @property
    def forceable(self) -> bool:
        """Whether it says that a replay is of no use; the others say that it would do harm or cannot be done."""
        return self in {Unfit.DROPPED, Unfit.PAST_RETENTION, Unfit.WOULD_FAIL, Unfit.NOT_RETRYABLE}


class Warn(StrEnum):
    """Marks on an output. A field-level mark reads `<warn>:<field>`, a valued one `<warn>:<value>`."""

    BOM_STRIPPED = "bom_stripped"
    MOJIBAKE_REPAIRED = "mojibake_repaired"
    SAME_VERSION_OTHER_CONTENT = "same_version_other_content"
    LOCALE_NOT_SERVED = "locale_not_served"
    LANGUAGE_UNCERTAIN = "language_uncertain"
    PAIR_UNAVAILABLE = "pair_unavailable"
    COPIED = "copied"
    GATE_EMPTY = "gate_empty"
    GATE_PROTECTED = "gate_protected"
    GATE_PLACEHOLDERS = "gate_placeholders"
    GATE_TAGS = "gate_tags"
    GATE_NUMBERS = "gate_numbers"
    GATE_UNITS = "gate_units"
    GATE_MONEY = "gate_money"
    GATE_DATES = "gate_dates"
    GATE_GLOSSARY = "gate_glossary"
    GATE_ADDITION = "gate_addition"
    GATE_SCRIPT = "gate_script"
    GATE_LANGUAGE = "gate_language"
    GATE_REPETITION = "gate_repetition"
    GATE_LENGTH = "gate_length"
    GATE_TRUNCATED = "gate_truncated"
    GATE_NEGATION = "gate_negation"
    GATE_SENTIMENT = "gate_sentiment"
    GATE_PROFANITY = "gate_profanity"
    GATE_OVERRULED = "gate_overruled"
    GLOSSARY_MISSED = "glossary_missed"
    MIXED_LANGUAGE = "mixed_language"
    REGION_FALLBACK = "region_fallback"
    SEGMENT_TOO_LONG = "segment_too_long"
    HTML_CLEANED = "html_cleaned"
    UNKNOWN_CODE = "unknown_code"
    UNKNOWN_VOCABULARY = "unknown_vocabulary"
    LATE_EVENT = "late_event"
    PHRASE_LOCALE_FALLBACK = "phrase_locale_fallback"
    MODEL_TIMEOUT = "model_timeout"  # reserved: what times out is tried again, and a dead letter in the end
    POISON_TEXT = "poison_text"


def word_of(mark: str) -> str:
    """Return a mark without the field or the value that it names: what is counted, and may be a label."""
    return mark.partition(":")[0]


# Marks that mean: the reader sees the source, or a phrase of another locale, instead of a translation.
FALLBACK_WARNINGS: Final = frozenset(
    {
        Warn.PAIR_UNAVAILABLE,
        Warn.SEGMENT_TOO_LONG,
        Warn.MODEL_TIMEOUT,
        Warn.PHRASE_LOCALE_FALLBACK,
        *(warn for warn in Warn if warn.name.startswith("GATE_")),
    }
    - {Warn.GATE_OVERRULED}
)
