"""The ten defects of the printed batch files and of the set-up around them.

A row each, in the order of the list: what the sample does, what is done here, and the tests that show it.
"""

from tests.defects.places import (
    PLANTED,
    RENDERED,
    SAMPLE_LINT,
    SCRIPT,
    SILENT,
    STARTS,
    STOPS,
    WATCHES,
)

ROWS: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    (
        "A name stands behind one % sign instead of between two, so its letters are passed on in place of its value.",
        "Every file is read by a linter before it is deployed, and % signs must be in pairs.",
        (PLANTED, SAMPLE_LINT, RENDERED),
    ),
    (
        "A leftover % and letter stand between two arguments.",
        "The linter again; and the scripts pass no server's name at all.",
        (PLANTED, SAMPLE_LINT, RENDERED),
    ),
    (
        "The command for a message is spelled in three ways, two of which no node has.",
        "Only commands that a node is known to have pass the linter; the message is seen to be sent.",
        (PLANTED, SAMPLE_LINT, STARTS + "test_without_its_partition_it_starts_nothing_and_tells_everybody_once"),
    ),
    (
        "STOP.BAT of 2007 jumps to a label that is nowhere, so nothing is stopped.",
        "Every label that is jumped to must be there, once; and the stop is run, for both generations.",
        (PLANTED, STOPS + "test_it_stops_in_reverse_order_with_the_watches_of_the_start_and_tells_once"),
    ),
    (
        "Two watches of 2007 are set up under one name and released under another.",
        "A service's watch has one name, made from the service's, and the linter compares both scripts.",
        (
            PLANTED,
            WATCHES,
            STARTS + "test_each_generation_starts_and_stops_its_own_services_imap_among_them_where_it_is_used",
        ),
    ),
    (
        "The settings hold the domain administrator's password, and a command line shows it.",
        "No script holds or is given a password; the node's key lies in a file of its own.",
        (
            PLANTED,
            "node_scripts/test_render.py::test_no_script_takes_a_word_that_looks_like_a_secret",
            "secrets/test_nowhere.py::test_no_secret_is_anywhere_but_in_the_file_of_its_node",
        ),
    ),
    (
        "The store is started before the topology service that it reads the directory by.",
        "The catalog has the topology service first, and so has the rendered script.",
        (
            SCRIPT + "test_the_topology_service_is_started_before_what_reads_the_directory_by_it",
            "catalog/test_generations.py::test_2007_starts_the_topology_service_first_and_fifteen_in_all",
        ),
    ),
    (
        "The script that changes the directory ends with 0 whatever happened to it.",
        "0 means nothing: go is a code of its own together with a file that names the run.",
        (
            SILENT + "test_a_client_that_breaks_off_or_leaves_no_file_is_silence_whatever_its_exit_code",
            SCRIPT + "test_every_way_out_of_a_script_says_how_it_ended",
        ),
    ),
    (
        "A step of the set-up deletes the files of a folder whose name no other step has made.",
        "Files are renamed into a dated folder, never deleted; the goal is that the live stores are on the partition.",
        (
            "procedures/test_guide.py::"
            "test_what_deletes_in_the_guide_is_done_when_the_primarys_stores_live_on_the_partition",
            "setup_actions/test_clearing.py::test_every_file_is_renamed_into_a_dated_folder_and_none_is_lost",
            "setup_actions/test_clearing.py::test_on_a_live_cluster_another_set_up_touches_not_one_file",
            SCRIPT + "test_no_script_deletes_anything_but_its_own_note",
        ),
    ),
    (
        "The headings of three steps of the set-up name the standby where their text means the active server.",
        "The text holds.",
        ("procedures/test_guide.py::test_the_text_of_a_step_holds_against_its_heading",),
    ),
)
