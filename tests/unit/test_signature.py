"""Webhook signatures: what is accepted, and what each refusal is called."""

from __future__ import annotations

import hashlib
import hmac
import traceback

import pytest
from hypothesis import given
from hypothesis import strategies as st
from workos.webhooks._verification import verify_header

from orgscope.errors import ConfigurationError, OrgscopeError
from orgscope.signature import (
    FUTURE_TOLERANCE_S,
    HEADER,
    TOLERANCE_S,
    SignatureError,
    SignatureMalformed,
    SignatureMismatch,
    SignatureStale,
    Verified,
    sign,
    verify,
)

SECRET = "whsec_the_current_one"
OLD_SECRET = "whsec_the_one_before"
NOW = 1_768_478_400_000
BODY = b'{"id":"event_01","event":"user.created"}'


def signed(body: bytes = BODY, *, at: int = NOW, secret: str = SECRET) -> str:
    return sign(body, secret, timestamp_ms=at)


def test_sign__known_values__is_the_documented_formula() -> None:
    expected = hmac.new(SECRET.encode(), f"{NOW}.".encode() + BODY, hashlib.sha256).hexdigest()

    assert signed() == f"t={NOW}, v1={expected}"


def test_sign__no_timestamp__is_accepted_now() -> None:
    assert verify(BODY, sign(BODY, SECRET), [SECRET]).secret_index == 0


