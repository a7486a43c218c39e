"""Codes to statuses: a table written by hand from the carriers' meanings, and properties no table may break."""

import re
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from localization.logistics.carrier_codes import VOCABULARIES, VocabularyFile, index, vocabulary_named
from localization.logistics.status import canonical
from schemas.outputs import CanonicalStatus

STATUSES = get_args(CanonicalStatus)

CODES = {
    "canonical": [(status, None, status) for status in STATUSES],
    "iata_fsu": [
        ("BKD", None, "info_received"),
        ("FOH", None, "picked_up"),
        ("DPU", None, "picked_up"),
        ("RCS", None, "picked_up"),
        ("PRE", None, "in_transit"),
        ("MAN", None, "in_transit"),
        ("DEP", None, "departed_origin"),
        ("TRM", None, "in_transit"),
        ("TFD", None, "in_transit"),
        ("RCT", None, "in_transit"),
        ("RCF", None, "arrived_destination"),
        ("ARR", None, "arrived_destination"),
        ("AWR", None, "in_transit"),
        ("AWD", None, "arrived_destination"),
        ("NFD", None, "available_for_pickup"),
        ("TGC", None, "customs_processing"),
        ("CRC", None, "customs_processing"),
        ("CCD", None, "customs_released"),
        ("DLV", None, "delivered"),
        ("DDL", None, "delivered"),
        ("OCI", None, "in_transit"),
        ("DIS", None, "delayed"),
        ("DIS", "MSCA", "lost"),
        ("DIS", "MSMB", "lost"),
        ("DIS", "MSAW", "delayed"),
        ("DIS", "MSAV", "delayed"),
        ("DIS", "OFLD", "delayed"),
        ("DIS", "OVCD", "delayed"),
        ("DIS", "SSPD", "delayed"),
        ("DIS", "FDCA", "in_transit"),
        ("DIS", "FDAW", "in_transit"),
        ("DIS", "FDMB", "in_transit"),
        ("DIS", "FDAV", "in_transit"),
        ("DIS", "DFLD", "in_transit"),
        ("DIS_MSCA", None, "lost"),
        ("MSCA", None, "lost"),
        ("DIS", "DIS_OFLD", "delayed"),
        ("FSU/DLV", None, "delivered"),
        (" dlv ", None, "delivered"),
    ],
    "upu": [
        ("EMA", None, "picked_up"),
        ("EMB", None, "in_transit"),
        ("EXA", None, "customs_processing"),
        ("EXB", None, "customs_processing"),
        ("EXC", None, "customs_released"),
        ("EXD", None, "delayed"),
        ("EXX", None, "cancelled"),
        ("EMC", None, "departed_origin"),
        ("EMJ", None, "in_transit"),
        ("EMK", None, "in_transit"),
        ("EMD", None, "arrived_destination"),
        ("EDA", None, "delayed"),
        ("EDB", None, "customs_processing"),
        ("EME", None, "customs_processing"),
        ("EDC", None, "customs_released"),
        ("EDX", None, "cancelled"),
        ("EMF", None, "in_transit"),
        ("EDD", None, "in_transit"),
        ("EDE", None, "in_transit"),
        ("EMG", None, "in_transit"),
        ("EDF", None, "delayed"),
        ("EDG", None, "out_for_delivery"),
        ("EDH", None, "available_for_pickup"),
        ("EMH", None, "attempt_failed"),
        ("EMI", None, "delivered"),
        ("emi", None, "delivered"),
        ("EMSEVT EMH", None, "attempt_failed"),
    ],
    "17track": [
        ("NotFound", "NotFound_Other", "pending"),
        ("NotFound", "NotFound_InvalidCode", "pending"),
        ("InfoReceived", "InfoReceived", "info_received"),
        ("InTransit", None, "in_transit"),
        ("InTransit", "InTransit_PickedUp", "picked_up"),
        ("InTransit", "InTransit_Other", "in_transit"),
        ("InTransit", "InTransit_Departure", "departed_origin"),
        ("InTransit", "InTransit_Arrival", "arrived_destination"),
        ("InTransit", "InTransit_CustomsProcessing", "customs_processing"),
        ("InTransit", "InTransit_CustomsReleased", "customs_released"),
        ("InTransit", "InTransit_CustomsRequiringInformation", "customs_action_required"),
        ("Expired", "Expired_Other", "expired"),
        ("AvailableForPickup", "AvailableForPickup_Other", "available_for_pickup"),
        ("OutForDelivery", "OutForDelivery_Other", "out_for_delivery"),
        ("DeliveryFailure", None, "attempt_failed"),
        ("DeliveryFailure", "DeliveryFailure_NoBody", "attempt_failed"),
        ("DeliveryFailure", "DeliveryFailure_Security", "security_hold"),
        ("DeliveryFailure", "DeliveryFailure_Rejected", "refused"),
        ("DeliveryFailure", "DeliveryFailure_InvalidAddress", "address_problem"),
        ("DeliveryFailure", "DeliveryFailure_Other", "attempt_failed"),
        ("Delivered", "Delivered_Other", "delivered"),
        ("Delivered", None, "delivered"),
        ("Exception", None, "delayed"),
        ("Exception", "Exception_Returning", "returning"),
        ("Exception", "Exception_Returned", "returned"),
        ("Exception", "Exception_NoBody", "address_problem"),
        ("Exception", "Exception_Security", "security_hold"),
        ("Exception", "Exception_Damage", "damaged"),
        ("Exception", "Exception_Rejected", "refused"),
        ("Exception", "Exception_Delayed", "delayed"),
        ("Exception", "Exception_Lost", "lost"),
        ("Exception", "Exception_Destroyed", "damaged"),
        ("Exception", "Exception_Cancel", "cancelled"),
        ("Exception_Returned", None, "returned"),
        (None, "Exception_Lost", "lost"),
        ("InTransit", "CustomsReleased", "customs_released"),
        ("0", None, "pending"),
        ("10", None, "in_transit"),
        ("20", None, "expired"),
        ("30", None, "available_for_pickup"),
        ("35", None, "attempt_failed"),
        ("40", None, "delivered"),
        ("50", None, "delayed"),
    ],
    "aftership": [
        ("Pending", "Pending_001", "pending"),
        ("InfoReceived", "InfoReceived_001", "info_received"),
        ("InTransit", "InTransit_001", "in_transit"),
        ("InTransit", "InTransit_002", "picked_up"),
        ("InTransit", "InTransit_003", "in_transit"),
        ("InTransit", "InTransit_004", "arrived_destination"),
        ("InTransit", "InTransit_005", "customs_released"),
        ("InTransit", "InTransit_006", "customs_processing"),
        ("InTransit", "InTransit_007", "in_transit"),
        ("InTransit", "InTransit_008", "in_transit"),
        ("InTransit", "InTransit_009", "in_transit"),
        ("OutForDelivery", "OutForDelivery_001", "out_for_delivery"),
        ("OutForDelivery", "OutForDelivery_003", "out_for_delivery"),
        ("OutForDelivery", "OutForDelivery_004", "out_for_delivery"),
        ("AvailableForPickup", "AvailableForPickup_001", "available_for_pickup"),
        ("AttemptFail", "AttemptFail_001", "attempt_failed"),
        ("AttemptFail", "AttemptFail_002", "attempt_failed"),
        ("AttemptFail", "AttemptFail_003", "attempt_failed"),
        ("Delivered", "Delivered_001", "delivered"),
        ("Delivered", "Delivered_002", "delivered"),
        ("Delivered", "Delivered_003", "delivered"),
        ("Delivered", "Delivered_004", "delivered"),
        ("Exception", "Exception_001", "delayed"),
        ("Exception", "Exception_002", "address_problem"),
        ("Exception", "Exception_003", "refused"),
        ("Exception", "Exception_004", "delayed"),
        ("Exception", "Exception_005", "delayed"),
        ("Exception", "Exception_006", "customs_action_required"),
        ("Exception", "Exception_007", "address_problem"),
        ("Exception", "Exception_008", "attempt_failed"),
        ("Exception", "Exception_010", "returning"),
        ("Exception", "Exception_011", "returned"),
        ("Exception", "Exception_012", "damaged"),
        ("Exception", "Exception_013", "lost"),
        ("Exception", "Exception_018", "customs_action_required"),
        ("Exception", "Exception_020", "cancelled"),
        ("Expired", "Expired_001", "expired"),
        ("Exception_010", None, "returning"),
        ("Delivered_001", None, "delivered"),
        ("Exception", "013", "lost"),
        ("out for delivery", None, "out_for_delivery"),
    ],
    "easypost": [
        ("unknown", "unknown", "pending"),
        ("pre_transit", "label_created", "info_received"),
        ("pre_transit", "status_update", "info_received"),
        ("in_transit", "arrived_at_facility", "in_transit"),
        ("in_transit", "departed_origin_facility", "departed_origin"),
        ("in_transit", "received_at_origin_facility", "picked_up"),
        ("in_transit", "received_at_destination_facility", "arrived_destination"),
        ("in_transit", "weather_delay", "delayed"),
        ("in_transit", "missorted", "delayed"),
        ("in_transit", "address_correction", "address_problem"),
        ("in_transit", "transferred_to_destination_carrier", "in_transit"),
        ("in_transit", "lost", "lost"),
        ("out_for_delivery", "out_for_delivery", "out_for_delivery"),
        ("delivered", None, "delivered"),
        ("delivered", "arrived_at_destination", "delivered"),
        ("delivered", "return", "returned"),
        ("delivered", "arrived_at_pickup_location", "available_for_pickup"),
        ("available_for_pickup", "arrived_at_pickup_location", "available_for_pickup"),
        ("return_to_sender", "return", "returning"),
        ("return_to_sender", "refused", "returning"),
        ("return_to_sender", "arrived_at_destination", "returned"),
        ("failure", None, "attempt_failed"),
        ("failure", "refused", "refused"),
        ("failure", "damaged", "damaged"),
        ("failure", "lost", "lost"),
        ("cancelled", "cancelled", "cancelled"),
        ("error", None, "pending"),
    ],
    "dcsa": [
        ("CONF", "BKG", "info_received"),
        ("GTIN", None, "in_transit"),
        ("LOAD", None, "in_transit"),
        ("DEPA", None, "in_transit"),
        ("ARRI", None, "in_transit"),
        ("DISC", None, "in_transit"),
        ("GTOT", None, "in_transit"),
        ("STRP", None, "in_transit"),
        ("DROP", None, "in_transit"),
        ("PICK", None, "picked_up"),
        ("AVPU", None, "available_for_pickup"),
        ("CUSS", None, "customs_processing"),
        ("CUSI", None, "customs_processing"),
        ("CUSR", None, "customs_released"),
        ("CANC", None, "cancelled"),
    ],
    "epcis": [
        ("collecting", None, "picked_up"),
        ("shipping", "in_transit", "in_transit"),
        ("urn:epcglobal:cbv:bizstep:departing", "urn:epcglobal:cbv:disp:in_transit", "in_transit"),
        ("https://ref.gs1.org/cbv/BizStep-arriving", "https://ref.gs1.org/cbv/Disp-damaged", "damaged"),
        ("shipping", "returned", "returning"),
        ("receiving", "urn:epcglobal:cbv:disp:returned", "returned"),
        ("receiving", None, "in_transit"),
        ("void_shipping", None, "cancelled"),
        ("destroying", None, "damaged"),
        ("holding", None, "delayed"),
        ("transporting", "stolen", "lost"),
        ("packing", None, "info_received"),
    ],
}
CASES = [(vocabulary, *case) for vocabulary, cases in CODES.items() for case in cases]

