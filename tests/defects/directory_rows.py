"""The 43 defects of the printed script that changes the directory, and of the batch files that call it.

A row each, in the order of the list: what the sample does, what is done here, and the tests that show it.
"""

from tests.defects.places import (
    DIFFERENCES,
    OURS,
    PLANTED,
    READING,
    RENDERED,
    SAMPLE_LINT,
    SCRIPT,
    STARTS,
    STOPS,
    THERE_AND_BACK,
    WATCHES,
)

ROWS: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    (
        "The first call that fails ends the run, and the directory stays half changed.",
        "Every step is journaled and found done when it is; another worker carries on from where the first one was.",
        (
            "moves/test_switch_cut.py::test_a_loss_at_any_write_is_made_good",
            "adapters/ldap/test_lost_connections.py::test_one_loss_is_survived_whether_the_write_was_done_or_not",
        ),
    ),
    (
        "Were errors ignored, an object that is not found would leave the one before it to be written instead.",
        "Each change names its object by GUID and carries the value that must be there; what is gone is left out.",
        (
            OURS + "test_an_object_that_is_gone_leaves_every_other_with_its_own_values",
            "adapters/ldap/test_session.py::test_a_missing_object_and_a_missing_target_are_told_apart",
        ),
    ),
    (
        "Errors leave no code, so Exchange is started on a directory that was not changed.",
        "Services start after the directory is proved, and not when a step of it failed.",
        (
            "moves/test_replication.py::test_a_replication_that_does_not_come_fails_with_its_remedy_and_starts_nothing",
            "moves/test_scripted.py::"
            "test_no_service_starts_before_the_directory_is_switched_and_it_is_switched_only_after_the_stop",
        ),
    ),
    (
        "Nothing is read back, counted or logged.",
        "Everything is read again by fresh searches, and what differs is named.",
        (OURS + "test_what_was_not_changed_is_found_by_the_proof", THERE_AND_BACK),
    ),
    (
        "Of each class the first object found is taken, whatever server it belongs to.",
        "Reading begins at the two named servers and goes down from there.",
        (
            "adapters/ldap/test_there_and_back.py::test_only_one_cluster_of_two_is_switched",
            READING + "test_two_objects_of_one_name_are_refused_rather_than_guessed",
        ),
    ),
    (
        "Only the first store of the first storage group may be overwritten; the others do not mount.",
        "Every store of the target is marked, but for recovery groups.",
        (
            READING + "test_every_store_is_read_but_those_of_recovery_groups",
            DIFFERENCES + "test_only_stores_that_are_not_marked_are_marked",
        ),
    ),
    (
        "It rests on stores of both servers having the same names.",
        "Stores are paired by their names with the server's own name left out; one without partner refuses the switch.",
        (
            "domain/switch/test_pairing.py::test_stores_pair_with_and_without_the_own_servers_name",
            "adapters/ldap/test_there_and_back.py::test_a_store_without_partner_is_a_reason_not_to",
        ),
    ),
    (
        "A class without any object ends the run.",
        "What is absent is skipped, and said.",
        (READING + "test_what_is_absent_is_skipped_and_said",),
    ),
    (
        "The name of the Configuration container is made from the domain's, which is wrong in a child domain.",
        "It is the one that the domain controller gives.",
        (OURS + "test_the_configuration_of_a_child_domain_is_the_forests",),
    ),
    (
        "Names are concatenated without escaping.",
        "Names are parsed and compared by component, and filters are encoded as values.",
        (
            "adapters/ldap/test_session.py::test_names_with_special_characters_are_found_exactly",
            "domain/test_dn.py::test_a_name_is_split_into_the_parts_it_was_made_of",
            "adapters/ldap/test_parts.py::test_a_value_is_never_read_as_a_pattern",
        ),
    ),
    (
        "As printed, names have an empty component and queries lack a mark, so the 2003 script cannot run.",
        "No query is a text: the adapter encodes filters, and a directory refuses a name that is none.",
        (
            "adapters/ldap/test_parts.py::test_filters_nest",
            "directory/test_contract_reading.py::test_a_name_that_is_none_is_invalid",
        ),
    ),
    (
        "The server's name is replaced wherever its letters occur: SERVER1 also in SERVER10.",
        "A value changes only when it is exactly the old server's.",
        (
            DIFFERENCES + "test_values_that_name_a_third_server_stay_and_are_said",
            "adapters/ldap/test_there_and_back.py::test_mailboxes_of_similar_servers_stay_where_they_are",
            "moves/test_traps.py::test_mailboxes_of_servers_with_similar_names_are_not_touched",
        ),
    ),
    (
        "It is also replaced in the names of the organization, of stores and of the domain.",
        "The new value is the target's own, computed from no text.",
        (
            DIFFERENCES + "test_a_mailbox_moves_by_component_and_back_to_the_same",
            "moves/test_traps.py::"
            "test_an_organization_called_like_the_server_keeps_its_name_and_awkward_units_their_people",
        ),
    ),
    (
        "Run twice where one name contains the other, it makes MAIL22 of MAIL2.",
        "A second run finds nothing to change.",
        (DIFFERENCES + "test_a_mailbox_moves_by_component_and_back_to_the_same", THERE_AND_BACK),
    ),
    (
        "Users of other servers with similar names are dragged along.",
        "Mailboxes are chosen by exactly the stores of the two servers.",
        (
            "adapters/ldap/test_there_and_back.py::test_mailboxes_of_similar_servers_stay_where_they_are",
            DIFFERENCES + "test_values_that_name_a_third_server_stay_and_are_said",
        ),
    ),
    (
        "It writes even where nothing changes.",
        "Only differences are written; a second switch sends no write.",
        (
            THERE_AND_BACK,
            "moves/test_there_and_back.py::test_a_second_switch_sends_no_write",
            DIFFERENCES + "test_only_stores_that_are_not_marked_are_marked",
        ),
    ),
    (
        "Only users directly below one container are found.",
        "The whole of each domain that the controller holds is searched; a domain that it lacks is a check of its own.",
        (OURS + "test_after_a_switch_no_mailbox_anywhere_names_the_old_server",),
    ),
    (
        "Every object of the container is fetched, without filter or pages.",
        "The server filters, and answers in pages.",
        (
            OURS + "test_only_mailboxes_are_fetched_however_many_objects_there_are",
            "adapters/ldap/test_session.py::test_a_search_goes_over_many_pages",
        ),
    ),
    (
        "Whoever has an address counts as a mailbox, and a mailbox without an address does not.",
        "A mailbox is what has a store.",
        ("adapters/ldap/test_there_and_back.py::test_members_are_the_mailboxes_and_nothing_else",),
    ),
    (
        "Mailboxes of other classes than user are missed.",
        "Every person with a store counts, inetOrgPerson among them.",
        (OURS + "test_after_a_switch_no_mailbox_anywhere_names_the_old_server",),
    ),
    (
        "Each user is written three times, and may be left with one value moved and another not.",
        "One write for each object: all of it or nothing.",
        (
            OURS + "test_every_object_is_written_once",
            "adapters/ldap/test_session.py::test_nothing_of_a_change_is_applied_when_a_part_does_not_fit",
        ),
    ),
    (
        "The servers' own mailboxes are neither handled nor left out on purpose.",
        "They belong to their server and are left out on purpose.",
        (
            OURS + "test_what_belongs_to_a_server_stays_with_it",
            "adapters/ldap/test_there_and_back.py::test_members_are_the_mailboxes_and_nothing_else",
        ),
    ),
    (
        "Names are added to one account before they are taken off the other, which a controller refuses.",
        "They are released, then claimed.",
        (
            DIFFERENCES + "test_names_are_released_before_they_are_claimed_and_are_the_same",
            OURS + "test_names_are_two_writes_and_released_first",
        ),
    ),
    (
        "Twelve writes for the names; where it ends between them they are split.",
        "Two writes; and where nobody has the names, the next worker claims them.",
        (
            OURS + "test_names_are_two_writes_and_released_first",
            "moves/test_switch_names.py::"
            "test_a_worker_killed_while_nobody_has_the_names_is_followed_by_one_that_claims_them",
        ),
    ),
    (
        "The names of SMTP are not moved.",
        "Further classes are a setting of the cluster, and move where they are held.",
        (
            READING + "test_the_names_that_may_move_are_looked_up_one_by_one",
            DIFFERENCES + "test_optional_names_move_only_where_they_are_held",
        ),
    ),
    (
        "A start on the primary deletes names that are not there.",
        "A start where the directory already points writes nothing.",
        ("moves/test_takeover.py::test_both_nodes_restart_and_the_group_starts_without_a_directory_change",),
    ),
    (
        "HOST names are taken from a machine that may be alive, without a word.",
        "The plan says what that means for the machine that loses them.",
        (DIFFERENCES + "test_the_summary_counts_and_says_what_moving_host_does",),
    ),
    (
        "Computer accounts are expected in one container.",
        "They are found by their names, wherever they lie.",
        (READING + "test_computers_are_found_wherever_they_lie",),
    ),
    (
        "A file of names is made once, never made anew, and in 2007 adds before it deletes: then nobody has them.",
        "There is no such file: what is there is compared with what should be, every time.",
        (
            SCRIPT + "test_no_script_writes_the_directory_or_calls_what_does",
            DIFFERENCES + "test_names_lost_between_release_and_claim_are_all_claimed",
        ),
    ),
    (
        "An array has a place too many, and a number of another call stands for an answer of yes or no.",
        "The client's signatures are held to examples that others have computed, and its files are opened by name.",
        (
            SCRIPT + "test_files_are_made_with_a_plain_yes_to_overwriting",
            "node_scripts/test_vectors.py::test_its_signatures_are_those_of_the_examples",
        ),
    ),
    (
        "Whether the file is used depends on what lies in the script's folder of that node.",
        "Both nodes have the same files, in which no node is named.",
        (SCRIPT + "test_no_script_depends_on_the_node_that_it_lies_on",),
    ),
    (
        "The direction follows from the rank of the node on which it runs.",
        "It follows from who holds the group and what the directory names.",
        (
            SCRIPT + "test_the_rank_of_the_node_decides_nothing",
            "domain/events/test_decide.py::test_a_node_that_asks",
        ),
    ),
    (
        "The mark that lets a store be overwritten is never taken back.",
        "What was there before is kept in a receipt, and an undo puts it back.",
        (
            "moves/test_undo.py::test_an_undo_after_a_failure_at_each_step_restores_everything",
            "moves/test_there_and_back.py::"
            "test_failover_and_failback_succeed_and_leave_the_directory_as_it_was_but_for_the_planned_flags",
        ),
    ),
    (
        "Only the first routing group and the first address list are handled.",
        "All that name the old server are; what names another server is left alone, and said.",
        (
            OURS + "test_every_routing_group_update_service_and_address_list_follows",
            READING + "test_what_names_another_server_is_left_alone_and_said",
        ),
    ),
    (
        "They are rewritten by replacing text as well.",
        "A pointer changes only when it names exactly the old server.",
        (DIFFERENCES + "test_pointers_move_only_from_the_source",),
    ),
    (
        "Both nodes may run it at once.",
        "One acting operation for each cluster, by a constraint of the database, and one go.",
        (
            "services/test_confirm.py::test_of_many_who_confirm_at_once_one_opens_and_all_get_the_same",
            "moves/test_takeover.py::test_two_nodes_that_start_without_a_heartbeat_get_exactly_one_go",
        ),
    ),
    (
        "Any domain controller may serve a run.",
        "One controller serves an operation; referrals are not followed.",
        (
            "adapters/ldap/test_bad_answers.py::test_a_referral_is_never_followed",
            "moves/test_replication.py::test_the_plan_names_both_controllers_and_waits_before_the_first_service_starts",
        ),
    ),
    (
        "The password of a domain administrator stands in a batch file, and on a command line.",
        "As for the scripts, 6.",
        (PLANTED, "secrets/test_nowhere.py::test_no_secret_is_anywhere_but_in_the_file_of_its_node"),
    ),
    ("The name behind one % sign.", "As for the scripts, 1.", (PLANTED, RENDERED)),
    (
        "The label that is nowhere.",
        "As for the scripts, 4.",
        (PLANTED, STOPS + "test_it_stops_in_reverse_order_with_the_watches_of_the_start_and_tells_once"),
    ),
    (
        "The watches that are never released; their services go on.",
        "As for the scripts, 5; and a service that no watch knows of is stopped by itself.",
        (PLANTED, WATCHES, STOPS + "test_a_service_that_no_watch_knows_of_is_stopped_by_itself"),
    ),
    (
        "STOP.BAT knows no RECOVER and says that the cluster is offline.",
        "Both scripts know every event; a stop stops.",
        (
            STOPS + "test_it_stops_in_reverse_order_with_the_watches_of_the_start_and_tells_once",
            STARTS + "test_on_the_return_of_the_node_it_only_tells",
        ),
    ),
    ("The command for a message in three spellings.", "As for the scripts, 3.", (PLANTED, SAMPLE_LINT)),
)