@pytest.mark.parametrize("timestamp_ms", [-1, 0, NOW // 1000, NOW * 10])
def test_sign__timestamp_not_13_digits__raises(timestamp_ms: int) -> None:
    with pytest.raises(ValueError, match="13 digits"):
        sign(BODY, SECRET, timestamp_ms=timestamp_ms)


def test_sign__the_sdk_verifies_it() -> None:
    verify_header(event_body=BODY, event_signature=sign(BODY, SECRET), secret=SECRET)


@given(body=st.binary(max_size=2000), secret=st.text(min_size=1, max_size=40))
def test_verify__any_body__round_trips(body: bytes, secret: str) -> None:
    header = sign(body, secret, timestamp_ms=NOW)

    assert verify(body, header, [secret], now_ms=NOW) == Verified(NOW, 0)


@given(body=st.binary(min_size=1, max_size=300), data=st.data())
def test_verify__one_bit_of_body_flipped__mismatch(body: bytes, data: st.DataObject) -> None:
    bit = data.draw(st.integers(0, len(body) * 8 - 1))
    changed = bytearray(body)
    changed[bit // 8] ^= 1 << (bit % 8)

    with pytest.raises(SignatureMismatch):
        verify(bytes(changed), signed(body), [SECRET], now_ms=NOW)


@given(data=st.data())
def test_verify__one_bit_of_hex_flipped__refused(data: st.DataObject) -> None:
    header = bytearray(signed().encode())
    bit = data.draw(st.integers((len(header) - 64) * 8, len(header) * 8 - 1))
    header[bit // 8] ^= 1 << (bit % 8)

    with pytest.raises((SignatureMismatch, SignatureMalformed)):
        verify(BODY, header.decode("latin-1"), [SECRET], now_ms=NOW)


@given(data=st.data())
def test_verify__one_digit_of_time_changed__mismatch(data: st.DataObject) -> None:
    header = list(signed())
    position = data.draw(st.integers(2, 14))
    header[position] = data.draw(st.sampled_from("0123456789").filter(header[position].__ne__))

    with pytest.raises(SignatureMismatch):
        verify(BODY, "".join(header), [SECRET], now_ms=NOW)


HEADER_TEXTS = st.one_of(
    st.text(max_size=400),
    st.from_regex(r"t=\d{0,400}, ?v1=\w{0,80}(, v2=\w*)?"),
    st.builds("t={}, v1={}".format, st.integers(), st.text("0123456789abcdefABCDEFé", max_size=70)),
)


@given(header=st.one_of(st.none(), HEADER_TEXTS, st.lists(HEADER_TEXTS, max_size=3)))
def test_verify__any_header__raises_nothing_but_signature_error(
    header: str | list[str] | None,
) -> None:
    with pytest.raises(SignatureError):
        verify(BODY, header, [SECRET], now_ms=NOW)


@pytest.mark.parametrize("space", ["", " "])
def test_verify__space_after_comma__is_optional(space: str) -> None:
    header = signed().replace(", ", f",{space}")

    assert verify(BODY, header, [SECRET], now_ms=NOW) == Verified(NOW, 0)


def test_verify__list_of_one_header__is_accepted() -> None:
    assert verify(BODY, [signed()], [SECRET], now_ms=NOW) == Verified(NOW, 0)


@pytest.mark.parametrize(
    "header",
    [
        pytest.param(None, id="missing"),
        pytest.param([], id="missing, as a list"),
        pytest.param("", id="empty"),
        pytest.param([signed(), signed()], id="repeated"),
        pytest.param(f"{signed()}, {signed()}", id="repeated and joined"),
        pytest.param(f"{signed()}, v2=00", id="third part"),
        pytest.param(f"{signed()}\n", id="newline at the end"),
        pytest.param(f" {signed()}", id="space before"),
        pytest.param(signed().replace(", ", ",  "), id="two spaces"),
        pytest.param(signed()[:-1], id="63 hex"),
        pytest.param(f"{signed()}0", id="65 hex"),
        pytest.param(f"t={NOW}, v1={'A' * 64}", id="upper-case hex"),
        pytest.param(f"t={NOW}, v1={'é' * 64}", id="not ascii"),
        pytest.param(f"t={chr(0x967) * 13}, v1={'a' * 64}", id="digits of another script"),
        pytest.param(f"t={'9' * 400}, v1={'a' * 64}", id="400 digits"),
        pytest.param("t=" * 100_000, id="very long"),
        pytest.param([signed().encode()], id="bytes"),
    ],
)
def test_verify__unparsable_header__is_malformed_and_400(header: str | list[str] | None) -> None:
    with pytest.raises(SignatureMalformed) as caught:
        verify(BODY, header, [SECRET], now_ms=NOW)

    assert caught.value.http_status == 400


def test_verify__long_header__is_refused_before_it_is_parsed() -> None:
    with pytest.raises(SignatureMalformed, match="at most 128 characters"):
        verify(BODY, f"t={'9' * 400}, v1={'a' * 64}", [SECRET], now_ms=NOW)


def test_verify__seconds_instead_of_milliseconds__says_so() -> None:
    header = signed().replace(str(NOW), str(NOW // 1000))

    with pytest.raises(SignatureMalformed, match=r"milliseconds.*got 10 digits.*seconds"):
        verify(BODY, header, [SECRET], now_ms=NOW)


def test_verify__rotation__tells_which_secret_signed() -> None:
    secrets = [SECRET, OLD_SECRET]

    assert verify(BODY, signed(), secrets, now_ms=NOW).secret_index == 0
    assert verify(BODY, signed(secret=OLD_SECRET), secrets, now_ms=NOW).secret_index == 1


def test_verify__same_secret_twice__reports_the_first() -> None:
    assert verify(BODY, signed(), [SECRET, SECRET], now_ms=NOW).secret_index == 0


def test_verify__retired_secret__mismatch_and_401() -> None:
    with pytest.raises(SignatureMismatch) as caught:
        verify(BODY, signed(secret=OLD_SECRET), [SECRET], now_ms=NOW)

    assert caught.value.http_status == 401


@pytest.mark.parametrize("age_ms", [TOLERANCE_S * 1000, 0, -FUTURE_TOLERANCE_S * 1000])
def test_verify__time_on_the_edge__is_accepted(age_ms: int) -> None:
    header = signed(at=NOW - age_ms)

    assert verify(BODY, header, [SECRET], now_ms=NOW).timestamp_ms == NOW - age_ms


@pytest.mark.parametrize("age_ms", [TOLERANCE_S * 1000 + 1, -FUTURE_TOLERANCE_S * 1000 - 1])
def test_verify__time_past_the_edge__is_stale_with_its_age(age_ms: int) -> None:
    with pytest.raises(SignatureStale) as caught:
        verify(BODY, signed(at=NOW - age_ms), [SECRET], now_ms=NOW)

    assert caught.value.age_s == age_ms / 1000
    assert caught.value.http_status == 401


def test_verify__own_tolerance__replaces_the_default() -> None:
    header = signed(at=NOW - 5_000)

    assert verify(BODY, header, [SECRET], tolerance_s=5, now_ms=NOW).secret_index == 0
    with pytest.raises(SignatureStale):
        verify(BODY, header, [SECRET], tolerance_s=4, now_ms=NOW)


def test_verify__stale_and_wrong__is_a_mismatch() -> None:
    with pytest.raises(SignatureMismatch):
        verify(BODY, signed(at=NOW - 10**9, secret=OLD_SECRET), [SECRET], now_ms=NOW)


@pytest.mark.parametrize("secrets", [[], (), [""], [SECRET, ""], SECRET, ["\ud800"]])
def test_verify__no_usable_secret__is_a_configuration_error(secrets: list[str]) -> None:
    with pytest.raises(ConfigurationError):
        verify(BODY, signed(), secrets, now_ms=NOW)


def test_verify__body_as_text__is_a_type_error() -> None:
    with pytest.raises(TypeError, match="raw body as bytes; got str"):
        verify(BODY.decode(), signed(), [SECRET], now_ms=NOW)  # type: ignore[arg-type]  # the point


@pytest.mark.parametrize(
    ("header", "secrets"),
    [
        (signed(secret=OLD_SECRET), [SECRET]),
        (signed(at=NOW - 10**7), [SECRET]),
        (signed(at=NOW + 10**7), [SECRET]),
        (f"t={NOW // 1000}, v1={'a' * 64}", [SECRET]),
        (f"nonsense {signed()}", [SECRET]),
        ([signed(), signed()], [SECRET]),
        (signed(), ["\ud800sentinel"]),
    ],
)
def test_errors__never_hold_header_or_secret(header: str | list[str], secrets: list[str]) -> None:
    with pytest.raises(OrgscopeError) as caught:
        verify(BODY, header, secrets, now_ms=NOW)

    shown = "".join(traceback.format_exception_only(caught.value)) + repr(caught.value.__cause__)
    assert caught.value.__suppress_context__ or caught.value.__context__ is None
    for value in [header] if isinstance(header, str) else header:
        assert value not in shown
        assert value[-64:] not in shown
    assert SECRET not in shown
    assert "sentinel" not in shown


def test_header__is_the_documented_name() -> None:
    assert HEADER == "WorkOS-Signature"