# What may say `delivered`, whole and squeezed; everything else that does is a fault.
DELIVERED_NAMES = {
    "canonical": {"delivered"},
    "iata_fsu": {"dlv", "ddl"},
    "upu": {"emi"},
    "17track": {"delivered", "deliveredother", "40"},
    "aftership": {"delivered", *(f"delivered00{n}" for n in range(1, 6))},
    "easypost": {"delivered"},
}
KNOWN_TEXTS = sorted({text for _, code, sub, _ in CASES for text in (code, sub) if text})


def test_the_table_is_large_enough():
    assert len(CASES) >= 200
    assert {vocabulary for vocabulary, *_ in CASES} == set(VOCABULARIES)


@pytest.mark.parametrize(("vocabulary", "code", "sub_code", "status"), CASES)
def test_code(vocabulary, code, sub_code, status):
    mapped = canonical(vocabulary, code, sub_code)
    assert mapped.status == status
    assert mapped.warnings == ()


@pytest.mark.parametrize("vocabulary", VOCABULARIES)
@pytest.mark.parametrize(
    "code", ["ZZZ", "", None, "delivered?", "not delivered", "DLVX", "Returned: Delivered", "4-0", "𝟜𝟘"]
)
def test_unknown_code_is_in_transit_and_marked(vocabulary, code):
    mapped = canonical(vocabulary, code, None)
    assert mapped.status == "in_transit"
    assert mapped.sub_status is None
    assert mapped.warnings == ("unknown_code",)


