"""A hypothesis strategy for RSA signatures that are, or nearly are, those of a text."""

from __future__ import annotations

import hashlib

from hypothesis import strategies as st

from tests.tokens import RsaKey, rsa_key


def odd_blocks(signing_input: bytes, length: int) -> list[bytes]:
    """Return padded blocks (RFC 8017, 9.2) with the right digest, and one fault each but the first.

    Verifiers that parse the block, or look at its end only, took some of them for good.
    """
    digest = hashlib.sha256(signing_input).digest()
    info = bytes.fromhex("3031300d060960864801650304020105000420") + digest
    without_null = bytes.fromhex("302f300b0609608648016503040201") + b"\x04\x20" + digest

    def padded(body: bytes, kind: bytes = b"\0\1", filler: bytes = b"\xff") -> bytes:
        return kind + filler * (length - 3 - len(body)) + b"\0" + body

    return [
        padded(info),
        padded(without_null),
        padded(digest),
        padded(info, b"\0\2"),
        padded(info, b"\0\0"),
        padded(info, filler=b"\xfe"),
        (b"\0\1" + b"\xff" * 8 + b"\0" + info).ljust(length, b"\xaa"),
        b"\0\1" + b"\xff" * 8 + b"\0" + b"\x55" * (length - 11 - len(info)) + info,
        info.rjust(length, b"\0"),
        digest.rjust(length, b"\0"),
    ]


@st.composite
def signatures(draw: st.DrawFn, key: RsaKey, signing_input: bytes) -> bytes:
    """Draw a signature: good, nearly good, an edge of the arithmetic, or of an odd block."""
    good = key.sign(signing_input)
    length, numbers = len(good), key.private.private_numbers()
    modulus, number = numbers.public_numbers.n, int.from_bytes(good, "big")

    def of_block(block: bytes) -> int:
        return pow(int.from_bytes(block, "big"), numbers.d, modulus)

    def flipped(bit: int) -> int:
        return number ^ (1 << bit)

    edges = (0, 1, 2, modulus - number, modulus - 1, modulus, modulus + 1, 256**length - 1)
    others = (b"", signing_input[:-1], signing_input + b".")
    drawn: bytes | int = draw(
        st.one_of(
            st.just(good),
            st.integers(0, length * 8 - 1).map(flipped),
            st.sampled_from(edges),
            st.sampled_from((b"\0" + good, good + b"\0", good[:-1], good[1:], b"\0")),
            st.binary(min_size=length, max_size=length),
            st.sampled_from(odd_blocks(signing_input, length)).map(of_block),
            st.sampled_from(others).map(rsa_key("other", key.private.key_size).sign),
        )
    )
    return drawn if isinstance(drawn, bytes) else drawn.to_bytes(length, "big")
