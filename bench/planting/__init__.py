"""Ways to spoil a translation: each takes a clean line and a draw, and gives what is changed, or nothing.

Every edit must leave a text that is wrong beyond doubt: what it takes away stood in both texts, what it changes is the
same thing in both, what it adds was in neither.
"""

from typing import Final

# Kinds of which not one may pass.
STRICT: Final[dict[str, tuple[str, ...]]] = {
    "numbers": (
        "number_changed", "digit_dropped", "decimal_shifted", "number_dropped", "number_added", "quantities_swapped",
        "range_broken", "fraction_changed", "percent_dropped", "minus_dropped", "dimension_changed", "roman_changed",
        "number_word_changed", "date_changed", "time_changed",
    ),
    "units": ("unit_changed", "unit_dropped", "unit_word_changed"),
    "currency": ("currency_changed", "currency_dropped"),
    "placeholders": (
        "placeholder_dropped", "placeholder_renamed", "placeholder_doubled", "placeholder_invented",
        "placeholder_broken",
    ),
    "tags": ("tag_dropped", "tag_unclosed", "tag_crossed", "tag_replaced", "href_changed"),
    "brands": ("brand_misspelt", "brand_dropped", "brand_replaced", "brand_translated"),
}  # fmt: skip
