"""The page of a procedure under way: what is next and who must do it, the answers people give, and who has it."""

import re
from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.html import strip_tags

from console.domain.outcome import WaitsFor
from console.models import AuditRecord, Cluster, JournalLine, Operation, PlanRecord, ReceiptRecord
from console.services.clock import database_now
from console.services.progress import progress_of
from tests.services import making
from tests.web import setup_world, world
from tests.web.setup_world import PROOF, WORD

pytestmark = pytest.mark.slow

Page = Callable[..., str]
SENTENCE = "Added the account on the Account tab of the builder."


@pytest.fixture
def resting(tokyo: Cluster) -> Operation:
    """A set-up that waits for a person's word."""
    return setup_world.at_rest(tokyo)


def place(operation: Operation) -> str:
    """Its page."""
    return reverse("operation", args=[operation.pk])


def do(client: Client, what: str, operation: Operation, **data: str) -> tuple[int, str]:
    """Press a button of the board; the status and the text of the page that comes of it."""
    response = client.post(reverse(f"setup-{what}", args=[operation.pk]), data)
    if response.status_code == 302:
        return 302, client.get(response["Location"]).content.decode()
    return response.status_code, response.content.decode()


def test_a_procedure_is_planned_from_its_page_like_any_operation(olga: Client, tokyo: Cluster, page: Page) -> None:
    address = reverse("procedure", args=["TOKYO", setup_world.KEY])
    assert "</svg>Start</button>" in page(olga, address)
    response = olga.post(reverse("prepare-procedure", args=["TOKYO", setup_world.KEY]))
    assert re.fullmatch(r"/plans/\d+/", response["Location"])
    assert "Set up Exchange 2003 TOKYO" in page(olga, response["Location"])


def test_its_plan_says_who_does_what_and_is_begun_by_a_reason(olga: Client, tokyo: Cluster, page: Page) -> None:
    record = setup_world.planned(tokyo)
    text = page(olga, reverse("plan", args=[record.pk]))
    assert "Goes through the procedure on TOK-EX1 and TOK-EX2" in strip_tags(text)
    assert "a person, who says so" in text
    assert "Every mailbox" not in text
    assert "Begin it now" in text
    said = {"hash": record.hash, "reason": "a new pair"}
    response = olga.post(reverse("confirm-plan", args=[record.pk]), said)
    assert Operation.objects.get(plan=record).kind == "setup-2003"
    assert response["Location"].startswith("/operations/")


def test_a_plan_that_was_refused_is_asked_for_again_as_a_procedure(olga: Client, tokyo: Cluster, page: Page) -> None:
    again = reverse("prepare-procedure", args=["TOKYO", setup_world.KEY])
    response = olga.post(again)
    PlanRecord.objects.update(state="refused", refusal={"headline": "Not now.", "reasons": []})
    text = page(olga, response["Location"])
    assert "Not now." in text
    assert f'action="{again}"' in text


def test_one_that_is_under_way_is_led_to_instead_of_planned_again(
    olga: Client, tokyo: Cluster, resting: Operation, page: Page
) -> None:
    response = olga.post(reverse("prepare-procedure", args=["TOKYO", setup_world.KEY]))
    assert response["Location"] == place(resting)
    assert "Under way" in page(olga, reverse("procedure", args=["TOKYO", setup_world.KEY]))


def test_the_page_says_what_is_next_who_must_do_it_and_how(olga: Client, resting: Operation, page: Page) -> None:
    text = page(olga, place(resting))
    box = text[text.index('id="next-step"') : text.index('id="hands-title"')]
    assert "for olga" in box
    assert "Make the domain account known to the cluster product" in box
    assert "3.bullet-1" in box
    assert "What you did or saw, in a sentence" in box
    assert "waiting for a person" in text
    assert "mail not touched" not in text


