"""A real server with its security module on: TLS that is checked, users, API keys, and what happens without a privilege."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from elasticsearch import Elasticsearch

from articles.errors import Transient, Wrong
from index.elastic import ElasticEngine
from index.elastic_address import Credentials, Server
from language.query_plan import AllOf
from tests.index.conftest import annotated, document
from tests.services import certificates
from tests.services.certificates import Certificates
from tests.services.elastic import missing
from tests.services.elastic_guarded import ADMIN, PREFIX, READER, WRITER, GuardedElastic

pytestmark = [pytest.mark.deep, pytest.mark.timeout(400)]
EVERYTHING = AllOf(())


@dataclass
class Guarded:
    """The server and the files of its authority."""

    node: GuardedElastic
    files: Certificates

    def engine(self, credentials: Credentials, ca: Path | None = None) -> ElasticEngine:
        """Open the engine as somebody."""
        return ElasticEngine(Server((self.node.url,), PREFIX, "9", credentials, ca or self.files.authority), "a1")

    def as_user(self, name: str) -> ElasticEngine:
        return self.engine(Credentials(user=name, password=self.node.password))


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Guarded]:
    """Start one for this file."""
    if why := missing("9"):
        pytest.skip(why)
    files = certificates.make(tmp_path_factory.mktemp("authority"))
    node = GuardedElastic("9", files)
    try:
        node.start()
        yield Guarded(node, files)
    finally:
        node.close()


def test_a_desks_user_can_do_all_that_a_desk_does(guarded: Guarded) -> None:
    engine = guarded.as_user(WRITER)
    assert engine.migrate().state == "ready"
    assert engine.put([document(annotated("a", "Gipfel"), 1)]).counts() == {"put": 1}
    assert engine.rebuild([document(annotated("b", "Gipfel"), 2)]).documents == 1
    assert [hit.id for hit in engine.search(EVERYTHING).hits] == ["b"]
    engine.close()


def test_a_reader_searches_and_is_told_what_he_may_not_do(guarded: Guarded) -> None:
    writer = guarded.as_user(WRITER)
    writer.migrate()
    writer.put([document(annotated("b", "Gipfel"), 2)])
    reader = guarded.as_user(READER)
    assert reader.status().state == "ready"
    assert reader.count(EVERYTHING) == 1
    for attempt in (
        lambda: reader.put([document(annotated("c", "Gipfel"), 3)]),
        lambda: reader.rebuild([document(annotated("c", "Gipfel"), 3)]),
    ):
        with pytest.raises(Transient, match=r"lacks a privilege: .*lesend"):
            attempt()
    assert writer.status().documents == 1
    for engine in (writer, reader):
        engine.close()


def test_an_api_key_is_a_credential(guarded: Guarded) -> None:
    guarded.as_user(WRITER).migrate()
    admin = Elasticsearch(
        guarded.node.url, basic_auth=(ADMIN, guarded.node.password), ca_certs=str(guarded.files.authority)
    )
    key = admin.security.create_api_key(name="desk")["encoded"]
    admin.close()
    engine = guarded.engine(Credentials(api_key=key))
    assert engine.status().state == "ready"
    engine.close()


@pytest.mark.parametrize(
    "who", [Credentials(), Credentials(user=WRITER, password="falsch"), Credentials(api_key="Zm9vOmJhcg==")]
)
def test_wrong_credentials_are_told(guarded: Guarded, who: Credentials) -> None:
    engine = guarded.engine(who)
    for attempt in (engine.status, engine.migrate, lambda: engine.count(EVERYTHING)):
        with pytest.raises(Transient, match="does not accept our credentials"):
            attempt()
    engine.close()


def test_a_certificate_of_nobody_we_know_is_refused(guarded: Guarded, tmp_path: Path) -> None:
    other = certificates.make(tmp_path)
    engine = guarded.engine(Credentials(user=WRITER, password=guarded.node.password), other.authority)
    with pytest.raises(Transient, match=r"certificate is not accepted .* `engine_ca`"):
        engine.status()
    engine.close()
    with pytest.raises(Wrong, match="there is no file"):
        guarded.engine(Credentials(), tmp_path / "none.pem")
    no_authority = tmp_path / "text.pem"
    no_authority.write_text("no certificate")
    with pytest.raises(Wrong, match="no certificate in PEM"):
        guarded.engine(Credentials(), no_authority)
