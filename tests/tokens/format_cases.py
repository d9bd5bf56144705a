"""Texts that are built byte by byte: good tokens, tokens of odd form, and attacks."""

from __future__ import annotations

from typing import Final

from cryptography.hazmat.primitives import hashes

from orgscope.errors import ClaimsError, ClaimsRefused, KeyUnknown
from orgscope.testing.tokens import ABSENT, RsaKey, header_of, rsa_key
from tests.tokens.builders import (
    FormatCase,
    attackers_jwk,
    beyond_modulus,
    bump,
    edit,
    header,
    header_bytes,
    header_member,
    hmac_with_public_key,
    mark,
    member,
    of_length,
    parts,
    payload,
    pkcs1_with,
    pss,
    repeated,
    sign_text,
    signed,
    unsigned_alg,
    with_both_marks,
)
from tests.tokens.factory import token

# A good payload has three brackets: itself, roles and permissions.
_NESTED: Final = '"nested": '
_UNREPEATED: Final = (
    *("exp", "iat", "nbf", "iss", "sub", "sid", "org_id", "aud", "client_id"),
    *("role", "roles", "permissions", "act"),
)
_MODULUS_BYTES: Final = 256

FORMAT_CASES: Final[list[FormatCase]] = [
    FormatCase("good", lambda now: token(now=now), None),
    FormatCase("empty", lambda _: ""),
    FormatCase("dots", lambda _: ".."),
    FormatCase("two_parts", lambda now: ".".join(parts(now)[:2])),
    FormatCase("two_parts_and_dot", lambda now: ".".join(parts(now)[:2]) + "."),
    FormatCase("four_parts", lambda now: token(now=now) + ".AAAA"),
    FormatCase("no_header", edit(0, lambda _: "")),
    FormatCase("no_payload", edit(1, lambda _: "")),
    *(
        FormatCase(f"{name}_in_part_{part}", mark(part, text))
        for part in range(3)
        for name, text in (("space", " "), ("newline", "\n"), ("tab", "\t"), ("umlaut", "ä"))
    ),
    FormatCase("space_before", lambda now: " " + token(now=now)),
    FormatCase("newline_after", lambda now: token(now=now) + "\n"),
    FormatCase("bearer_before", lambda now: "Bearer " + token(now=now)),
    FormatCase("other_alphabet", with_both_marks),
    *(
        FormatCase(f"padding_in_part_{part}", edit(part, lambda text: text + "="))
        for part in range(3)
    ),
    FormatCase("two_paddings", edit(2, lambda text: text + "==")),
    FormatCase("signed_padding_in_header", sign_text(0, lambda text: text + "==")),
    FormatCase("signed_padding_in_payload", sign_text(1, lambda text: text + "==")),
    FormatCase("one_character_more", edit(2, lambda text: text + "A")),
    FormatCase("spare_bits_in_signature", edit(2, bump)),
    FormatCase("spare_bits_in_header", sign_text(0, bump)),
    FormatCase("spare_bits_in_payload", sign_text(1, bump)),
    FormatCase("longest", of_length(8192), None),
    FormatCase("too_long", of_length(8194)),
    FormatCase("far_too_long", lambda now: token({"jti": "x" * 100_000}, now=now)),
    FormatCase("alg_absent", header(alg=ABSENT)),
    FormatCase("alg_null", header(alg=None)),
    FormatCase("alg_lower_case", header(alg="rs256")),
    FormatCase("alg_array", header(alg=["RS256"])),
    FormatCase(
        "alg_rs512", unsigned_alg("RS512", lambda text: pkcs1_with(hashes.SHA512())(text, b""))
    ),
    FormatCase("alg_none", unsigned_alg("none", lambda _: b"\0")),
    FormatCase("alg_none_without_signature", unsigned_alg("none", lambda _: b"")),
    FormatCase("alg_hs256_with_public_key", unsigned_alg("HS256", hmac_with_public_key)),
    FormatCase("rs256_with_hmac", unsigned_alg("RS256", hmac_with_public_key)),
    FormatCase("kid_absent", header(kid=ABSENT)),
    FormatCase("kid_null", header(kid=None)),
    FormatCase("kid_number", header(kid=1)),
    FormatCase("kid_array", header(kid=[rsa_key().kid])),
    FormatCase("kid_empty", header(kid="")),
    FormatCase("kid_too_long", header(kid="k" * 129)),
    FormatCase("kid_with_slash", header(kid="../../etc/passwd")),
    FormatCase("kid_with_newline", header(kid=f"{rsa_key().kid}\n")),
    FormatCase("kid_not_known", header(kid="k" * 128), KeyUnknown),
    FormatCase("crit", header(crit=["exp"])),
    FormatCase("crit_empty", header(crit=[])),
    FormatCase("crit_null", header(crit=None)),
    FormatCase("b64_false", header(b64=False)),
    FormatCase("b64_true", header(b64=True)),
    FormatCase("other_keys_named", header(jku="https://x.example", x5u="x", x5c=["x"]), None),
    FormatCase("attackers_jwk", attackers_jwk),
    FormatCase("typ_odd", header(typ=1), None),
    *(
        FormatCase(f"header_{name}", header_bytes(octets))
        for name, octets in (
            ("utf16", header_of({}, rsa_key()).decode().encode("utf-16")),
            ("utf16_without_mark", header_of({}, rsa_key()).decode().encode("utf-16-le")),
            ("byte_order_mark", b"\xef\xbb\xbf" + header_of({}, rsa_key())),
            ("nul", header_of({}, rsa_key()) + b"\0"),
            ("array", b'["RS256"]'),
            ("text", b'"RS256"'),
            ("not_json", b"{"),
            ("single_quotes", b"{'alg': 'RS256'}"),
        )
    ),
    *(
        FormatCase(f"payload_{name}", payload(change))
        for name, change in (
            ("utf16", lambda octets: octets.decode().encode("utf-16")),
            ("byte_order_mark", lambda octets: b"\xef\xbb\xbf" + octets),
            ("latin1", lambda octets: octets[:-1] + b', "a": "\xe4"}'),
            ("overlong_utf8", lambda octets: octets[:-1] + b', "a": "\xc0\xaf"}'),
            ("utf8_surrogate", lambda octets: octets[:-1] + b', "a": "\xed\xa0\x80"}'),
            ("nul", lambda octets: octets + b"\0"),
            ("array", lambda octets: b"[" + octets + b"]"),
            ("text", lambda _: b'"x"'),
            ("null", lambda _: b"null"),
            ("number", lambda _: b"1"),
            ("blank", lambda _: b" "),
            ("two_objects", lambda octets: octets + b"{}"),
            ("trailing_comma", lambda octets: octets[:-1] + b",}"),
            ("control_character", lambda octets: octets[:-1] + b', "a": "\n"}'),
        )
    ),
    FormatCase("payload_blank_around", payload(lambda octets: b" \t\r\n" + octets + b"\n"), None),
    FormatCase("escaped_nul", member(r'"a": "\u0000"')),
    FormatCase("escaped_nul_in_name", member(r'"\u0000": 1')),
    FormatCase("escaped_backslash_then_u0000", member(r'"a": "\\u0000"'), None),
    FormatCase("high_surrogate", member(r'"a": "\ud83d"')),
    FormatCase("high_surrogate_twice", member(r'"a": "\ud83d\ud83d\ude00"')),
    FormatCase("low_surrogate", member(r'"a": "\ude00"')),
    FormatCase("low_surrogate_in_name", member(r'"\uDE00": 1')),
    FormatCase("surrogates_in_wrong_order", member(r'"a": "\ude00\ud83d"')),
    FormatCase("surrogate_pair", member(r'"a": "\ud83d\ude00\uD83D\uDE00"'), None),
    FormatCase("header_escaped_nul", header_member(r'"a": "\u0000"')),
    *(
        FormatCase(f"constant_{word}", member(f'"a": {word}'))
        for word in ("NaN", "Infinity", "-Infinity")
    ),
    FormatCase("exp_infinity", lambda now: token({"exp": float("inf")}, now=now)),
    FormatCase("header_nan", header_member('"a": NaN')),
    FormatCase("many_digits", member(f'"a": {"9" * 3000}'), None),
    FormatCase("more_digits_than_python_reads", member(f'"a": {"9" * 4400}'), None),
    FormatCase("header_with_many_digits", header_member(f'"a": {"9" * 4400}'), None),
    FormatCase("fraction", member('"a": 1.5e3, "b": -0.0'), None),
    FormatCase("exp_of_huge_exponent", member('"nbf": 1e200000'), ClaimsError),
    FormatCase("nbf_with_fraction", member('"nbf": 1700000000.0'), ClaimsRefused),
    FormatCase("nbf_beyond_every_exponent", member(f'"nbf": 0e{"9" * 40}'), ClaimsError),
    FormatCase("nested_deepest", member(_NESTED + "[" * 253 + "]" * 253), None),
    FormatCase("nested_too_deep", member(_NESTED + "[" * 254 + "]" * 254)),
    FormatCase("nested_objects_too_deep", member(_NESTED + '{"a":' * 254 + "1" + "}" * 254)),
    FormatCase(
        "nested_too_deep_then_replaced", member('"a": ' + "[" * 254 + "]" * 254 + ', "a": 1')
    ),
    FormatCase("nested_far_too_deep", member(_NESTED + "[" * 2500 + "]" * 2500)),
    FormatCase("nested_without_end", payload(lambda _: b"[" * 5000)),
    FormatCase("wide", member(_NESTED + "[" + "[]," * 251 + "[]]"), None),
    FormatCase("too_wide", member(_NESTED + "[" + "[]," * 252 + "[]]")),
    FormatCase("brackets_in_text", member('"a": "' + "[{" * 126 + '["'), None),
    FormatCase("too_many_brackets_in_text", member('"a": "' + "[{" * 127 + '"')),
    FormatCase("header_nested_too_deep", header_member('"a": ' + "[" * 256 + "]" * 256)),
    *(FormatCase(f"repeated_{name}", repeated(name)) for name in _UNREPEATED),
    FormatCase("repeated_in_disguise", member('"\\u0065xp": 99999999999')),
    FormatCase("repeated_unruled", member('"a": 1, "a": 2'), None),
    FormatCase("repeated_deeper", member('"a": {"exp": 1, "exp": 2}'), None),
    FormatCase("repeated_alg", header_member('"alg": "RS256"')),
    FormatCase("repeated_kid", header_member(f'"kid": "{rsa_key().kid}"')),
    FormatCase(
        "signature_of_other_key",
        lambda now: token(key=RsaKey(rsa_key().kid, rsa_key("other").private), now=now),
    ),
    FormatCase(
        "signature_of_other_token", lambda now: ".".join([*parts(now)[:2], parts(now - 1)[2]])
    ),
    FormatCase("signature_bit", signed(lambda _, good: bytes([good[0] ^ 1]) + good[1:])),
    FormatCase("signature_leading_zero", signed(lambda _, good: b"\0" + good)),
    FormatCase("signature_trailing_zero", signed(lambda _, good: good + b"\0")),
    FormatCase("signature_short", signed(lambda _, good: good[:-1])),
    FormatCase("signature_without_first", signed(lambda _, good: good[1:])),
    FormatCase("signature_zero", signed(lambda _, __: b"\0" * _MODULUS_BYTES)),
    FormatCase("signature_one", signed(lambda _, __: b"\1".rjust(_MODULUS_BYTES, b"\0"))),
    FormatCase("signature_all_ones", signed(lambda _, __: b"\xff" * _MODULUS_BYTES)),
    FormatCase("signature_beyond_modulus", beyond_modulus),
    FormatCase("signature_sha1", signed(pkcs1_with(hashes.SHA1()))),  # noqa: S303 - the attack
    FormatCase("signature_sha512", signed(pkcs1_with(hashes.SHA512()))),
    FormatCase("signature_pss", signed(pss)),
]
"""The format rules of A10, and what an attack on a prototype found; settings without audiences."""