def test_both_nodes_stand_side_by_side(olga: Client, resting: Operation, page: Page) -> None:
    text = page(olga, place(resting))
    lanes = dict(re.findall(r'lane-step lane-step--(primary|standby|both)[^"]*" id="board-(\d+)"', text)[::-1])
    assert set(lanes) == {"primary", "standby", "both"}
    assert 'lane-step--standby" id="board-12"' in text
    assert 'lane-step--primary" id="board-18"' in text
    assert 'lane-step--both lane-step--now" id="board-3"' in text


def test_a_word_is_kept_with_its_evidence_and_it_goes_on(olga: Client, resting: Operation) -> None:
    status, text = do(olga, "say", resting, step=WORD, said=SENTENCE)
    assert status == 302
    assert "Your word is kept" in text
    resting.refresh_from_db()
    assert resting.status == "queued"
    assert JournalLine.objects.filter(operation=resting, kind="said", text__contains=SENTENCE).count() == 1


def test_a_second_click_changes_nothing(olga: Client, resting: Operation) -> None:
    for _ in range(2):
        assert do(olga, "say", resting, step=WORD, said=SENTENCE)[0] == 302
    assert JournalLine.objects.filter(operation=resting, kind="said").count() == 1


def test_of_two_people_the_second_is_told_who_was_first_and_keeps_what_was_typed(
    olga: Client, ada: Client, resting: Operation
) -> None:
    do(olga, "say", resting, step=WORD, said=SENTENCE)
    status, text = do(ada, "say", resting, step=WORD, said="I did so as well, in the builder.")
    assert status == 409
    assert "olga has said so already" in text
    assert JournalLine.objects.filter(operation=resting, kind="said").count() == 1


def test_a_page_that_is_out_of_date_cannot_answer_another_step(olga: Client, resting: Operation) -> None:
    setup_world.rests_at(resting, PROOF, WaitsFor.PROOF)
    status, text = do(olga, "say", resting, step=WORD, said=SENTENCE)
    assert status == 409
    assert "is not due yet" in text
    assert "First comes 1, " in text


def test_a_word_is_no_proof_of_what_the_console_proves(olga: Client, tokyo: Cluster, page: Page) -> None:
    operation = setup_world.at_rest(tokyo, PROOF, WaitsFor.PROOF)
    text = page(olga, place(operation))
    assert f'name="step" value="{PROOF}"' not in text
    assert "Not there yet: network." in text
    assert "Mend network." in text
    status, text = do(olga, "say", operation, step=PROOF, said=SENTENCE)
    assert status == 409
    assert "a word is no proof" in text


@pytest.mark.parametrize(("said", "wanted"), [("", "Say in a sentence what you did"), ("done", "That is no sentence")])
def test_what_is_no_sentence_is_not_kept_and_stays_in_the_form(
    olga: Client, resting: Operation, said: str, wanted: str
) -> None:
    status, text = do(olga, "say", resting, step=WORD, said=said)
    assert status in (409, 422)
    assert wanted in text
    assert f"{said}</textarea>" in text
    assert not JournalLine.objects.filter(operation=resting, kind="said").exists()


def test_what_has_to_be_mended_is_said_even_where_a_word_is_due(olga: Client, tokyo: Cluster, page: Page) -> None:
    operation = setup_world.at_rest(tokyo, WORD, WaitsFor.MEND)
    text = page(olga, place(operation))
    assert "Not there yet: account." in text
    assert "Mend account." in text
    assert "the console tries once more" in text


def test_what_holds_already_is_no_task(olga: Client, tokyo: Cluster, page: Page) -> None:
    seen = {"network/bullet-3": {"verdict": "pass", "reason": "No adapter registers itself."}}
    operation = setup_world.at_rest(tokyo, PROOF, WaitsFor.PROOF, findings=seen)
    text = page(olga, place(operation))
    box = text[text.index('id="next-step"') : text.index('id="hands-title"')]
    tasks = [strip_tags(heading) for heading in re.findall(r"<h3>(.+?)</h3>", box)]
    assert tasks == [
        "Set the network adapters as a cluster needs them",
        "The interconnect names no DNS server and has NetBIOS off",
        "Look up what else a cluster asks of adapters in the deployment guide of Exchange 2003",
    ]


