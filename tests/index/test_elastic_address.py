"""How a search server is named: hosts, prefix, credentials, each mistake told where it was made."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from articles.errors import Wrong
from config.models import Settings
from index.elastic_address import API_KEY, PASSWORD, USER, Credentials, Server, credentials, read


@pytest.mark.parametrize(
    ("address", "hosts", "prefix"),
    [
        ("https://search.example", ("https://search.example:9200",), "lagebild"),
        ("http://127.0.0.1:19200/desk", ("http://127.0.0.1:19200",), "desk"),
        (
            "https://one.example:9243,two.example/lage-2/",
            ("https://one.example:9243", "https://two.example:9200"),
            "lage-2",
        ),
        ("http://[::1]:9200", ("http://[::1]:9200",), "lagebild"),
    ],
)
def test_an_address_is_hosts_and_a_prefix(address: str, hosts: tuple[str, ...], prefix: str) -> None:
    assert read(address) == (hosts, prefix)
    assert Settings(engine=address).engine == address


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("search.example:9200", "address"),
        ("ftp://search.example", "address"),
        ("https://", "address|host"),
        ("https://search.example:nine", "address|host"),
        ("https://search.example/Desk", "indices"),
        ("https://search.example/a/b", "indices"),
        ("https://elastic:secret@search.example", "ENGINE_PASSWORD"),
    ],
)
def test_a_wrong_address_is_told_by_the_config_and_by_the_engine(address: str, said: str) -> None:
    with pytest.raises(Wrong, match=said):
        read(address)
    with pytest.raises(ValidationError, match=said):
        Settings(engine=address)


def test_credentials_come_from_the_environment_or_from_files_it_names(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("geheim\n")
    assert credentials({}) == Credentials()
    assert credentials({API_KEY: "abc"}) == Credentials(api_key="abc")
    assert credentials({USER: "desk", f"{PASSWORD}_FILE": str(secret)}) == Credentials(user="desk", password="geheim")
    with pytest.raises(Wrong, match="only one of"):
        credentials({USER: "desk"})
    with pytest.raises(Wrong, match="cannot read"):
        credentials({f"{API_KEY}_FILE": str(tmp_path / "none")})


def test_secrets_are_never_shown() -> None:
    shown = repr(Server(("https://a.example:9200",), credentials=Credentials("key-abc", "desk", "geheim")))
    assert "key-abc" not in shown
    assert "geheim" not in shown
