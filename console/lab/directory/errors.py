"""The refusals of the lab's directory: an LDAP result code and a text in the manner of Active Directory."""

from __future__ import annotations


class DirectoryError(Exception):
    """An operation is answered with `code` (RFC 4511 appendix A) and a diagnostic text; nothing was changed."""

    def __init__(self, code: int, text: str, matched: str = "", referrals: tuple[str, ...] = ()) -> None:
        super().__init__(f"{code}: {text}")
        self.code, self.text, self.matched, self.referrals = code, text, matched, referrals


def _attribute_error(code: int, number: str, problem: str, name: str) -> DirectoryError:
    detail = f"problem {problem}, data 0, Att ({name})"
    return DirectoryError(code, f"{number}: AtrErr: DSID-03151904, #1:\n\t0: {number}: DSID-03151904, {detail}\n")


def operations_error() -> DirectoryError:
    """Something was asked before anybody signed in."""
    text = "In order to perform this operation a successful bind must be completed on the connection."
    return DirectoryError(1, f"000004DC: LdapErr: DSID-0C090A5C, comment: {text}, data 0, v4563")


def stronger_auth_required() -> DirectoryError:
    """A password came, or was to come, over a line without TLS."""
    text = "The server requires binds to turn on integrity checking if SSL\\TLS are not already active"
    return DirectoryError(8, f"00002028: LdapErr: DSID-0C090249, comment: {text} on the connection, data 0, v4563")


def invalid_credentials(data: str) -> DirectoryError:
    """The sign-in was refused; `data` is the code of why, in hexadecimal."""
    return DirectoryError(
        49, f"80090308: LdapErr: DSID-0C09044E, comment: AcceptSecurityContext error, data {data}, v4563"
    )


def no_such_object(best: str) -> DirectoryError:
    """There is no such object; `best` is the nearest name above it that there is."""
    text = f"0000208D: NameErr: DSID-0310020A, problem 2001 (NO_OBJECT), data 0, best match of:\n\t'{best}'\n"
    return DirectoryError(32, text, matched=best)


def unknown_attribute(name: str) -> DirectoryError:
    """The schema has no attribute of that name."""
    text = f"00000057: LdapErr: DSID-0C090D8A, comment: Error in attribute conversion operation ({name})"
    return DirectoryError(16, f"{text}, data 0, v4563")


def no_such_value(name: str) -> DirectoryError:
    """A value that is not there was to be deleted: the old value of a compare-and-set is no longer so."""
    return _attribute_error(16, "00002085", "1001 (NO_ATTRIBUTE_OR_VAL)", name)


def value_exists(name: str) -> DirectoryError:
    """A value was to be added that is there already."""
    return _attribute_error(20, "00002083", "1006 (ATT_OR_VALUE_EXISTS)", name)


def target_missing(name: str) -> DirectoryError:
    """An attribute that holds names would name an object that there is not."""
    return _attribute_error(19, "000020B5", "1005 (CONSTRAINT_ATT_TYPE) Referenced object not found", name)


def spn_not_unique() -> DirectoryError:
    """A service principal name would be held by two accounts."""
    return _attribute_error(19, "000021C7", "1005 (CONSTRAINT_ATT_TYPE)", "servicePrincipalName")


def out_of_range(name: str) -> DirectoryError:
    """A value is longer, larger, shorter or smaller than the schema allows."""
    return _attribute_error(19, "00002082", "1005 (CONSTRAINT_ATT_TYPE)", name)


def invalid_syntax(name: str) -> DirectoryError:
    """A value is not written as the attribute's syntax asks."""
    return _attribute_error(21, "00000057", "1007 (INVALID_ATT_SYNTAX)", name)


def invalid_dn(text: str) -> DirectoryError:
    """A name is not written as names are."""
    return DirectoryError(34, f"0000208F: NameErr: DSID-031001F7, problem 2006 (BAD_NAME), data 8350 ({text})")


def class_violation(name: str) -> DirectoryError:
    """An object would lack what its class needs, or have what it may not."""
    detail = f"problem 4002 (OBJ_CLASS_VIOLATION), data 0 ({name})"
    return DirectoryError(65, f"00002014: UpdErr: DSID-0315166D, {detail}")


def insufficient_rights() -> DirectoryError:
    """Whoever is signed in may not write that."""
    return DirectoryError(50, "00002098: SecErr: DSID-03150E8A, problem 4003 (INSUFF_ACCESS_RIGHTS), data 0")


def unwilling(reason: str, number: str = "0000209A") -> DirectoryError:
    """The directory does not do that, for the `reason` given."""
    return DirectoryError(53, f"{number}: SvcErr: DSID-031A1081, problem 5003 (WILL_NOT_PERFORM), {reason}")


def already_exists(dn: str) -> DirectoryError:
    """There is an object of that name."""
    return DirectoryError(68, f"00002071: UpdErr: DSID-0305038D, problem 6005 (ENTRY_EXISTS), data 0 ({dn})")