def test_what_is_confirmed_does_not_show_the_remedy_of_what_it_is_a_part_of(
    olga: Client, tokyo: Cluster, page: Page
) -> None:
    seen = {"network/bullet-2": {"verdict": "fail", "reason": "The interconnect names a DNS server."}}
    text = page(olga, place(setup_world.at_rest(tokyo, PROOF, WaitsFor.PROOF, findings=seen)))
    box = text[text.index('id="next-step"') : text.index('id="hands-title"')]
    assert "Look up what else a cluster asks of adapters" in box
    assert box.count("Clear the DNS servers of the interconnect adapter") == 1


UNKNOWN = {PROOF: {"verdict": "unknown", "reason": "The node does not tell."}}
ACCEPTED = {"step": PROOF, "said": "The adapters were looked at on both nodes.", "typed": "TOKYO"}


def test_what_nothing_can_tell_of_is_accepted_by_typing_the_clusters_name(
    olga: Client, tokyo: Cluster, page: Page
) -> None:
    operation = setup_world.at_rest(tokyo, PROOF, WaitsFor.PROOF, findings=UNKNOWN)
    text = page(olga, place(operation))
    assert "Accept it unproved</button>" in text
    assert "Type <code>TOKYO</code> to accept it" in text
    assert do(olga, "accept", operation, **ACCEPTED)[0] == 302
    operation.refresh_from_db()
    assert operation.status == "queued"
    text = page(olga, place(operation))
    row = text[text.index("lane-row--accepted") :].partition('class="lane-row ')[0]
    assert "Not proved: accepted by olga: The adapters were looked at" in row
    assert "tone-unknown" in row
    assert "tone-good" not in row
    assert "1 of them not proved" in text
    text = page(olga, reverse("setup-record", args=[operation.pk]))
    assert "not proved, accepted" in text
    assert "accepted that nobody can prove a step of setup-2003 on TOKYO: step 1" in text


@pytest.mark.parametrize(
    ("change", "wanted"),
    [
        ({"typed": "tokyo"}, "Type the name of the cluster, TOKYO, to accept it."),
        ({"typed": ""}, "Type the name of the cluster, TOKYO, to accept it."),
        ({"said": ""}, "Say in a sentence how you know"),
        ({"said": "trust me"}, "That is no sentence"),
    ],
)
def test_without_name_or_sentence_nothing_is_accepted_and_the_form_keeps_what_was_typed(
    olga: Client, tokyo: Cluster, change: dict[str, str], wanted: str
) -> None:
    operation = setup_world.at_rest(tokyo, PROOF, WaitsFor.PROOF, findings=UNKNOWN)
    sent = {**ACCEPTED, **change}
    status, text = do(olga, "accept", operation, **sent)
    assert status in (409, 422)
    assert wanted in text
    assert f"{sent['said']}</textarea>" in text
    assert f'value="{sent["typed"]}"' in text
    assert not JournalLine.objects.filter(kind="accepted").exists()


def test_what_certainly_does_not_hold_has_no_such_form_and_is_refused(
    olga: Client, rita: Client, tokyo: Cluster, page: Page
) -> None:
    lacks = {PROOF: {"verdict": "fail", "reason": "The interconnect comes first."}}
    operation = setup_world.at_rest(tokyo, PROOF, WaitsFor.PROOF, findings=lacks)
    assert "Accept it unproved" not in page(olga, place(operation))
    status, text = do(olga, "accept", operation, **ACCEPTED)
    assert status == 409
    assert "does not hold, and that is certain: The interconnect comes first." in text
    setup_world.rests_at(operation, PROOF, WaitsFor.PROOF, findings=UNKNOWN)
    assert "Accept it unproved" not in page(rita, place(operation))
    assert rita.post(reverse("setup-accept", args=[operation.pk]), ACCEPTED).status_code == 403


