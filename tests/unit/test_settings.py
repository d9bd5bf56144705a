"""The settings, and the two files that describe them."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from orgscope.errors import ConfigurationError
from orgscope.settings import LOGINS, Settings

ROOT = Path(__file__).parents[2]
EXAMPLE = (ROOT / ".env.example").read_text("utf-8")
REFERENCE = (ROOT / "docs/reference/settings.md").read_text("utf-8")
ALIASES = {str(field.alias): name for name, field in Settings.model_fields.items()}
SECRET = "whsec_0123456789abcdef"


@pytest.fixture(autouse=True)
def no_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Neither the environment nor a .env of whoever runs the tests counts."""
    monkeypatch.chdir(tmp_path)
    for alias in ALIASES:
        monkeypatch.delenv(alias, raising=False)


def of(monkeypatch: pytest.MonkeyPatch, **environment: str) -> Settings:
    """Return the settings of a process with this environment."""
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    return Settings()


def test_env_example__compared_with_settings__has_exactly_the_aliases() -> None:
    assert sorted(re.findall(r"^#? ?([A-Z_]+)=", EXAMPLE, re.MULTILINE)) == sorted(ALIASES)


def test_env_example__commented_lines__show_the_defaults() -> None:
    for alias, shown in re.findall(r"^# ([A-Z_]+)=(.+)$", EXAMPLE, re.MULTILINE):
        assert shown == str(Settings.model_fields[ALIASES[alias]].default), alias


def test_reference__compared_with_settings__has_exactly_one_row_each() -> None:
    assert sorted(re.findall(r"^\| `([A-Z_]+)` \|", REFERENCE, re.MULTILINE)) == sorted(ALIASES)


def test_reference__last_column_of_numbers__shows_the_defaults() -> None:
    row = re.compile(r"^\| `(ORGSCOPE_[A-Z_]+)(?<!_URL)` \|.*\| `([^`]+)` \|$", re.MULTILINE)
    rows = row.findall(REFERENCE)
    assert len(rows) == 14
    for alias, shown in rows:
        assert shown == str(Settings.model_fields[ALIASES[alias]].default), alias


