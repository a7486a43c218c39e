"""What a carrier's code means, by table. No model is asked.

The tables are `vocabularies/<vocabulary>.toml`; docs/logistics.md says where each one's facts come from and how the
doubtful ones were decided.
"""

from typing import Final

from localization.logistics.carrier_codes import Mapped, Table, table, vocabulary_named
from schemas.outputs import CanonicalStatus
from schemas.reasons import Warn

UNKNOWN_SUB_CODE: Final = f"{Warn.UNKNOWN_CODE}:sub_code"

# What an estimated or planned event leaves of the status it names: the fact itself is still to come.
EXPECTED: Final[dict[CanonicalStatus, CanonicalStatus]] = {
    "pending": "pending",
    "info_received": "info_received",
    "picked_up": "info_received",
    "returning": "returning",
    "returned": "returning",
}
CLASSIFIER_NOTES: Final = {"EST": "estimated", "PLN": "planned"}


def canonical(vocabulary: str, code: str | None, sub_code: str | None, classifier: str = "ACT") -> Mapped:
    """Say what a carrier's code means; never raises, and never says `delivered` unless the table does.

    The sub code refines the code. A missing or unknown code is `in_transit`, an unknown sub code leaves its code's
    status; both are marked. Anything but classifier ACT has not happened yet: see `not_yet`.
    """
    name = vocabulary_named(vocabulary)
    if name is None:
        mapped = Mapped("in_transit", None, (Warn.UNKNOWN_VOCABULARY.value,))
    else:
        mapped = _looked_up(table(name), (code or "").strip(), (sub_code or "").strip())
    return mapped if classifier.strip().upper() == "ACT" else not_yet(mapped, classifier)


def not_yet(mapped: Mapped, classifier: str) -> Mapped:
    """Turn what is estimated or planned into what is true today, noted in `sub_status`.

    A delivery to come is `in_transit`, a pickup to come `info_received`, a return to come `returning`; what only tells
    of data stays. `sub_status` becomes `estimated` or `planned` (`not_actual` for a classifier nobody defined).
    """
    note = CLASSIFIER_NOTES.get(classifier.strip().upper(), "not_actual")
    return Mapped(EXPECTED.get(mapped.status, "in_transit"), note, mapped.warnings)


def _looked_up(codes: Table, code: str, sub_code: str) -> Mapped:
    own_key = codes.key(sub_code, codes.own)
    own = None if own_key is None else codes.own[own_key]
    if not code and own is not None:
        return own
    main = codes.meaning(code)
    if main is None:
        return Mapped("in_transit", None, (Warn.UNKNOWN_CODE.value,))
    if not sub_code:
        return main
    refined = codes.refinement(code, sub_code, main)
    if refined is not None:
        return refined
    if main.status == "delivered" and own is not None:
        main = own  # the sub code belongs to another code: where the two disagree, nothing was delivered
    return Mapped(main.status, main.sub_status, (UNKNOWN_SUB_CODE,))
