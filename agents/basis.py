"""What an output was made from besides its event: when that changes, the same version is worth telling again."""

from collections.abc import Iterable

from agents.base import Tools
from agents.fingerprint import fingerprint
from agents.marks import Part
from localization.localizer import Detection
from schemas.locales import same_language


def basis_of(tools: Tools, detection: Detection, locale: str, text: str, parts: Iterable[Part]) -> str:
    """Return 16 hex digits that name everything but the event that an output in `locale` is made from.

    That is the pipeline version, the language translated from, the model with the version of its weights, how measures
    are shown, what operators have laid down about words in `text`, the event's texts in one, and what people have
    corrected of the `parts` shown, each as a whole. It is not the rates of currencies, which change every day.
    """
    said: list[str | None] = [tools.pipeline_version, tools.units, detection.locale]
    if detection.locale is not None and not same_language(detection.locale, locale):
        model = tools.pool.translates(detection.locale, locale)
        said += (model.name, model.version) if model is not None else (None, None)
        said += [term for term in tools.protected_terms if term in text]
        if tools.customs is not None:
            said.append(tools.customs.fingerprint(text, detection.locale, locale))
        said += [part.field.text for part in parts if part.field.origin == "human"]
    return fingerprint(*said)
