"""What the rules say is shown in the reader's language, and what nobody has translated as it was said."""

import time
from collections.abc import Iterator

import pytest
from django.utils import translation

from console.domain.checks import Verdict
from console.domain.preflight.carried import OWNERS
from console.domain.preflight.services import MANUAL
from console.domain.rights import ROLES
from console.models import Approval, Operation, PlanRecord
from console.web.phrase_list import PHRASES
from console.web.phrases import said
from tests.languages.composed import AT_NIGHT
from tests.languages.sources import labels_of_names, opened, said_by_rules

SPOKEN = {
    *("Directory switch", "Undo", "Diagnose", "Repair", "Drill"),  # kinds as `kind_word` writes them
    *("Online", "Offline", "Failed", "Up", "Down", "online", "up"),  # as cluster products say it
}

COUNTED = ("error", "warning", "note", "finding", "thing", "line", "kind")
ENDINGS = ("went well", "failed", "did not finish", "nothing says how it ended")

MAY_NOT = "The account {} may not {}{}{}. {}"
ONLY_UP = "The group {} is {}{}; only a group that is up can be moved."

COMPOSED = AT_NIGHT | {
    "%(status)s on no node": ["{} {}", "on no node"],
    "%(status)s on %(node)s": ["{} {}", "on {}"],
    "%(count)s of %(all)s": ["{} of {} running"],
    "no greeting from %(protocols)s on the floating IP.": [": no greeting from {} on the floating IP."],
    "not running: %(names)s": ["not running: "],
    "%(thing)s no %(protocols)s": ["{} {}", "no {}"],
    "%(thing)s %(count)s stores mounted": ["{} {}", "{} store{} mounted"],
    "was passive": ["was {}", "passive"],
    "%(count)s store mounted": ["{} store{} mounted"],
    "%(count)s stores mounted": ["{} store{} mounted"],
    "Move the group %(group)s from %(source)s to %(target)s by force": ["Move the group {} from {} to {}", " by force"],
    "Mail is up on %(node)s, proved.": ["Mail is up on {}", "{}, proved."],
    "Every step is done, proved.": ["Every step is done", "{}, proved."],
    **{f"{role} on %(name)s": [role, "{} on {}{}{}"] for role in ROLES},
    **{
        f"{role} on %(name)s, through the group %(group)s": ["{} on {}{}{}", ", through the group {}"] for role in ROLES
    },
    "The account %(account)s may %(what)s on %(cluster)s: %(grounds)s.": ["The account {} may {}{}{}: {}.", " on {}"],
    "The account %(account)s may %(what)s in the console as a whole: %(grounds)s.": [
        "The account {} may {}{}{}: {}.",
        " in the console as a whole",
    ],
    "The account %(account)s may %(what)s on %(cluster)s, of the kind %(kind)s: %(grounds)s.": [
        "The account {} may {}{}{}: {}.",
        ", of the kind {}",
    ],
    "The account %(name)s is switched on.": ["The account {} is switched {}."],
    "The account %(name)s is switched off.": ["The account {} is switched {}."],
    'Add %(node)s to the possible owners of each (cluster resource "NAME" /addowner:%(other)s), then check again.': [
        OWNERS
    ],
    "Set it to Manual: sc config %(service)s start= demand (guide, “Specify the settings for Exchange services”).": [
        MANUAL
    ],
    "Takes back operation %(number)s, the %(kind)s to %(node)s.": ["Takes back operation {}, the {} to {}{}."],
    "Operation %(number)s has changed nothing: there is nothing to take back.": [
        "Operation {} has changed nothing{}: there is nothing to take back."
    ],
    "Ask an administrator (%(names)s) for the role %(role)s.": ["Ask an administrator ({}{}) for the role {}."],
    "The group %(group)s is %(state)s; only a group that is up can be moved.": [ONLY_UP],
    "The group %(group)s is %(state)s on %(node)s; only a group that is up can be moved.": [ONLY_UP, " on {}"],
    "The account %(account)s may not %(what)s.": [MAY_NOT],
    "The account %(account)s may not %(what)s there.": [MAY_NOT, " there"],
    "The account %(account)s may not %(what)s on %(cluster)s.": [MAY_NOT, " on {}"],
    "The account %(account)s may not %(what)s on %(cluster)s, of the kind %(kind)s.": [MAY_NOT, ", of the kind {}"],
    "The account %(account)s may not %(what)s in all of the site %(name)s.": [MAY_NOT, " in all of the site {}"],
    "Nothing was saved.": ["Nothing was saved. {}"],
    "Nothing was asked.": ["Nothing was asked. {}"],
    "%(count)s thing could not be looked at.": ["{} {} {} could not be looked at.", "thing"],
    "%(count)s things could not be looked at.": ["{} {} {} could not be looked at.", "things"],
    "One thing could not be looked at and is unknown.": [
        "{} could not be looked at and {} unknown.",
        "One thing",
        "is",
    ],
    "%(count)s things could not be looked at and are unknown.": [
        "{} could not be looked at and {} unknown.",
        "{} things",
        "are",
    ],
    "What speaks against it cannot be told: %(text)s.": ["What speaks against it cannot be told: {}."],
    **{f"The set-up {ending}.": ["The set-up {}{}.{}", ending] for ending in ENDINGS},
    **{
        f"The set-up {ending}, in the middle of: %(stage)s.": ["The set-up {}{}.{}", ending, ", in the middle of: {}"]
        for ending in ENDINGS
    },
    **{f"%(count)s {word}": ["{} {}{}", word] for word in COUNTED},
    **{f"%(count)s {word}s": ["{} {}{}", word] for word in COUNTED},
    "slower by %(span)s": ["{} by {}", "slower"],
    "%(node)s (primary)": ["{} ({})", "primary"],
    "%(node)s (standby)": ["{} ({})", "standby"],
    "faster by %(span)s": ["{} by {}", "faster"],
    "Operation %(number)s (%(kind)s to %(node)s) came in between.": ["Operation {} ({} to {}) came in between."],
    "The plan of the way back was refused: %(text)s": ["The plan of the way back {}: {}", "was refused"],
    "The plan of the way back could not be made: %(text)s": ["The plan of the way back {}: {}", "could not be made"],
    "The %(kind)s to %(node)s, operation %(number)s, %(state)s: %(text)s": ["The {} to {}, operation {}, {}", "{}: {}"],
    "%(name)s, now on %(node)s": ["{}{}", ", now on {}"],
    "%(seconds)s s ahead of the console's": ["{} of the console's", "{} s {}", "ahead"],
    "%(seconds)s s behind of the console's": ["{} of the console's", "{} s {}", "behind"],
}
"""Texts that the rules put together, and the pieces that they put them together from."""


