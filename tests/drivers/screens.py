"""Screens of clpstat as captured, and clusters that go with them."""

from console.domain.secrets import Secret
from console.domain.topology import Cluster, Credential, Directory, Node

STOPPED = """\
 ========================  CLUSTER STATUS  ===========================
  Cluster : cluster-x600
  <server>
   *116rhel94 .......: Offline          
      lankhb1        : Offline          Kernel Mode LAN Heartbeat
      pingnp1        : Offline          ping resolution
    117rhel94 .......: Offline          
      lankhb1        : Offline          Kernel Mode LAN Heartbeat
  <group>
    failover1 .......: Offline          
      current        : None
      exec1          : Offline          
  <monitor>
    userw            : Offline          
 =====================================================================
"""  # noqa: W291 - the blanks at line ends are part of the capture

WINDOWS = """\
 ========================  CLUSTER STATUS  ===========================
  Cluster : cluster
  <server>
   *ws2022-01 ........................: Online
      lankhb1                         : Normal           LAN Heartbeat
    ws2022-02 ........................: Online
      lankhb1                         : Normal           LAN Heartbeat
  <group>
    failover .........................: Online
      current                         : ws2022-01
      md                              : Online
      script-postgres                 : Online
  <monitor>
    mdw1                              : Normal
    userw                             : Normal
 =====================================================================
"""


def cluster(group: str = "failover", nodes: tuple[str, str] = ("WS2022-01", "WS2022-02")) -> Cluster:
    """A cluster of the inventory."""
    account = Credential("lab", "user", Secret("password"))
    primary, standby = (Node(name, "127.0.0.1", 5985, "http", "ntlm", account) for name in nodes)
    directory = Directory("AD", "127.0.0.1", 636, "ldaps", account)
    return Cluster(
        id=1,
        name="Tokyo",
        driver="expresscluster",
        generation="2003",
        group=group,
        floating_ip="127.0.0.9",
        partition="X:",
        primary=primary,
        standby=standby,
        directory=directory,
        site="Tokyo",
        primary_server="MAIL",
        standby_server="MAIL2",
        product_folder=r"C:\Program Files\EXPRESSCLUSTER",
    )
