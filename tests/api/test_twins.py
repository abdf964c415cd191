"""What a page does a program does too: every page that acts has its twins in the API, or a sentence why it has none."""

import pytest

from tests.access.routes import Route, routes
from tests.api.world import ADDRESSES

OWN = "It is about a person's own way in: an account, a browser, a password, a second factor. A program has its token."
FRESH = "It lets people in or shuts them out by their second factor, session or directory: for who has just signed in."
MADE = "A token makes no other one: whoever makes one has just signed in."
PASSWORD = "A password is given and entered by people, on a page that nothing records; it never comes by a token."
VIEW = "It is how one person looks at pages."
SAVED = "It keeps a search under a name for its page; a program sends the conditions themselves."
NODES = "Nodes speak here, and sign what they send; docs/webhook.md is its description."
INVENTORY = ("put_site", "put_cluster_entry", "put_inventory")
TWINS: dict[str, tuple[str, ...] | str] = {
    **dict.fromkeys(("sign-in", "account_login", "account_reauthenticate", "openid_connect_login", "sign-out"), OWN),
    **dict.fromkeys(("change-password", "end-own-session", "end-other-sessions"), OWN),
    **dict.fromkeys(("mfa_index", "mfa_authenticate", "mfa_reauthenticate", "mfa_activate_totp"), OWN),
    **dict.fromkeys(("mfa_deactivate_totp", "mfa_list_webauthn", "mfa_add_webauthn", "mfa_remove_webauthn"), OWN),
    **dict.fromkeys(("mfa_reauthenticate_webauthn", "mfa_view_recovery_codes", "mfa_generate_recovery_codes"), OWN),
    **dict.fromkeys(("end-session", "reset-second-factors", "sign-in-directory-add"), FRESH),
    **dict.fromkeys(("sign-in-directory-remove", "group-mapping-add", "group-mapping-remove"), FRESH),
    **dict.fromkeys(("hook-events", "hook-run", "^hooks/"), NODES),
    **dict.fromkeys(("save-audit-filter", "change-audit-filter", "remove-audit-filter"), SAVED),
    **dict.fromkeys(("theme", "language", "reading"), VIEW),
    "people-password": PASSWORD,
    "make-token": MADE,
    "observe-all": ("observe_all",),
    "observe-cluster": ("observe_cluster",),
    "prepare-plan": ("prepare_plan",),
    "check-preparation": ("prove_procedure",),
    "setup-errors": ("recognise_set_up_error",),
    "node-scripts-set": ("set_scripts",),
    "node-scripts-ask": ("ask_scripts",),
    "diagnose": ("diagnose",),
    "prepare-repair": ("prepare_repair",),
    "set-up-logs": ("hand_in_log",),
    "prove-procedure": ("prove_procedure",),
    "prepare-procedure": ("prepare_plan",),
    "setup-say": ("say_step",),
    "setup-accept": ("accept_step",),
    "setup-check-again": ("check_again",),
    "setup-pause": ("pause_procedure",),
    "setup-resume": ("resume_procedure",),
    "setup-hand-over": ("hand_over",),
    "setup-give-up": ("give_up",),
    "confirm-plan": ("confirm_plan",),
    "ask-approval": ("ask_approval",),
    "approve-plan": ("approve_plan",),
    "deny-plan": ("deny_plan",),
    "withdraw-approval": ("withdraw_approval",),
    "plan-again": ("prepare_again",),
    "override-plan": ("override_plan",),
    "acknowledge-emergency": ("acknowledge_alarm",),
    "approval-rules-set": ("set_approval_rules",),
    "ticket-operation": ("give_ticket",),
    "undo-operation": ("prepare_undo",),
    "stop-operation": ("stop_operation",),
    "carry-on-operation": ("carry_on_operation",),
    "acknowledge-operation": ("acknowledge_operation",),
    "begin-drill": ("begin_drill",),
    "drill-plan": ("plan_drill",),
    "drill-end": ("end_drill",),
    "add-window": ("make_window",),
    "end-window": ("end_window",),
    "schedule-move": ("schedule_move",),
    "cancel-scheduled": ("cancel_move",),
    "incident": ("take_incident",),
    "let-incident-go": ("let_incident_go",),
    "stop-on": ("set_stop",),
    "stop-off": ("lift_stop",),
    "lift-cooldown": ("lift_cooldown",),
    "acknowledge-alarm": ("acknowledge_alarm",),
    "decide-again": ("decide_again",),
    "inventory-apply": ("put_inventory",),
    "credential-trials": ("try_credential",),
    "inventory-add": INVENTORY,
    "inventory-edit": INVENTORY,
    "inventory-remove": ("put_inventory",),
    "first": ("ask_node",),
    "first-file": ("read_configuration",),
    "first-found": ("put_cluster_entry",),
    "first-again": ("ask_node_again",),
    "first-directory": ("put_inventory", "ask_node_again"),
    "rights-roles": ("set_roles", "set_group_roles"),
    "people-add": ("add_person",),
    "people-switch": ("switch_person",),
    "people-unlock": ("unlock_person",),
    "unlock-sign-in": ("unlock_sign_in",),
    "people-add-group": ("add_group",),
    "people-group": ("set_members",),
    "people-remove-group": ("remove_group",),
    "add-channel": ("make_channel",),
    "change-channel": ("change_channel",),
    "remove-channel": ("remove_channel",),
    "test-channel": ("test_channel",),
    "renew-channel-secret": ("renew_secret",),
    "send-again": ("send_again",),
    "add-notice-rule": ("make_notice_rule",),
    "notice-rule": ("change_notice_rule",),
    "remove-notice-rule": ("remove_notice_rule",),
    "revoke-token": ("revoke_token",),
}
"""By the name of the page that takes what is sent."""
ACTING = [route for route in routes() if route.door is not None and "POST" in route.door.methods]
KNOWN = {address.operation: address for address in ADDRESSES}


def test_every_page_that_acts_has_its_twins_or_says_why_it_has_none() -> None:
    names = {route.name for route in ACTING}
    assert names - set(TWINS) == set(), "name the address of the API that does the same, or say why there is none"
    assert set(TWINS) - names == set(), "there is no such page any more"


def test_every_twin_is_there_and_takes_what_is_sent() -> None:
    named = {one for twins in TWINS.values() if not isinstance(twins, str) for one in twins}
    assert {one for one in named if one not in KNOWN or KNOWN[one].method == "get"} == set()


def test_every_address_that_acts_is_the_twin_of_a_page() -> None:
    named = {one for twins in TWINS.values() if not isinstance(twins, str) for one in twins}
    assert {one for one, address in KNOWN.items() if address.method != "get"} - named == set()


ONE_FOR_TWO = "acknowledge-emergency"
"""Programs acknowledge an emergency where they acknowledge any alarm; there it takes the same right as here."""


@pytest.mark.parametrize(
    "route",
    [one for one in ACTING if not isinstance(TWINS.get(one.name, ""), str) and one.name != ONE_FOR_TWO],
    ids=lambda route: route.name,
)
def test_a_twin_takes_the_right_that_its_page_takes(route: Route) -> None:
    assert route.door is not None
    wanted = {KNOWN[one].right for one in TWINS[route.name]}
    assert wanted == {route.door.post or route.door.right}
