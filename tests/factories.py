"""Rows and specifications with sane defaults; each argument replaces one."""

from dataclasses import replace
from typing import Any

from console.domain.inventory import ClusterSpec, CredentialSpec, DirectorySpec, NodeSpec, ServerSpec, SiteSpec
from console.models import Cluster, Credential, Directory, Site
from console.services import audit
from console.services.inventory import save_cluster, save_credential, save_directory, save_site


def node_spec(role: str = "primary", number: int = 1, **fields: Any) -> NodeSpec:
    """A node SERVER<number> at 10.0.0.<number> whose Windows suits Exchange 2003."""
    name = f"SERVER{number}"
    base = NodeSpec(
        role=role,
        name=name,
        address=f"10.0.0.{number}",
        credential="nodes",
        windows="2003",
        service_pack=2,
        architecture="x86",
        server=ServerSpec(name, 2),
    )
    return replace(base, **fields)


def node_spec_2007(role: str = "primary", number: int = 1, **fields: Any) -> NodeSpec:
    """The same for Exchange 2007 SP1."""
    suited: dict[str, Any] = {"architecture": "x64", "server": ServerSpec(f"SERVER{number}", 1)}
    return node_spec(role, number, **suited | fields)


def cluster_spec(name: str = "MAIL1", first: int = 1, **fields: Any) -> ClusterSpec:
    """A cluster of SERVER<first> and SERVER<first + 1>, floating IP address 10.0.1.<first>."""
    make = node_spec_2007 if fields.get("generation") == "2007" else node_spec
    base = ClusterSpec(
        name=name,
        site="Tokyo",
        directory="example.com",
        driver="expresscluster",
        generation="2003",
        group="EXCHANGE",
        floating_ips=(f"10.0.1.{first}",),
        nodes=(make("primary", first), make("standby", first + 1)),
    )
    return replace(base, **fields)


def kyoto(**fields: Any) -> ClusterSpec:
    """Exchange 2003 on Microsoft's cluster service, right but for these fields."""
    server = ServerSpec("KYO-EVS1", 2)
    nodes = tuple(
        node_spec(role, number, name=f"KYO-N{number - 2}", server=server)
        for role, number in (("primary", 3), ("standby", 4))
    )
    return replace(cluster_spec("Kyoto", 3, driver="mscs", group="EVS Kyoto", nodes=nodes), **fields)


def fukuoka(windows: str = "2008", **node: Any) -> ClusterSpec:
    """Exchange 2007 likewise, right but for these fields of its nodes."""
    pack = {"2003": 0, "2008": 1, "2008r2": 3}[windows]
    suited: dict[str, Any] = {"windows": windows, "architecture": "x64", "server": ServerSpec("FUK-CMS1", pack)}
    suited |= {"second_hop": "kerberos"} | node
    nodes = tuple(
        node_spec(role, number, name=f"FUK-N{number - 4}", **suited)
        for role, number in (("primary", 5), ("standby", 6))
    )
    return cluster_spec("Fukuoka", 5, driver="mscs", generation="2007", group="FUK-CMS1", nodes=nodes)


def credential_spec(name: str = "nodes", **fields: Any) -> CredentialSpec:
    """A credential whose password is in the variable NODES_PASSWORD."""
    return replace(CredentialSpec(name, r"EXAMPLE\operator", "env", "NODES_PASSWORD"), **fields)


def directory_spec(name: str = "example.com", **fields: Any) -> DirectorySpec:
    """A directory over LDAPS."""
    return replace(DirectorySpec(name, "dc1.example.com", "nodes"), **fields)


def site() -> Site:
    """The site Tokyo."""
    return Site.objects.filter(name="Tokyo").first() or save_site(SiteSpec("Tokyo"), audit.SYSTEM)


def credential(**fields: Any) -> Credential:
    """The credential `nodes`."""
    spec = credential_spec(**fields)
    return Credential.objects.filter(name=spec.name).first() or save_credential(spec, audit.SYSTEM)


def directory() -> Directory:
    """The directory example.com with its credential."""
    credential()
    return Directory.objects.filter(name="example.com").first() or save_directory(directory_spec(), audit.SYSTEM)


def cluster(name: str = "MAIL1", first: int = 1, **fields: Any) -> Cluster:
    """A saved cluster with all that it refers to."""
    site()
    directory()
    return save_cluster(cluster_spec(name, first, **fields), audit.SYSTEM)
