"""Clients that were not written for the lab take its nodes for Windows: pywinrm, pypsrp, Ansible."""

import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import winrm
from pypsrp.client import Client
from pypsrp.shell import Process as PsrpProcess
from pypsrp.shell import WinRS
from pypsrp.wsman import WSMan

from console.lab.presets import PASSWORD
from console.lab.server import Lab
from tests.lab.nodes.conftest import Ran, command, protocol

WAYS = [("basic", False), ("ntlm", False), ("ntlm", True), ("ssl", True)]
BIG = rb"0123456789abcdef" * 65536


def pywinrm_runs(lab: Lab, line: str, transport: str, tls: bool) -> Ran:
    return command(protocol(lab, transport=transport, tls=tls), line)


@pytest.mark.parametrize(("transport", "tls"), WAYS)
@pytest.mark.parametrize(
    ("line", "code", "out", "err"),
    [
        ("hostname", 0, "TYO-EX1\r\n", ""),
        ("exit 3", 3, "", ""),
        ("echo wrong 1>&2", 0, "", "wrong \r\n"),
        ("echo 大阪 日本語", 0, "大阪 日本語\r\n", ""),
        (
            "nosuch",
            1,
            "",
            "'nosuch' is not recognized as an internal or external command,\r\noperable program or batch file.\r\n",
        ),
    ],
)
def test_pywinrm_gets_the_right_answer(
    lab: Lab, transport: str, tls: bool, line: str, code: int, out: str, err: str
) -> None:
    assert pywinrm_runs(lab, line, transport, tls) == Ran(code, out, err)


@pytest.mark.parametrize(("transport", "tls"), WAYS)
def test_pywinrm_receives_a_megabyte_unharmed(lab: Lab, transport: str, tls: bool) -> None:
    lab.world.node("TYO-EX1").disk.write("C:\\big.txt", BIG)
    assert pywinrm_runs(lab, r"type C:\big.txt", transport, tls).out.encode() == BIG


def test_pywinrm_session_runs_a_command_and_a_script(lab: Lab) -> None:
    session = winrm.Session(lab.endpoint("TYO-EX2"), ("Administrator", PASSWORD), transport="ntlm")
    assert session.run_cmd("hostname").std_out == b"TYO-EX2\r\n"
    assert session.run_ps("hostname").std_out == b"TYO-EX2\r\n"
    assert session.run_ps("exit 5").status_code == 5


@pytest.mark.parametrize("user", ["Administrator", r"TYO-EX1\Administrator", r"LAB\svc-changeover", "svc-changeover"])
def test_pywinrm_signs_in_under_every_spelling_of_an_account(lab: Lab, user: str) -> None:
    for transport in ("basic", "ntlm"):
        ran = command(protocol(lab, transport=transport, username=user), "whoami")
        assert ran.out.casefold().strip() in ("tyo-ex1\\administrator", "lab\\svc-changeover")


def psrp(lab: Lab, auth: str, tls: bool) -> WSMan:
    address, port = lab.endpoint("TYO-EX1", tls=tls).split("/")[2].split(":")
    return WSMan(
        address,
        port=int(port),
        ssl=tls,
        auth=auth,
        username="Administrator",
        password=PASSWORD,
        encryption="never" if auth == "basic" else "auto",
        cert_validation=str(lab.authority.certificate_path) if tls else True,
        no_proxy=True,
    )


@pytest.mark.parametrize(
    ("auth", "tls"), [("basic", False), ("ntlm", False), ("negotiate", False), ("negotiate", True)]
)
def test_pypsrp_winrs_gets_the_right_answers(lab: Lab, auth: str, tls: bool) -> None:
    lab.world.node("TYO-EX1").disk.write("C:\\big.txt", BIG)
    with psrp(lab, auth, tls) as wsman, WinRS(wsman, codepage=65001) as shell:
        ran = {}
        for line in ("hostname", "nosuch", "exit 3", "echo ä€日 1>&2", r"type C:\big.txt"):
            process = PsrpProcess(shell, line)
            process.invoke()
            process.signal("http://schemas.microsoft.com/wbem/wsman/1/windows/shell/signal/terminate")
            ran[line] = (process.rc, process.stdout, process.stderr)
    assert ran["hostname"] == (0, b"TYO-EX1\r\n", b"")
    assert ran["nosuch"][0] == 1
    assert ran["nosuch"][2].startswith(b"'nosuch' is not recognized")
    assert ran["exit 3"] == (3, b"", b"")
    assert ran["echo ä€日 1>&2"] == (0, b"", "ä€日 \r\n".encode())
    assert ran[r"type C:\big.txt"] == (0, BIG, b"")


