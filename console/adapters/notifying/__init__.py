"""The ways by which notices leave: signed webhooks, mail, chat and on-call services; all of them through `Outbound`."""