def test_unknown_vocabulary_is_in_transit_and_marked():
    mapped = canonical("ups", "delivered", None)
    assert (mapped.status, mapped.warnings) == ("in_transit", ("unknown_vocabulary",))


@pytest.mark.parametrize(
    ("vocabulary", "code", "sub_code", "status"),
    [
        ("upu", "EMH", "10", "attempt_failed"),
        ("upu", "EMI", "10", "delivered"),
        ("iata_fsu", "DIS", "XXXX", "delayed"),
        ("aftership", "Exception", "Exception_099", "delayed"),
        ("aftership", "InTransit", "Delivered_001", "in_transit"),
        ("easypost", "in_transit", "beamed_up", "in_transit"),
    ],
)
def test_unknown_sub_code_leaves_the_codes_status_and_is_marked(vocabulary, code, sub_code, status):
    mapped = canonical(vocabulary, code, sub_code)
    assert (mapped.status, mapped.warnings) == (status, ("unknown_code:sub_code",))


@pytest.mark.parametrize(
    ("vocabulary", "sub_code", "status"),
    [
        ("aftership", "Exception_011", "returned"),
        ("aftership", "AttemptFail_002", "attempt_failed"),
        ("17track", "Exception_Returned", "returned"),
        ("17track", "DeliveryFailure_Rejected", "refused"),
    ],
)
def test_a_sub_code_that_contradicts_a_delivery_wins(vocabulary, sub_code, status):
    mapped = canonical(vocabulary, "Delivered", sub_code)
    assert (mapped.status, mapped.warnings) == (status, ("unknown_code:sub_code",))


