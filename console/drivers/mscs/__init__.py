"""Microsoft's cluster service, and Exchange 2007's own tools for clustered mailbox servers on it."""
