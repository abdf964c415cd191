"""The lab's Active Directory: a forest as data and an LDAP server that answers for it."""
