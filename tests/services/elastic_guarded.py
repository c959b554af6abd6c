"""A real Elasticsearch with its security module on: TLS, and users of its file realm with just the privileges they need."""

from __future__ import annotations

import base64
import hashlib
import re
import secrets
import shutil
import ssl
import urllib.error
import urllib.request
from pathlib import Path

from tests.services.certificates import Certificates
from tests.services.elastic import Elastic

ADMIN, WRITER, READER = "verwaltung", "desk", "lesend"
PREFIX = "desk"
_REFERENCE = Path(__file__).parents[2] / "docs" / "reference.md"


class GuardedElastic(Elastic):
    """Speaks TLS only, and answers nobody without a password; every user's password is ``password``."""

    def __init__(self, release: str, certificates: Certificates) -> None:
        super().__init__(
            release,
            {
                "xpack.security.enabled": True,
                "xpack.security.transport.ssl.enabled": False,  # a single node speaks to no other
                "xpack.security.http.ssl.enabled": True,
                "xpack.security.http.ssl.key": "server.key",
                "xpack.security.http.ssl.certificate": "server.pem",
            },
        )
        self.password = secrets.token_hex(8)
        self._certificates = certificates

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"https://127.0.0.1:{self.port}"

    def prepare(self, config: Path) -> None:
        """Put certificate, users and roles beside its configuration."""
        for file in (self._certificates.certificate, self._certificates.key):
            shutil.copyfile(file, config / file.name)
        users = {ADMIN: "superuser", WRITER: "desk", READER: "lesend"}
        (config / "users").write_text("".join(f"{user}:{_hashed(self.password)}\n" for user in users))
        (config / "users_roles").write_text("".join(f"{role}:{user}\n" for user, role in users.items()))
        (config / "roles.yml").write_text(_roles())

    def healthy(self) -> bool:
        """Whether it knows its users and has its shards."""
        context = ssl.create_default_context(cafile=str(self._certificates.authority))
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=context))
        who = base64.b64encode(f"{ADMIN}:{self.password}".encode()).decode()
        asked = urllib.request.Request(
            f"{self.url}/_cluster/health?wait_for_status=yellow&timeout=1s", headers={"Authorization": f"Basic {who}"}
        )
        with opener.open(asked, timeout=5) as answer:
            return bool(answer.status == 200)


def _roles() -> str:
    """The roles that the reference tells people to paste, for a desk's user and for who only searches; JSON is YAML."""
    told = re.findall(r'```json\n(\{"cluster".*?)```', _REFERENCE.read_text(encoding="utf-8"), re.DOTALL)
    return "".join(f"{name}: {' '.join(role.split())}\n" for name, role in zip((WRITER, READER), told, strict=True))


def _hashed(password: str) -> str:
    """The file realm's form of PBKDF2 with SHA-512: rounds, salt and key."""
    salt, rounds = secrets.token_bytes(32), 10_000
    key = hashlib.pbkdf2_hmac("sha512", password.encode(), salt, rounds, 32)
    return f"{{PBKDF2}}{rounds}${base64.b64encode(salt).decode()}${base64.b64encode(key).decode()}"