def test_a_move_of_which_nobody_can_tell_who_holds_the_disk_is_taken_on_for_one_try(
    olga: Client, tokyo: Cluster, page: Page
) -> None:
    seen = {"to-standby": {"verdict": "fail", "reason": "The group is on TOK-EX1."}}
    operation = setup_world.at_rest(tokyo, "to-standby", WaitsFor.RISK, findings=seen)
    assert "Take it on and go ahead</button>" in page(olga, place(operation))
    sent = {"step": "to-standby", "said": "Nobody is signed in on TOK-EX1.", "typed": "TOKYO"}
    assert do(olga, "accept", operation, **{**sent, "typed": ""})[0] == 422
    assert do(olga, "accept", operation, **sent)[0] == 302
    assert do(olga, "accept", operation, **sent)[0] == 302, "the same click twice"
    (line,) = JournalLine.objects.filter(operation=operation, kind="taken-on")
    assert (line.step, line.text.startswith("olga takes it on: Nobody is signed in")) == ("to-standby", True)
    decision = AuditRecord.objects.get(action="operation:procedure:taken-on")
    assert (decision.reason, decision.after["unknown"]) == (sent["said"], "Not there yet: to-standby.")
    operation.refresh_from_db()
    assert (operation.status, progress_of(operation.pk).taken_on) == ("queued", {"to-standby": "olga"})
    setup_world.rests_at(operation, "to-standby", WaitsFor.RISK, findings=seen)
    assert progress_of(operation.pk).taken_on == {}, "it counts for one try"


def test_one_that_a_worker_is_to_take_up_again_says_what_comes_of_it(
    olga: Client, resting: Operation, page: Page
) -> None:
    Operation.objects.filter(pk=resting.pk).update(started_at=database_now())
    do(olga, "check-again", resting)
    assert "If none takes it up, it rests again and says so." in page(olga, place(resting))


def test_check_again_has_it_looked_at_now(olga: Client, tokyo: Cluster) -> None:
    operation = setup_world.at_rest(tokyo, PROOF, WaitsFor.PROOF)
    assert do(olga, "check-again", operation)[0] == 302
    operation.refresh_from_db()
    assert operation.status == "queued"


def test_it_is_paused_with_a_reason_and_resumed(olga: Client, resting: Operation, page: Page) -> None:
    status, text = do(olga, "pause", resting, reason="")
    assert "Nothing was changed." in text
    status, text = do(olga, "pause", resting, reason="until the disks are in")
    assert status == 302
    assert "Paused by olga." in text
    assert "until the disks are in" in text
    assert "It is done" not in text
    assert do(olga, "check-again", resting)[0] == 409
    assert "next: olga" not in page(olga, reverse("cluster", args=["TOKYO"]))
    assert "paused by olga" in page(olga, reverse("cluster", args=["TOKYO"]))
    do(olga, "resume", resting)
    resting.refresh_from_db()
    assert resting.status == "queued"


def test_it_is_handed_to_somebody_who_may_go_on(olga: Client, rita: Client, resting: Operation, page: Page) -> None:
    otto = making.account("otto")
    text = page(olga, place(resting))
    choices = re.findall(r'<option value="(\w+)">', text[text.index('id="hand-to"') :].partition("</select>")[0])
    assert "otto" in choices
    assert "rita" not in choices
    _, text = do(olga, "hand-over", resting, to="rita", note="you go on")
    assert "That person may not operate here" in text
    do(olga, "hand-over", resting, to="otto", note="the builder is open on EX1")
    resting.refresh_from_db()
    assert resting.assigned_to == otto
    assert "for otto" in page(olga, place(resting))
    for address in (reverse("operations"), reverse("clusters"), reverse("cluster", args=["TOKYO"])):
        assert "next: otto" in page(olga, address)