def test_pypsrp_client_runs_a_command(lab: Lab) -> None:
    address, port = lab.endpoint("OSA-EX1").split("/")[2].split(":")
    with Client(
        address, port=int(port), ssl=False, auth="negotiate", username="Administrator", password=PASSWORD, no_proxy=True
    ) as client:
        assert client.execute_cmd("hostname") == ("OSA-EX1\r\n", "", 0)


def ansible(lab: Lab, tmp_path: Path, raw: str) -> subprocess.CompletedProcess[str]:
    """Run a raw command on both Tokyo nodes with the ansible program."""
    lines = ["[nodes]"]
    for node in ("TYO-EX1", "TYO-EX2"):
        address, port = lab.endpoint(node).split("/")[2].split(":")
        lines.append(f"{node} ansible_host={address} ansible_port={port}")
    lines += ["[nodes:vars]", "ansible_connection=winrm", "ansible_winrm_transport=ntlm", "ansible_winrm_scheme=http"]
    lines += ["ansible_user=Administrator", f"ansible_password={PASSWORD}", "ansible_shell_type=powershell"]
    (tmp_path / "inventory").write_text("\n".join(lines) + "\n")
    program = Path(sys.executable).parent / "ansible"
    environment = os.environ | {"ANSIBLE_HOME": str(tmp_path), "ANSIBLE_NOCOLOR": "1", "LC_ALL": "C.UTF-8"}
    return subprocess.run(
        [program, "-i", tmp_path / "inventory", "nodes", "-m", "ansible.builtin.raw", "-a", raw],
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.slow
def test_ansible_raw_gets_the_right_answers(lab: Lab, tmp_path: Path) -> None:
    ran = ansible(lab, tmp_path, "hostname")
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "TYO-EX1 | CHANGED | rc=0 >>\nTYO-EX1\n" in ran.stdout
    assert "TYO-EX2 | CHANGED | rc=0 >>\nTYO-EX2\n" in ran.stdout
    assert "rc=3" in ansible(lab, tmp_path, "cmd /c exit 3").stdout
    assert "大阪" in ansible(lab, tmp_path, "cmd /c echo 大阪").stdout
    assert "is not recognized" in ansible(lab, tmp_path, "nosuch").stdout
    assert "wrong" in ansible(lab, tmp_path, "cmd /c echo wrong 1>&2").stdout
    lab.world.node("TYO-EX1").disk.write("C:\\big.txt", BIG)
    lab.world.node("TYO-EX2").disk.write("C:\\big.txt", BIG)
    assert ansible(lab, tmp_path, r"cmd /c type C:\big.txt").stdout.count(BIG.decode()) == 2


def by_pywinrm(lab: Lab, line: str) -> str:
    return command(protocol(lab, operation_timeout_sec=4), line).out


def by_pypsrp(lab: Lab, line: str) -> str:
    with psrp(lab, "ntlm", False) as wsman, WinRS(wsman, codepage=65001) as shell:
        process = PsrpProcess(shell, line)
        process.invoke()
        return process.stdout.decode()


@pytest.mark.slow
def test_a_command_of_twenty_seconds_is_waited_for_by_every_client(lab: Lab, tmp_path: Path) -> None:
    line = "ping -n 21 127.0.0.1"
    began = time.monotonic()
    with ThreadPoolExecutor(3) as side_by_side:
        said = {
            "pywinrm": side_by_side.submit(by_pywinrm, lab, line),
            "pypsrp": side_by_side.submit(by_pypsrp, lab, line),
            "ansible": side_by_side.submit(lambda: ansible(lab, tmp_path, line).stdout),
        }
    assert time.monotonic() - began >= 20
    assert {name: ran.result().count("Reply from") for name, ran in said.items()} == {
        "pywinrm": 21,
        "pypsrp": 21,
        "ansible": 2 * 21,  # it asks both nodes, and tells them in the order in which they are done
    }
    receives = [served for served in lab.servers["TYO-EX1"].requests if served.action == "Receive"]
    assert len(receives) > 4, "the answer came in one piece; nothing was waited for"
