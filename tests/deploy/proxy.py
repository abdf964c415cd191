"""The proxy of deploy/nginx.conf, started here: on free ports of loopback, with a certificate of its own, impatient."""

import datetime
import re
import shutil
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

ROOT = Path(__file__).resolve().parents[2]
NAME = "console.example.com"
PATIENCE = 1
"""Seconds in place of those of the file, for heads and for each piece of a body."""
WHOLE = """daemon off; master_process off; pid {folder}/pid; error_log {folder}/error.log;
events {{}}
http {{ access_log off; client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;
fastcgi_temp_path {folder}/f; uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
include {folder}/changeover.conf; }}
"""


@dataclass
class Behind:
    """What stands behind the proxy, and all that it was asked."""

    asked: list[tuple[str, str, dict[str, str]]] = field(default_factory=list)
    """Method, target and headers, whose names are in small letters."""
    port: int = 0


@dataclass(frozen=True)
class Proxy:
    """The ports for people (TLS) and for nodes (clear)."""

    people: int
    nodes: int

    def connect(self, **versions: ssl.TLSVersion) -> ssl.SSLSocket:
        """A connection as a browser makes it; `minimum` and `maximum` name other versions than usual."""
        return self.speaking(_context(versions), NAME)

    def speaking(self, context: ssl.SSLContext, name: str | None) -> ssl.SSLSocket:
        """A connection that asks for `name`. Raises `ssl.SSLError` where the proxy wants none."""
        plain = socket.create_connection(("127.0.0.1", self.people), timeout=10)
        return context.wrap_socket(plain, server_hostname=name)

    def clear(self) -> socket.socket:
        """A connection as a node makes it."""
        return socket.create_connection(("127.0.0.1", self.nodes), timeout=10)


def _context(versions: dict[str, ssl.TLSVersion], ciphers: str = "ALL:@SECLEVEL=0") -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    context.set_ciphers(ciphers)
    context.minimum_version = versions.get("minimum", ssl.TLSVersion.TLSv1_2)
    context.maximum_version = versions.get("maximum", ssl.TLSVersion.MAXIMUM_SUPPORTED)
    return context


def offering(ciphers: str) -> ssl.SSLContext:
    """A client of TLS 1.2 that knows only these ciphers."""
    return _context({"maximum": ssl.TLSVersion.TLSv1_2}, ciphers)


@contextmanager
def proxy_before(port: int, folder: Path) -> Iterator[Proxy]:
    """The proxy, with what listens on `port` behind it."""
    program = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
    if program is None:
        pytest.fail("There is no nginx here. Install it with: apt-get install nginx-light", pytrace=False)
    _certificate(folder)
    made = Proxy(_free(), _free())
    (folder / "changeover.conf").write_text(_here(folder, made, port), encoding="utf-8")
    (folder / "nginx.conf").write_text(WHOLE.format(folder=folder), encoding="utf-8")
    argv = [program, "-p", str(folder), "-c", str(folder / "nginx.conf")]
    running = subprocess.Popen(argv, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    try:
        _await(made.nodes, running)
        yield made
    finally:
        running.terminate()
        running.communicate(timeout=10)


def _here(folder: Path, made: Proxy, port: int) -> str:
    """The file as it is, but for its ports, its certificate and its patience."""
    text = (ROOT / "deploy/nginx.conf").read_text(encoding="utf-8")
    text = text.replace("127.0.0.1:8000", f"127.0.0.1:{port}")
    text = re.sub(r"listen 443\b", f"listen 127.0.0.1:{made.people}", text)
    text = re.sub(r"listen 80\b", f"listen 127.0.0.1:{made.nodes}", text)
    text = text.replace("/etc/ssl/changeover.pem", f"{folder}/cert.pem")
    text = text.replace("/etc/ssl/private/changeover.key", f"{folder}/key.pem")
    return re.sub(r"(client_(?:header|body)_timeout) \d+s;", rf"\1 {PATIENCE}s;", text)


def _await(port: int, running: "subprocess.Popen[str]") -> None:
    for _ in range(200):
        if running.poll() is not None:
            raise AssertionError(running.communicate()[1])
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise AssertionError("nginx does not listen")


def _free() -> int:
    with socket.create_server(("127.0.0.1", 0)) as found:
        return int(found.getsockname()[1])


def _certificate(folder: Path) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, NAME)])
    now = datetime.datetime.now(datetime.UTC)
    built = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    built = built.serial_number(x509.random_serial_number()).not_valid_before(now)
    signed = built.not_valid_after(now + datetime.timedelta(days=1)).sign(key, hashes.SHA256())
    (folder / "cert.pem").write_bytes(signed.public_bytes(serialization.Encoding.PEM))
    form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    (folder / "key.pem").write_bytes(key.private_bytes(*form))


@contextmanager
def recording() -> Iterator[Behind]:
    """Something behind the proxy that writes down what reaches it, and answers at once; a stream as it comes."""
    behind = Behind()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def answer(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            told = {name.lower(): value for name, value in self.headers.items()}
            behind.asked.append((self.command, self.path, told))
            stream = self.path.endswith("/events") and self.path.startswith("/operations/")
            self.send_response(200)
            self.send_header("Content-Length", "4")
            self.end_headers()
            self.wfile.write(b"one\n" if not stream else b"1")
            if stream:
                self.wfile.flush()
                time.sleep(2)
                self.wfile.write(b"234")

        do_GET = do_POST = answer  # noqa: N815

        def log_message(self, *_: object) -> None:
            """Nothing is written anywhere."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    behind.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield behind
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)