def test_settings__env_example_as_it_is__is_accepted(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text(EXAMPLE, "utf-8")
    assert Settings() == Settings(_env_file=None)  # type: ignore[call-arg]


def test_settings__dotenv_and_environment__environment_wins(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / ".env").write_text("ORGSCOPE_POOL_SIZE=3\nORGSCOPE_POOLER=none\n", "utf-8")
    settings = of(monkeypatch, ORGSCOPE_POOL_SIZE="4")
    assert (settings.pool_size, settings.pooler) == (4, "none")


@pytest.mark.parametrize(
    ("text", "parts"),
    [("a", ("a",)), ("a,b", ("a", "b")), (" a , b ,", ("a", "b")), (",", ()), ("", ())],
)
def test_settings__comma_list__split_and_stripped(
    monkeypatch: pytest.MonkeyPatch, text: str, parts: tuple[str, ...]
) -> None:
    settings = of(monkeypatch, WORKOS_AUDIENCE=text, WORKOS_ISSUER=text)
    assert settings.workos_audience == settings.workos_issuer == parts


def test_settings__several_webhook_secrets__each_is_a_secret(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    settings = of(monkeypatch, WORKOS_WEBHOOK_SECRET=f"{SECRET}, {SECRET}2")
    found = [secret.get_secret_value() for secret in settings.workos_webhook_secret]
    assert found == [SECRET, f"{SECRET}2"]


@pytest.mark.parametrize(
    "url",
    [
        "https://auth.example.com",
        "http://127.0.0.1:4100",
        "http://localhost:4100",
        "http://[::1]:4100",
    ],
)
def test_settings__base_url_safe__accepted_without_final_slash(
    monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    assert of(monkeypatch, WORKOS_BASE_URL=f"{url}/").workos_base_url == url


@pytest.mark.parametrize(
    "url",
    ["http://api.workos.com", "http://127.0.0.1.example.com", "ftp://localhost", "api.workos.com"],
)
def test_settings__base_url_unsafe__refused(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    with pytest.raises(ValidationError, match="must be https"):
        of(monkeypatch, WORKOS_BASE_URL=url)


@pytest.mark.parametrize(
    ("alias", "value"),
    [
        ("ORGSCOPE_POOLER", "session"),
        ("ORGSCOPE_POOL_SIZE", "0"),
        ("ORGSCOPE_POOL_TIMEOUT", "0"),
        ("ORGSCOPE_TOKEN_LEEWAY", "61"),
        ("ORGSCOPE_TOKEN_MAX_AGE", "59"),
        ("ORGSCOPE_STANDBY_MAX_LAG", "0"),
        ("ORGSCOPE_ROLE_SOURCE", "neither"),
        ("ORGSCOPE_ROLE_PREFIX", 'x"; drop'),
        ("ORGSCOPE_WEBHOOK_TOLERANCE", "0"),
        ("WORKOS_WEBHOOK_SECRET", f"{SECRET},short"),
    ],
)
def test_settings__value_out_of_bounds__refused_and_named(
    monkeypatch: pytest.MonkeyPatch, alias: str, value: str
) -> None:
    with pytest.raises(ValidationError, match=alias):
        of(monkeypatch, **{alias: value})


def test_accepted_issuers__default__every_shape_of_this_client(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    settings = of(
        monkeypatch, WORKOS_CLIENT_ID="client_1", WORKOS_BASE_URL="https://auth.example.com"
    )
    assert set(settings.accepted_issuers) == {
        "https://api.workos.com",
        "https://api.workos.com/",
        "https://api.workos.com/user_management/client_1",
        "https://auth.example.com",
        "https://auth.example.com/",
        "https://auth.example.com/user_management/client_1",
    }


def test_accepted_issuers__default_base_url__no_issuer_twice() -> None:
    issuers = Settings().accepted_issuers
    assert sorted(issuers) == ["https://api.workos.com", "https://api.workos.com/"]


def test_accepted_issuers__given__replace_the_default(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = of(
        monkeypatch, WORKOS_ISSUER="https://one, https://two", WORKOS_CLIENT_ID="client_1"
    )
    assert settings.accepted_issuers == ("https://one", "https://two")


@pytest.mark.parametrize("login", LOGINS)
def test_url__not_set__error_names_variable_and_role(login: str) -> None:
    with pytest.raises(ConfigurationError, match=f"ORGSCOPE_{login.upper()}_URL.*orgscope_{login}"):
        Settings().url(login)


@pytest.mark.parametrize("login", ["dba", "api_readonly", "legacy"])
def test_url__not_set_and_of_no_role_of_its_own__error_names_no_role(login: str) -> None:
    with pytest.raises(ConfigurationError, match=f"ORGSCOPE_{login.upper()}_URL") as refusal:
        Settings().url(login)
    assert "orgscope_" not in str(refusal.value)


@pytest.mark.parametrize("login", ["root", "workos_base", "", "model_fields"])
def test_url__unknown_login__error_names_those_there_are(login: str) -> None:
    with pytest.raises(ConfigurationError, match="expected one of migrator, api, .*legacy"):
        Settings().url(login)


def test_required__not_set__error_names_variable() -> None:
    with pytest.raises(ConfigurationError, match="WORKOS_CLIENT_ID"):
        Settings().required("workos_client_id")


def test_settings__every_secret_set__none_in_text(monkeypatch: pytest.MonkeyPatch) -> None:
    secrets = {
        alias: f"{SECRET}_{number}"
        for number, (alias, name) in enumerate(sorted(ALIASES.items()))
        if name.endswith(("_url", "_secret", "_api_key")) and name != "workos_base_url"
    }
    assert len(secrets) == 14
    settings = of(monkeypatch, **secrets)
    for text in (repr(settings), str(settings), settings.model_dump_json()):
        assert SECRET not in text
    assert settings.url("api") == secrets["ORGSCOPE_API_URL"]


def test_settings__wrong_secret__not_in_the_error(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ValidationError) as error:
        of(monkeypatch, WORKOS_WEBHOOK_SECRET="too-short-12345", ORGSCOPE_API_URL=SECRET)
    assert "too-short" not in str(error.value)
    assert SECRET not in str(error.value)


def test_settings__assigned_later__refused() -> None:
    settings: Any = Settings()
    with pytest.raises(ValidationError, match="frozen"):
        settings.pool_size = 3
