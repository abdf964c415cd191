"""With a defect of the samples in the console's code, the test that is named for it fails."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from console.adapters.ldap import LdapDirectories, filters, identity
from console.adapters.ldap.limits import Limits
from console.domain.checks import Refusal
from console.domain.switch import differences, names, pairing, reading, servers, verify
from console.lab.directory import Forest
from tests.adapters.ldap import test_reading, test_there_and_back
from tests.adapters.ldap.site import SteppingClock
from tests.adapters.ldap.test_parts import test_a_value_is_never_read_as_a_pattern as a_value_is_no_pattern
from tests.adapters.ldap.test_parts import test_filters_nest as filters_nest
from tests.defects import test_directory as ours
from tests.defects.planting import Plant
from tests.defects.table import DEFECTS
from tests.directory.backends import Backend, lab_backend
from tests.directory.conftest import FOREST
from tests.domain.switch import test_differences as table
from tests.domain.switch import test_pairing

pytestmark = pytest.mark.slow

BY_TEXT = "{0}.replace(direction.source.name, direction.target.name)"
SERVER = "return direction.target.legacy_dn if value and value.casefold() == direction.source.legacy_dn.casefold()"
MTA = "return direction.target.mta_dn if value and old and dn.same(value, old)"
ONLY_OURS = 'AnyOf(tuple(Equal("homeMDB", store.dn) for store in stores))'
IN_EACH_DOMAIN = "session.search(base, what, MAILBOX_ATTRIBUTES)"
OWN = "if not of_a_server(view, base, entry.dn)"
ONE_SERVER = 'AllOf((Equal("objectClass", SERVER_CLASS), Equal("cn", name)))'

PLANTS = (
    Plant(
        "directory-4",
        verify,
        "count += change is not None",
        "change, count = None, 0",
        ours.test_what_was_not_changed_is_found_by_the_proof,
        ("start", "directories"),
    ),
    Plant(
        "directory-5",
        servers,
        "    if len(found) != 1:\n        return _not_one(",
        "    if not found:\n        return _not_one(",
        test_reading.test_two_objects_of_one_name_are_refused_rather_than_guessed,
        ("directories",),
    ),
    Plant(
        "directory-6",
        differences,
        "for store in direction.target.stores\n",
        "for store in direction.target.stores[:1]\n",
        table.test_only_stores_that_are_not_marked_are_marked,
    ),
    Plant(
        "directory-7",
        pairing,
        "return plain.removesuffix(suffix).rstrip() or plain",
        "return plain",
        test_pairing.test_stores_pair_with_and_without_the_own_servers_name,
        (("Mailbox Store (EX1)",), ("Mailbox Store (EX2)",)),
    ),
    Plant(
        "directory-8",
        reading,
        'notices.append(f"There is no object of the class {object_class}; {attribute} is skipped.")',
        "pass",
        test_reading.test_what_is_absent_is_skipped_and_said,
        ("start", "directories", "no-address-list", "no object of the class msExchOAB"),
    ),
    Plant(
        "directory-9",
        identity,
        'configuration = root.one("configurationNamingContext")',
        'configuration = "CN=Configuration," + root.one("defaultNamingContext")',
        ours.test_the_configuration_of_a_child_domain_is_the_forests,
    ),
    Plant("directory-10", filters, "escape_filter_chars(value)", "value", a_value_is_no_pattern),
    Plant("directory-11", filters, "escape_filter_chars(value)", "value", filters_nest),
    Plant(
        "directory-12",
        differences,
        SERVER,
        f"return {BY_TEXT.format('value')} if value and direction.source.name in value",
        table.test_values_that_name_a_third_server_stay_and_are_said,
    ),
    Plant(
        "directory-13",
        differences,
        MTA,
        f"return {BY_TEXT.format('value')} if value and old and dn.same(value, old)",
        table.test_a_mailbox_moves_by_component_and_back_to_the_same,
        ("EX1", "EX2", "EX1 MAIL SERVER1"),
    ),
    Plant(
        "directory-14",
        differences,
        MTA,
        f"return {BY_TEXT.format('value')} if value and direction.source.name in value",
        table.test_a_mailbox_moves_by_component_and_back_to_the_same,
        ("MAIL", "MAIL2", "Corp"),
    ),
    Plant(
        "directory-15",
        differences,
        SERVER,
        SERVER.replace("value.casefold() == ", "value.casefold().startswith(") + ")",
        table.test_values_that_name_a_third_server_stay_and_are_said,
    ),
    Plant(
        "directory-16",
        differences,
        "        if not store.overwritable\n",
        "",
        table.test_only_stores_that_are_not_marked_are_marked,
    ),
    Plant(
        "directory-17",
        reading,
        IN_EACH_DOMAIN,
        'session.search(f"CN=Users,{base}", what, MAILBOX_ATTRIBUTES, subtree=False)',
        ours.test_after_a_switch_no_mailbox_anywhere_names_the_old_server,
        ("start", "directories", "awkward-units"),
    ),
    Plant(
        "directory-18",
        reading,
        f"{ONLY_OURS}))",
        "))",
        ours.test_only_mailboxes_are_fetched_however_many_objects_there_are,
        ("start", "directories", "monkeypatch"),
    ),
    Plant(
        "directory-19",
        reading,
        ONLY_OURS,
        'AnyOf((Equal("objectCategory", "person"),))',
        test_there_and_back.test_members_are_the_mailboxes_and_nothing_else,
        ("start", "directories"),
    ),
    Plant(
        "directory-20",
        reading,
        OWN,
        f'{OWN} and "Inet" not in entry.dn',
        ours.test_after_a_switch_no_mailbox_anywhere_names_the_old_server,
        ("start", "directories", "inet-org-person"),
    ),
    Plant(
        "directory-22",
        reading,
        "return any(dn.is_below(name, place) for place in places)",
        "return False",
        ours.test_what_belongs_to_a_server_stays_with_it,
        ("start", "directories"),
    ),
    Plant(
        "directory-23",
        differences,
        "(spn_release(direction), spn_claim(direction)) if change)",
        "(spn_claim(direction), spn_release(direction)) if change)",
        table.test_names_are_released_before_they_are_claimed_and_are_the_same,
    ),
    Plant(
        "directory-25",
        names,
        "if name.casefold() in held\n",
        "if not held\n",
        table.test_optional_names_move_only_where_they_are_held,
    ),
    Plant(
        "directory-27",
        names,
        "    if not hosts:\n",
        "    if hosts:\n",
        table.test_the_summary_counts_and_says_what_moving_host_does,
    ),
    Plant(
        "directory-28",
        servers,
        "session.search(base, what, wanted)]",
        'session.search(f"CN=Computers,{base}", what, wanted)]',
        test_reading.test_computers_are_found_wherever_they_lie,
        ("backend", "directories"),
    ),
    Plant(
        "directory-29",
        names,
        "interrupted = not any(view.spn_holders[name.casefold()] for name in view.mandatory_spns)",
        "interrupted = False",
        table.test_names_lost_between_release_and_claim_are_all_claimed,
    ),
    Plant(
        "directory-34",
        differences,
        "for pointer in direction.view.pointers\n",
        "for pointer in direction.view.pointers[:3]\n",
        ours.test_every_routing_group_update_service_and_address_list_follows,
    ),
    Plant(
        "directory-35",
        differences,
        "        if dn.same(pointer.value, direction.source.dn)\n",
        "        if direction.source.name in pointer.value\n",
        table.test_pointers_move_only_from_the_source,
    ),
)


@pytest.fixture
def given(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[object], Any]]:
    """Gives what a test is given under a name, and any other word as it is."""
    with ExitStack() as stack:

        def start(forest: Forest) -> Backend:
            return stack.enter_context(lab_backend(forest))

        makers: dict[object, Callable[[], Any]] = {
            "start": lambda: start,
            "backend": lambda: start(FOREST),
            "directories": lambda: LdapDirectories(SteppingClock(), Limits(connect=5, answer=5, page=7)),
            "monkeypatch": lambda: monkeypatch,
        }
        yield lambda word: makers.get(word, lambda: word)()


@pytest.mark.parametrize("plant", PLANTS, ids=lambda plant: plant.defect)
def test_a_test_that_shows_a_defect_fails_where_the_defect_is(
    plant: Plant, given: Callable[[object], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    named = next(defect.shown_by for defect in DEFECTS if defect.key == plant.defect)
    assert plant.shown_by.__name__ in {name.partition("::")[2] for name in named}
    plant.put(monkeypatch)
    with pytest.raises((AssertionError, Refusal)):
        plant.shown_by(*map(given, plant.words))
