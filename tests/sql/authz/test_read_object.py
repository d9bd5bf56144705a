"""authz.read_object and its twin of Python: one text is an object for both, or for none."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from orgscope.authz.json_object import parse_object
from tests.database import Database

# Not just below 2**30, the limit of a zero's: there PostgreSQL 15 and 18 differ by one.
EXPONENTS = (0, 1, 16_382, 16_383, 16_384, 131_070, 131_071, 131_072, 10**9, 2**31, 10**30)
MANTISSAS = ("0", "1", "9", "0.0", "0.1", "0.01", "1.5", "10.0", "1" + "0" * 99)


def test_read_object__numbers_at_the_limits_of_numeric__as_python_reads_them(
    database: Database,
) -> None:
    checks = [HealthCheck.function_scoped_fixture]
    found = set()

    @settings(max_examples=400, deadline=None, suppress_health_check=checks)
    @given(
        st.sampled_from(["", "-"]),
        st.sampled_from(MANTISSAS),
        st.sampled_from("eE"),
        st.sampled_from(["", "+", "-"]),
        st.sampled_from(EXPONENTS),
        st.integers(-2, 2),
    )
    def check(sign: str, mantissa: str, e: str, side: str, exponent: int, beside: int) -> None:
        text = f'{{"n": {sign}{mantissa}{e}{side}{abs(exponent + beside)}}}'.encode()
        query = "select authz.read_object(%s, '{}') is not null"
        [(ours,)] = database.admin.execute(query, (text,)).fetchall()
        try:
            theirs = bool(parse_object(text))
        except ValueError:
            theirs = False
        assert theirs is ours
        found.add(ours)

    check()
    assert found == {True, False}