@pytest.mark.parametrize("classifier", ["EST", "PLN", "est", "", "REQ"])
@pytest.mark.parametrize(
    ("code", "status"),
    [
        ("EMI", "in_transit"),
        ("EDG", "in_transit"),
        ("EMA", "info_received"),
        ("EMD", "in_transit"),
        ("EMH", "in_transit"),
    ],
)
def test_what_is_only_expected_has_not_happened(code, status, classifier):
    mapped = canonical("upu", code, None, classifier)
    assert mapped.status == status
    assert mapped.sub_status == {"EST": "estimated", "PLN": "planned"}.get(classifier.upper(), "not_actual")


def test_an_expected_return_is_returning():
    assert canonical("aftership", "Exception_011", None, "EST").status == "returning"


@pytest.mark.parametrize(
    ("spelling", "name"),
    [
        ("UPU", "upu"),
        ("emsevt", "upu"),
        ("IATA-FSU", "iata_fsu"),
        ("fsu", "iata_fsu"),
        ("17 Track", "17track"),
        ("../upu", None),
        ("", None),
    ],
)
def test_vocabulary_spellings(spelling, name):
    assert vocabulary_named(spelling) == name


texts = st.text(max_size=40) | st.sampled_from(KNOWN_TEXTS)
mutated = st.builds(lambda a, b, sep: a + sep + b, texts, texts, st.sampled_from(["", "_", "-", " ", "/", ":"]))


@given(
    vocabulary=st.sampled_from([*VOCABULARIES, "ups", ""]),
    code=st.none() | texts | mutated,
    sub_code=st.none() | texts | mutated,
    classifier=st.sampled_from(["ACT", "ACT", "EST", "PLN"]),
)
def test_any_code_has_a_status_and_is_never_delivered_by_chance(vocabulary, code, sub_code, classifier):
    mapped = canonical(vocabulary, code, sub_code, classifier)
    assert mapped.status in STATUSES
    if mapped.status == "delivered":
        assert classifier == "ACT"
        said = code if code and code.strip() else sub_code
        squeezed = re.sub(r"[\s_\-/:#]", "", said.lower())
        bare = re.sub(r"^(emsevt|upuemsevt|upu|xfsu|fsu|iatafsu|iata|17track|aftership|easypost)", "", squeezed)
        assert {squeezed, bare} & DELIVERED_NAMES[vocabulary]


def vocabulary_file(**changes):
    fields = {
        "title": "t",
        "prefixes": (),
        "sub_codes_stand_alone": False,
        "codes": {"A": "delivered"},
        "sub_codes": {},
    }
    return VocabularyFile(**(fields | changes))


@pytest.mark.parametrize(
    "changes",
    [
        {"codes": {"A": "arrived"}},
        {"codes": {"A": "delivered:At Door"}},
        {"codes": {"A B": "delivered", "a_b": "lost"}},
        {"sub_codes": {"B": {"x": "lost"}}},
        {"sub_codes": {"A": {"x": "gone"}}},
    ],
)
def test_a_faulty_vocabulary_is_refused(changes):
    with pytest.raises(ValueError, match=r"."):
        index(vocabulary_file(**changes))
