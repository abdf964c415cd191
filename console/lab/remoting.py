"""How WinRM is set on a node: what its registry tells of it, and whether it takes credentials on."""

from dataclasses import dataclass, field

WSMAN = r"HKEY_LOCAL_MACHINE\SOFTWARE\Microsoft\Windows\CurrentVersion\WSMAN"
POLICY = r"HKEY_LOCAL_MACHINE\SOFTWARE\Policies\Microsoft\Windows\WinRM\Service"
Values = dict[str, str | int]


@dataclass
class Remoting:
    """The settings of one node; a setting that nobody made is not in the registry."""

    stack: str = "2.0"
    service: Values = field(default_factory=dict)
    """`allow_unencrypted`, `auth_basic`, `auth_credssp`: 1 or 0."""
    shells: Values = field(default_factory=dict)
    """Quotas of remote shells, by their names."""
    policy: Values = field(default_factory=dict)
    """What a group policy sets for the service."""
    missing: set[str] = field(default_factory=set)
    """Programs that are not in the PATH, casefolded and without `.exe`."""

    @property
    def takes_credentials(self) -> bool:
        """Whether CredSSP is offered."""
        return self.service.get("auth_credssp") == 1

    def keys(self, ports: dict[str, int]) -> dict[str, Values]:
        """Every key with its values; `ports` are those of the listeners, by transport."""
        listeners: dict[str, Values] = {
            rf"{WSMAN}\Listener\*+{kind}": {"uriprefix": "wsman", "Port": port} for kind, port in ports.items()
        }
        top: Values = {"StackVersion": self.stack} if self.stack else {}
        own: dict[str, Values] = {WSMAN: top, rf"{WSMAN}\Service": self.service, rf"{WSMAN}\WinRS": self.shells}
        return {**own, **listeners, **({POLICY: self.policy} if self.policy else {})}
