"""An interpreted line: what it was to do, what its failing is called, and the command that does the same by hand."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console import catalog
from console.domain.setup_log.instructions import OTHER, SORTS, understand

BIN = r"C:\Program Files\Exchsrvr\bin"
EVENTS = r"SYSTEM\CurrentControlSet\Services\EventLog\Application"
STORE = "Microsoft Exchange Information Store"


@pytest.mark.parametrize(
    ("line", "code", "mends"),
    [
        (
            rf'CreateProcess:regsvr32.exe /s "{BIN}\excluadm.dll"',
            "com-not-registered",
            rf'regsvr32 /s "{BIN}\excluadm.dll"',
        ),
        (r"CreateProcess:%s\bin;regsvr32.exe /s %s\bin\excluadm.dll", "com-not-registered", "regsvr32 /s excluadm.dll"),
        (r"RegisterDLL:C:\x\excluadm.dll", "com-not-registered", r"regsvr32 /s C:\x\excluadm.dll"),
        (r"CreateProcess:regsvr32.exe /s C:\x\cdoex.dll", "process-failed", r"regsvr32 /s C:\x\cdoex.dll"),
        ("CreateProcess:cladmreg.exe /q excluadm.dll", "cluster-not-registered", "cladmreg /q excluadm.dll"),
        (
            f"CreateClusterResourceType:{STORE};exres.dll;60000",
            "type-not-created",
            f'cluster resourcetype "{STORE}" /create /DllName:exres.dll /type:"{STORE}"',
        ),
        (
            f'CreateClusterResourceType:"{STORE}";"%clusterdir%\\exres.dll"',
            "type-not-created",
            f'cluster resourcetype "{STORE}" /create /DllName:exres.dll /type:"{STORE}"',
        ),
        (f"CreateClusterResourceType:{STORE}", "type-not-created", ""),
        (f"DeleteClusterResourceType:{STORE}", "instruction-failed", f'cluster resourcetype "{STORE}" /delete'),
        ("CreateProcess:cladmreg.exe /u excluadm.dll", "process-failed", "cladmreg /u excluadm.dll"),
        (r"CreateProcess:regsvr32.exe /u /s %s\bin\excluadm.dll", "process-failed", "regsvr32 /u /s excluadm.dll"),
        (
            rf"AddRegistryValue:HKEY_LOCAL_MACHINE\{EVENTS}\MSExchangeCluster;EventMessageFile;REG_EXPAND_SZ;%clusterdir%\clusmsg.dll",
            "source-not-written",
            rf"reg add HKLM\{EVENTS}\MSExchangeCluster /v EventMessageFile /t REG_EXPAND_SZ"
            r" /d C:\WINDOWS\Cluster\clusmsg.dll /f",
        ),
        (
            rf"AddRegistryValue:HKLM;{EVENTS}\SMTP;TypesSupported;7",
            "source-not-written",
            rf"reg add HKLM\{EVENTS}\SMTP /v TypesSupported /t REG_DWORD /d 7 /f",
        ),
        (
            r"AddRegistryValue:SOFTWARE\Microsoft\Exchange\Exchange Provider;Rpc_Binding_Order;ncalrpc,ncacn_ip_tcp",
            "provider-not-bound",
            r'reg add "HKLM\SOFTWARE\Microsoft\Exchange\Exchange Provider" /v Rpc_Binding_Order /t REG_SZ'
            " /d ncalrpc,ncacn_ip_tcp /f",
        ),
        (r"AddRegistryKey:HKLM\SOFTWARE\X", "registry-not-written", r"reg add HKLM\SOFTWARE\X /f"),
        (r"SetRegistryValue:HKCR;.x;;REG_SZ;y", "registry-not-written", r"reg add HKCR\.x /ve /t REG_SZ /d y /f"),
        (r"DeleteRegistryKey:SOFTWARE\X", "registry-not-written", r"reg delete HKLM\SOFTWARE\X /f"),
        ('AddShare:.;Resources;C:\\res;READ;"Event logging files"', "share-not-made", r"net share Resources=C:\res"),
        ("StopService:MSExchangeSA", "service-not-changed", "net stop MSExchangeSA"),
        ("StartService:MSExchangeSA", "service-not-changed", "net start MSExchangeSA"),
        (
            r"CopyFile:D:\a b\exres.dll;%clusterdir%\exres.dll",
            "file-not-copied",
            r'copy /y "D:\a b\exres.dll" C:\WINDOWS\Cluster\exres.dll',
        ),
        (r"CreateDirectory:C:\x", "file-not-copied", r"mkdir C:\x"),
        (r"CreateProcess:C:\x y\tool.exe /go", "process-failed", ""),  # where the program ends cannot be told
        (r'CreateProcess:"C:\x\tool.exe" /go;300000', "process-failed", r"C:\x\tool.exe /go"),
        ("InstallSomething:a;b", "instruction-failed", ""),
        ("", "instruction-failed", ""),
    ],
)
def test_a_line_is_understood(line: str, code: str, mends: str) -> None:
    understood = understand(line)
    assert understood.code == f"setup-log.{code}"
    assert understood.mend == mends
    assert "{" not in understood.does


@pytest.mark.parametrize("line", ['CreateProcess:tool.exe "a%PATH%b"', 'CreateProcess:tool.exe "a!b"'])
def test_what_cmd_would_act_on_gives_no_command(line: str) -> None:
    assert understand(line).mend == ""


def test_an_argument_between_quotes_may_hold_semicolons() -> None:
    assert understand('CreateClusterResourceType:"A; B";x.dll').about == "A; B"


def test_every_code_has_its_kind_in_the_catalog() -> None:
    kinds = catalog.findings()
    assert {sort.code for sort in (*SORTS, OTHER)} <= kinds.keys()


@given(st.text(max_size=300))
def test_any_line_is_understood_somehow(text: str) -> None:
    understood = understand(text)
    assert understood.code.startswith("setup-log.")
    assert "\n" not in understood.mend
