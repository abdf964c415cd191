"""A domain controller that lets everybody in, and then answers searches as no honest one does."""

import contextlib
import datetime
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from console.adapters.ldap import ber

NAME = "dc1.corp.example"
BIND, BOUND, SEARCH, ENTRY, DONE = 0x60, 0x61, 0x63, 0x64, 0x65
MARKUP = "<script>alert(1)</script>\r\n2026-01-01 root: all is well\x1b[2J"
Answers = Iterator[bytes]
Attack = Callable[[int], Answers]
"""What is sent for the search of that number, until the client has enough."""


def result(number: int, tag: int = DONE, code: int = 0, text: str = "", more: bytes = b"", after: bytes = b"") -> bytes:
    """An LDAP result; `more` follows within it, `after` behind it."""
    body = ber.element(ber.ENUMERATED, bytes([code])) + ber.element(4, b"") + ber.element(4, text.encode()) + more
    return ber.element(ber.SEQUENCE, ber.integer(number) + ber.element(tag, body) + after)


def entry(number: int, dn: str, **attributes: bytes) -> bytes:
    """An object; the names of attributes are written with `__` for what Python's may not hold: `member__range_0_0`."""
    listed = b""
    for name, value in attributes.items():
        name = name.replace("__range_", ";range=").replace("_", "-")
        values = ber.element(ber.SET, ber.element(4, value))
        listed += ber.element(ber.SEQUENCE, ber.element(4, name.encode()) + values)
    body = ber.element(4, dn.encode()) + ber.element(ber.SEQUENCE, listed)
    return ber.message(number, ber.element(ENTRY, body))


def paged(number: int, cookie: bytes) -> bytes:
    """The end of a page, with a cookie that asks for another one."""
    value = ber.element(ber.SEQUENCE, ber.integer(0) + ber.element(4, cookie))
    control = ber.element(4, b"1.2.840.113556.1.4.319") + ber.element(4, value)
    return result(number, after=ber.element(0xA0, ber.element(ber.SEQUENCE, control)))


def referral(number: int) -> Answers:
    """Sends the client, and its password, elsewhere."""
    where = ber.element(0xA3, ber.element(4, f"ldap://127.0.0.1:1/{MARKUP}".encode()))
    yield result(number, code=10, more=where)


def endless_objects(number: int) -> Answers:
    """One page that never ends."""
    page = b"".join(entry(number, f"CN={count}", cn=b"x") for count in range(500))
    while True:
        yield page


def endless_pages(number: int) -> Answers:
    """Empty pages, each with a cookie."""
    yield paged(number, b"again")


def more_than_asked(number: int) -> Answers:
    """A page without bounds."""
    yield b"".join(entry(number, f"CN={count}", cn=b"x") for count in range(400)) + result(number)


def same_values_again(number: int) -> Answers:
    """The first value of a very long attribute, however far the client has got."""
    yield entry(number, "CN=x", member__range_0_0=b"CN=y") + result(number)


def values_of_no_place(number: int) -> Answers:
    """A part of an attribute that says not which."""
    yield entry(number, "CN=x", member__range_0_x=b"CN=y") + result(number)


def wrong_ids(number: int) -> Answers:
    """Answers to what nobody asked."""
    strays = b"".join(result(number + 1 + count % 90) for count in range(500))
    while True:
        yield strays


def dripping(number: int) -> Answers:
    """A message whose bytes come one by one."""
    for byte in ber.element(ber.SEQUENCE, b"\x00" * 100_000):
        yield bytes([byte])
        time.sleep(0.02)


def huge(_: int) -> Answers:
    """A message of two gigabytes, announced."""
    yield bytes((ber.SEQUENCE, 0x84)) + (2**31).to_bytes(4, "big")


def without_length(_: int) -> Answers:
    """An element whose length is not said beforehand, which LDAP does not know."""
    yield bytes((ber.SEQUENCE, 0x80)) + b"\x00" * 50


def no_text(number: int) -> Answers:
    """Names that are not UTF-8."""
    body = ber.element(4, b"CN=\xff\xfe") + ber.element(ber.SEQUENCE, b"")
    yield ber.message(number, ber.element(ENTRY, body)) + result(number)


def markup(number: int) -> Answers:
    """A refusal that would be a line of the log, and a part of a page."""
    yield result(number, code=1, text=MARKUP)


def goodbye(_: int) -> Answers:
    """The notice that the session is over, with markup (RFC 4511 section 4.4.1)."""
    yield result(0, tag=0x78, code=52, text=MARKUP)


def nonsense(_: int) -> Answers:
    """Bytes that are no LDAP."""
    yield b"HTTP/1.1 200 OK\r\n\r\n<html>"


ATTACKS: tuple[Attack, ...] = (
    *(referral, endless_objects, endless_pages, more_than_asked, same_values_again, values_of_no_place, wrong_ids),
    *(dripping, huge, without_length, no_text, markup, goodbye, nonsense),
)


@contextmanager
def controller(folder: Path, attack: Attack) -> Iterator[int]:
    """The port of a controller that answers every search by `attack`; its certificate is `folder`/ca.pem."""
    context = _certified(folder)
    ended = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(0.1)
        thread = threading.Thread(target=_accept, args=(listener, context, attack, ended), daemon=True)
        thread.start()
        try:
            yield listener.getsockname()[1]
        finally:
            ended.set()
            thread.join(5)


def _accept(listener: socket.socket, context: ssl.SSLContext, attack: Attack, ended: threading.Event) -> None:
    while not ended.is_set():
        with contextlib.suppress(TimeoutError):
            link, _ = listener.accept()
            threading.Thread(target=_serve, args=(link, context, attack, ended), daemon=True).start()


def _serve(plain: socket.socket, context: ssl.SSLContext, attack: Attack, ended: threading.Event) -> None:
    with contextlib.suppress(OSError), context.wrap_socket(plain, server_side=True) as link:
        link.settimeout(10)
        while data := link.recv(65536):
            _, start, end = ber.read(data, 0, len(data))
            (_, first, last), (kind, *_), *_ = ber.parts(data, start, end)
            number = int.from_bytes(data[first:last], "big")
            for piece in attack(number) if kind == SEARCH else [result(number, tag=BOUND)]:
                if ended.is_set():
                    return
                link.sendall(piece)


def _certified(folder: Path) -> ssl.SSLContext:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, NAME)])
    now = datetime.datetime.now(datetime.UTC)
    built = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    built = built.serial_number(x509.random_serial_number()).not_valid_before(now - datetime.timedelta(hours=1))
    built = built.add_extension(x509.SubjectAlternativeName([x509.DNSName(NAME)]), critical=False)
    built = built.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    signed = built.not_valid_after(now + datetime.timedelta(days=1)).sign(key, hashes.SHA256())
    (folder / "ca.pem").write_bytes(signed.public_bytes(serialization.Encoding.PEM))
    form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    (folder / "key.pem").write_bytes(key.private_bytes(*form))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "ca.pem", folder / "key.pem")
    return context
