"""By https we connect to the number that was checked, and still ask for the certificate of the name."""

import ssl
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from queueing.webhooks import post
from queueing.webhooks.address import check
from queueing.webhooks.post import Result
from tests.webhooks.receiver import Receiver, receiving

SECRET = "whsec_" + "A" * 32


def certificate(directory: Path, name: str) -> Path:
    """A certificate that vouches for a name and for itself, with its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = directory / f"{name}.pem"
    path.write_bytes(
        made.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return path


@pytest.fixture
def fresh_client() -> Iterator[None]:
    post._client.cache_clear()
    yield
    post._client().close()
    post._client.cache_clear()


def sent_to(receiver: Receiver) -> Result:
    target = check(receiver.url.replace("127.0.0.1", "localhost"), {"localhost"})
    assert target.url.startswith(("https://127.0.0.1:", "https://[::1]:"))
    return post.send(target, (SECRET,), post.test_message("wh_1", datetime(2018, 6, 5, 9)))


@pytest.mark.usefixtures("fresh_client")
@pytest.mark.parametrize(("name", "taken"), [("localhost", True), ("elsewhere.example", False)])
def test_the_certificate_has_to_be_of_the_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, taken: bool
) -> None:
    path = certificate(tmp_path, name)
    monkeypatch.setenv("SSL_CERT_FILE", str(path))
    with receiving(path) as receiver:
        result = sent_to(receiver)
        assert result.taken == taken, result.words
        assert len(receiver.bodies) == int(taken)
        if taken:
            assert receiver.headers[0]["host"].startswith("localhost:")


@pytest.mark.usefixtures("fresh_client")
def test_a_certificate_nobody_vouches_for_is_refused(tmp_path: Path) -> None:
    with receiving(certificate(tmp_path, "localhost")) as receiver:
        result = sent_to(receiver)
        assert result == Result(0, "连不上（ConnectError）") and receiver.bodies == []


def test_the_library_checks_names_by_default() -> None:
    """What the two above stand on."""
    assert ssl.create_default_context().check_hostname