@pytest.fixture
def japanese() -> Iterator[None]:
    """Japanese holds."""
    with translation.override("ja"):
        yield


def test_every_phrase_is_one_that_the_rules_say() -> None:
    """A sentence that a rule has changed since would never be found: it is changed here with it."""
    texts = "\n".join([*said_by_rules(), *labels_of_names()])
    pieces = {phrase: COMPOSED.get(phrase, [opened(phrase)]) for phrase in PHRASES if phrase not in SPOKEN}
    assert not [phrase for phrase, parts in pieces.items() if not all(part in texts for part in parts)]


def test_no_phrase_is_there_twice() -> None:
    assert len(set(PHRASES)) == len(PHRASES)


@pytest.mark.usefixtures("japanese")
@pytest.mark.parametrize(
    ("english", "japanese_text"),
    [
        ("Mail is up.", "メールは稼動しています。"),
        ("The group is on TOK-EX2.", "グループは TOK-EX2 にあります。"),
        ("Mail is up. The group is on TOK-EX2.", "メールは稼動しています。グループは TOK-EX2 にあります。"),
        ("Online on TOK-EX2", "TOK-EX2 でオンライン"),
        (
            "Last seen: no greeting from SMTP, POP3 on the floating IP.",
            "最後の観測: フローティングIPで SMTP, POP3 の応答がありません。",
        ),
        ("6 of 6 running", "6/6 実行中"),
        (
            "Operation 7 is waiting for a person; one at a time.",
            "操作 7 は人の対応待ちです。同時に実行できる操作は一つです。",
        ),
        ("Stop Microsoft Exchange System Attendant on A1", "A1 の Microsoft Exchange System Attendant を停止する"),
        (
            "The steps before it are done; not done: Move the group G from A to B; Start X on B; and 13 more steps.",
            "それより前のステップは完了しています。"
            "未実行: グループ G を A から B に移動する; B で X を開始する; ほか 13 ステップ。",
        ),
        (
            "Failed at “Stop X on A”. A at 10.0.0.1:5985 does not answer.",
            "「A の X を停止する」で失敗しました。A (10.0.0.1:5985) から応答がありません。",
        ),
    ],
)
def test_a_sentence_is_found_by_its_pattern(english: str, japanese_text: str) -> None:
    assert said(english) == japanese_text


@pytest.mark.usefixtures("japanese")
@pytest.mark.parametrize(
    "text", ["", " ", "no node answers", "Nobody has translated this.", "KYOTO", "100 %", "%(node)s", "{cluster}"]
)
def test_what_is_not_known_stays_as_it_was_said(text: str) -> None:
    assert said(text) == text


@pytest.mark.usefixtures("japanese")
@pytest.mark.parametrize(
    "text", ["Stop " * 40_000, "x" * 200_000, "Stop a on b. " * 20_000], ids=["words", "one", "many"]
)
def test_a_text_of_any_length_is_looked_up_at_once(text: str) -> None:
    began = time.monotonic()
    assert said(text)
    assert time.monotonic() - began < 2


@pytest.mark.usefixtures("japanese")
def test_a_sentence_that_stays_english_stands_apart_from_its_neighbours() -> None:
    assert said("Mail is up. Nobody knows this one. Check both nodes.") == (
        "メールは稼動しています。 Nobody knows this one. 両方のノードを確認してください。"
    )


@pytest.mark.usefixtures("japanese")
@pytest.mark.parametrize(
    "label",
    [
        *(str(label) for choices in (Operation.Status, PlanRecord.State, Approval.State) for label in choices.labels),
        *Verdict,
    ],
)
def test_every_state_has_its_word(label: str) -> None:
    assert said(label) != label


def test_in_english_everything_is_as_it_was_said() -> None:
    assert [said(phrase) for phrase in PHRASES] == list(PHRASES)
