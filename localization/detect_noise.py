"""What of a text says nothing about its language: markup, addresses, codes, sizes, placeholders, names of the trade."""

import re
from typing import Final

from localization.clean import clean

# More text says no more about the language, and a detector walks every byte.
CHARS_MAX: Final = 1500
# Words and marks of every script; combining marks are no \w, and Indic, Thai and Burmese vowels are such.
_MARKS: Final = "\u0300-\u036f\u0591-\u05c7\u064b-\u065f\u0900-\u0dff\u0e00-\u0fff\u1000-\u109f\u1780-\u17ff\u200c"
_NOISE: Final = re.compile(
    r"<[^<>]*>"
    r"|&(?:[a-zA-Z]{2,8}|#x?[0-9a-fA-F]{1,6});"
    r"|(?:https?://|www\.)\S+|\b[\w-]+\.(?:com|net|org|io|shop|store)\b(?:\.[a-z]{2}\b)?(?:/\S*)?"
    r"|\S+@\S+|[@#]\w+"
    r"|\{\{[^{}]*\}\}|\{[^{}\s]*\}|%\([^()\s]*\)[a-z]|%\{[^{}]*\}|\$\{[^{}]*\}|\$t\([^()]*\)|%[a-z]\b|(?<!\w):[a-z_]+\b"
    r"|[^\W\d]*\d\S*"
    rf"|[^\w\s'\u2019{_MARKS}]|_"
)
_PLAIN: Final = re.compile(r"[A-Za-z]+(?:[ ,][ ]?[A-Za-z]+)*[.!]?\Z")
# A word with a capital inside is a name (iPhone, PlayStation), one of two to four capitals an abbreviation (USB, XL).
_NAME: Final = re.compile(r"\b(?:[a-zA-Z]?[a-z]+[A-Z]\w*|[A-Z]{1,4})\b")
# Brands and words of technology that titles in every language share. Written for this project; a name that is also a
# common word in some language (Apple, Orange) is not here.
_TRADE: Final = frozenset(
    "samsung galaxy iphone ipad macbook airpods android xiaomi redmi poco huawei honor motorola moto nokia oppo vivo realme"
    " oneplus lenovo thinkpad asus acer dell hp lg sony philips panasonic canon nikon gopro bosch makita dewalt siemens"
    " braun tefal dyson lego playmobil barbie disney marvel pokemon nintendo switch playstation xbox adidas nike puma"
    " reebok converse vans levis zara gucci prada chanel casio seiko garmin fitbit jbl bose sennheiser logitech razer"
    " kingston sandisk intel amd nvidia geforce ryzen google chromecast alexa echo kindle amazon aliexpress ebay paypal"
    " visa mastercard stripe shopify bluetooth wifi wi-fi usb hdmi led lcd oled rgb ssd gps nfc tws pro max ultra plus mini"
    " lite pc tv dvd cd ok xl xxl xs ml kg cm mm gb tb mah hz".split()
)


def wording(text: str) -> str:
    """Return the words of a text in one line, without what is written alike in every language.

    Names and abbreviations go only where something is left: a text in capitals is no abbreviation.
    """
    if len(text) > CHARS_MAX:
        text = text[:CHARS_MAX]
    if _PLAIN.match(text):
        words = text.rstrip(".!").replace(",", " ")
    else:
        words = _NOISE.sub(" ", clean(text).text)
    spoken = words if words.isupper() else _NAME.sub(" ", words)
    kept = [word for word in spoken.split() if word.lower() not in _TRADE and word.strip("'\u2019")]
    return " ".join(kept)
