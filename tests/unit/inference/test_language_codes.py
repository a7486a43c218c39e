"""Which of a model's language codes stands for a locale."""

import pytest

from inference.tokenizers.language_codes import LISTS, code_for
from schemas.errors import OperatorError

NLLB = (  # noqa: SIM905  (a list of words reads better)
    "ace_Arab arb_Arab deu_Latn eng_Latn por_Latn zho_Hans zho_Hant yue_Hant srp_Cyrl nob_Latn nno_Latn pes_Arab "
    "prs_Arab swh_Latn fra_Latn spa_Latn lvs_Latn zsm_Latn tgl_Latn kmr_Latn jpn_Jpan kor_Hang als_Latn pbt_Arab "
    "heb_Hebr"
).split()
OPUS = ["por", "pob", "deu", "spa", "cmn_Hans", "cmn_Hant", "cmn", "srp_Cyrl", "srp_Latn", "fr_CA", "fra"]


@pytest.mark.parametrize(
    ("locale", "code"),
    [
        ("de", "deu_Latn"),
        ("de-AT", "deu_Latn"),
        ("pt-BR", "por_Latn"),
        ("zh-CN", "zho_Hans"),
        ("zh", "zho_Hans"),
        ("zh-TW", "zho_Hant"),
        ("ja", "jpn_Jpan"),
        ("ko", "kor_Hang"),
        ("ar", "arb_Arab"),
        ("nb", "nob_Latn"),
        ("nn", "nno_Latn"),
        ("sr", "srp_Cyrl"),
        ("fil", "tgl_Latn"),
        ("sw", "swh_Latn"),
        ("he", "heb_Hebr"),
    ],
)
def test_nllb(locale: str, code: str) -> None:
    assert code_for(locale, NLLB) == code


@pytest.mark.parametrize(
    ("locale", "code"),
    [
        ("pt-BR", "pob"),
        ("pt", "por"),
        ("pt-PT", "por"),
        ("zh-CN", "cmn_Hans"),
        ("zh-TW", "cmn_Hant"),
        ("sr-Latn", "srp_Latn"),
        ("sr", "srp_Cyrl"),
        ("es-MX", "spa"),
        ("fr-CA", "fr_CA"),
        ("fr", "fra"),
    ],
)
def test_opus(locale: str, code: str) -> None:
    assert code_for(locale, OPUS) == code


def test_a_language_the_model_lacks_is_said() -> None:
    with pytest.raises(OperatorError, match=r"the model has no language sr-Latn: .* `sr-Latn=CODE`"):
        code_for("sr-Latn", NLLB)


def test_every_code_of_the_lists_is_found_for_itself() -> None:
    codes = LISTS["m2m100"].split()
    assert len(codes) == len(set(codes)) == 100
    assert all(code_for(code, codes) == code for code in ("en", "de", "pt", "zh", "fa", "no", "tl", "he", "ko"))
