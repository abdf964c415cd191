"""Active Directory over LDAP: one pinned domain controller for each session."""

from console.adapters.ldap.directories import LdapDirectories

__all__ = ["LdapDirectories"]
