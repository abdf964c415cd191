"""What users will notice and must do after a move, from the notes of the guide (both chapters, “Notes”)."""

BOTH = (
    "Users may see a line error, and sending or receiving may fail during the move; trying again afterwards works.",
    "Outlook that uses MAPI must be restarted after the move.",
    "POP3, IMAP4, SMTP and OWA clients that use the node's name lose the server; they must use the floating IP.",
    "Message tracking must name the node that operates now.",
    "The event log may show a discrepancy in the published security data of the System Attendant; it is harmless.",
)
ONLY_2003 = (
    "System Manager must be pointed to the operating node for public and system folders.",
    "A public folder opened in OWA by the other node's URL must be opened again.",
)
ONLY_2007 = ("Users of OWA, POP3, SMTP or IMAP4 may be asked to log on again.",)


def advice(generation: str) -> tuple[str, ...]:
    """The sentences for a generation, `2003` or `2007`."""
    return BOTH + (ONLY_2003 if generation == "2003" else ONLY_2007)
