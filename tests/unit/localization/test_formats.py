import pytest

from localization.measures.formats import price_display
from schemas.events import Price


@pytest.mark.parametrize(
    ("amount", "currency", "locale", "shown"),
    [
        ("1299.9", "BRL", "pt-BR", "R$\u00a01.299,90"),
        ("1299.90", "USD", "en", "$1,299.90"),
        ("49.9", "EUR", "de", "49,90\u00a0€"),
        ("1500", "JPY", "en", "¥1,500"),
        ("-5", "USD", "en", "-$5.00"),
        ("0.125", "USD", "en", "$0.125"),
        ("3.50", "USD", "en-CN", "$3.50"),
    ],
)
def test_a_price_is_written_as_its_readers_write_it(amount, currency, locale, shown):
    assert price_display(Price(amount, currency), locale) == shown
