"""The lab's certificate authority: it signs for the nodes and the directory, and wrongly where a fault wants it."""

import ipaddress
import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

_LIFETIME = timedelta(days=825)
_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Files:
    """A server's certificate and key as PEM files, and the authority's certificate that vouches for it."""

    certificate: Path
    key: Path
    authority: Path

    def context(self) -> ssl.SSLContext:
        """The TLS context of a server that shows this certificate."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.certificate, self.key)
        return context


class Authority:
    """A certificate authority in a folder: `ca.pem` is what clients trust. Made on first use, kept from then on."""

    def __init__(self, folder: Path, name: str = "Lab CA") -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.certificate_path = folder / "ca.pem"
        key_path = folder / "ca.key"
        if self.certificate_path.exists() and key_path.exists():
            self._name = x509.load_pem_x509_certificate(self.certificate_path.read_bytes()).subject
            key = serialization.load_pem_private_key(key_path.read_bytes(), None)
            if not isinstance(key, ec.EllipticCurvePrivateKey):
                raise ValueError(f"{key_path} holds no EC key: remove the folder, and a new authority is made.")
            self._key = key
        else:
            self._name = _named(name)
            self._key = ec.generate_private_key(ec.SECP256R1())
            _write_key(key_path, self._key)
            self.certificate_path.write_bytes(self._self_signed().public_bytes(serialization.Encoding.PEM))

    def issue(self, label: str, names: Sequence[str], *, expired: bool = False) -> Files:
        """LABEL.pem and LABEL.key (mode 600) for the DNS names and addresses given; with `expired` it has run out."""
        key = ec.generate_private_key(ec.SECP256R1())
        certificate = (
            self._builder(_named(names[0]), key.public_key(), -_DAY if expired else _LIFETIME)
            .add_extension(x509.SubjectAlternativeName([_general(name) for name in names]), critical=False)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key()), critical=False)
            .sign(self._key, hashes.SHA256())
        )
        files = Files(self.folder / f"{label}.pem", self.folder / f"{label}.key", self.certificate_path)
        files.certificate.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
        _write_key(files.key, key)
        return files

    def _self_signed(self) -> x509.Certificate:
        usage = x509.KeyUsage(True, False, False, False, False, True, True, False, False)
        return (
            self._builder(self._name, self._key.public_key(), _LIFETIME)
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(usage, critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(self._key.public_key()), critical=False)
            .sign(self._key, hashes.SHA256())
        )

    def _builder(self, subject: x509.Name, key: ec.EllipticCurvePublicKey, life: timedelta) -> x509.CertificateBuilder:
        """A negative life makes a certificate that has run out."""
        now = datetime.now(UTC)
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self._name)
            .public_key(key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(min(now, now + life) - _DAY)
            .not_valid_after(now + life)
        )


def _named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def _general(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _write_key(path: Path, key: ec.EllipticCurvePrivateKey) -> None:
    path.touch(mode=0o600)
    path.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