def test_it_is_given_up_and_its_cluster_is_free(olga: Client, resting: Operation) -> None:
    ReceiptRecord.objects.create(operation=resting, number=1, step="folders", kind="setup.folders.make")
    status, text = do(olga, "give-up", resting, reason="the pair goes elsewhere")
    assert status == 302
    assert "Given up by olga: the pair goes elsewhere" in text
    assert ("Begin it again" in text, "Carry on from here" in text) == (True, False)
    assert "is not taken back as a whole: people did most of it" in text
    assert reverse("setup-record", args=[resting.pk]) in text.partition("Take it back")[2]
    resting.refresh_from_db()
    assert resting.status == "stopped"
    status, text = do(olga, "resume", resting)
    assert status == 409
    assert "is over" in text


def test_who_only_sees_can_read_and_not_answer(rita: Client, resting: Operation, page: Page) -> None:
    text = page(rita, place(resting))
    assert "It is done" not in text
    assert "The account rita may not start, stop or acknowledge operations on TOKYO, of the kind setup-2003." in text
    for what in ("say", "check-again", "pause", "resume", "hand-over", "give-up"):
        assert rita.post(reverse(f"setup-{what}", args=[resting.pk])).status_code == 403
    resting.refresh_from_db()
    assert resting.status == "waiting"


def test_the_move_that_it_waits_for_is_one_click_away_and_the_other_is_refused(
    olga: Client, tokyo: Cluster, page: Page
) -> None:
    operation = setup_world.at_rest(tokyo, "to-standby", WaitsFor.MOVE, towards="TOK-EX2")
    world.observed(tokyo, active="TOK-EX1")
    assert "Fail over to TOK-EX2" in page(olga, place(operation))
    text = page(olga, reverse("cluster", args=["TOKYO"]))
    assert 'Move the group to <span class="nowrap">TOK-EX2</span>.' in text, "its name is kept whole"
    setup_world.rests_at(operation, WORD, WaitsFor.WORD)
    assert f"Operation {operation.pk}, a set-up procedure, is waiting for a person" in page(
        olga, reverse("cluster", args=["TOKYO"])
    )


def test_the_record_has_every_step_every_decision_and_its_number_in_the_audit(
    olga: Client, rita: Client, resting: Operation, page: Page
) -> None:
    do(olga, "say", resting, step=WORD, said=SENTENCE)
    text = page(rita, reverse("setup-record", args=[resting.pk]))
    assert "said to be done" in text
    assert SENTENCE in text
    assert "said that a step of setup-2003 on TOKYO is done: step 3" in text
    records = AuditRecord.objects.filter(subject_type="operation", subject_id=str(resting.pk))
    assert records.count() >= 2
    assert all(f">#{record.seq}<" in text for record in records)
    assert "<script>" not in text


def test_hostile_words_stay_words(olga: Client, resting: Operation, page: Page) -> None:
    do(olga, "pause", resting, reason=world.HOSTILE)
    for address in (place(resting), reverse("setup-record", args=[resting.pk]), reverse("cluster", args=["TOKYO"])):
        assert "<script>alert" not in page(olga, address)


def test_other_operations_have_no_board_and_no_record(olga: Client, tokyo: Cluster, page: Page) -> None:
    move = world.running(tokyo)
    assert "hands-title" not in page(olga, place(move))
    assert olga.get(reverse("setup-record", args=[move.pk])).status_code == 404
    assert olga.post(reverse("setup-pause", args=[move.pk]), {"reason": "no"}).status_code == 404


def test_the_parts_that_change_are_read_anew_without_the_rest(olga: Client, resting: Operation, page: Page) -> None:
    text = page(olga, reverse("operation-state", args=[resting.pk]))
    assert {"now", "actions", "steps"} <= set(re.findall(r'data-region id="(\w+)"', text))
    assert "journal" not in re.findall(r'id="(\w+)"', text)
