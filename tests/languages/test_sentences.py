"""Every whole sentence of the rules that a page may show has its translation: a new one without is named here."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from console.web.phrases import BETWEEN_SENTENCES
from tests.architecture.sources import ROOT
from tests.languages import extract
from tests.languages.composed import AT_NIGHT
from tests.languages.sources import NOT, OF_RULES, opened, text_of
from tests.languages.test_phrases import COMPOSED

SENTENCE = re.compile(r"[A-Z{].*[a-z]{2,} .*[a-z]{2,}.*[.?!]", re.DOTALL)
AROUND = re.compile(r"^(?:\{\} )+(?=[A-Z])|(?<=[.?!])(?: ?\{\})+$")
"""Other sentences that are put before or behind one."""

NOT_ON_PAGES = {
    "console/models/": "what columns hold, for developers",
    "console/adapters/": "places for signed heads, parts of a guard: logs",
    "console/catalog/": "mistakes in the catalog's own files: developers",
    "console/domain/hooks/": "nodes",
    "console/domain/kit/": "the kit on a node, and the command line",
    "console/domain/node_scripts/": "the command line",
    "console/domain/steps/": "journals",
    "console/domain/runner.py": "journals",
    "console/domain/lease.py": "logs",
    "console/domain/ldif.py": "receipts",
    "console/domain/quoting.py": "developers",
    "console/domain/record_page.py": "records",
    "console/domain/verify_": "auditors, at a command line",
    "console/services/api_once.py": "programs",
    "console/services/audit": "the command line",
    "console/services/backup/": "the command line",
    "console/services/claiming.py": "journals",
    "console/services/continuing.py": "journals",
    "console/services/health.py": "programs",
    "console/services/hooks/": "nodes",
    "console/services/kits/": "the command line and the audit",
    "console/services/metrics/": "programs",
    "console/services/receipt": "receipts",
    "console/services/recording.py": "developers",
    "console/services/serving.py": "journals",
    "console/services/setup/": "journals",
    "console/services/twins.py": "the command line",
    "console/web/health.py": "programs",
    "console/web/live.py": "programs",
    "console/web/overview_live.py": "programs",
    "console/web/upload_bound.py": "programs, and who sends more than a page takes",
    "console/web/words.py": "programs",
}
"""Where texts begin that no page shows, and who reads them instead."""
OPEN = frozenset(
    {
        "EdgeTransport.exe.config {} the key {} in its appSettings.",
        "Operation {} is no longer this worker's.",
        "Operation {} is no longer this worker's: {}.",
        "Process has exited with {} ({}).",
        "Put the key back that it was stored under, or {}.",
        "Stays as it is: {}. {} is not on {}.",
        "The cluster shows two {}s called {}.",
        "The console knows no run {} of {}; announce it first.",
        "The group has {} network name{}.",
        'The last line is "{}" at {},{}.',
        "The token {} is for some clusters, and metrics tell of all.",
        "The {} {} was not removed.",
        "There is no {} {}.",
        "There {} for the node {} in {}.",
        "Version (\\d+)\\.(\\d+)(?:\\.\\d+)*(?: \\(Build (\\d+))?",
        "Write siem.example.com:6514, siem.example.com, 10.1.2.3:514, [2001:db8::5]:443 or 10.1.0.0/16.",
        "{} and {} both want to start Exchange. {} was told no.",
        "{} asked for a go at {} UTC, and no worker of the site {} has looked into it within {} s. {} is told to wait.",
        "{} have, and may be written.",
        "{} in the vault.",
        "{} is no fencing token.",
        "{} is not there; {}.",
        "{} is on {}, not on {}.",
        "{} is on {}. {} Its cluster service is stopped only while the node has no group.",
        "{} is online.",
        "{} is {} by now.",
        "{} is {}: the product {}.",
        "{} mailboxes pointed at the server before.",
        "{} moves it.",
        "{} of {} mailboxes that differed now name the target{}{}.",
        "{} on {} holds {}, and {} was put there.",
        "{} {} is told no.",
        "{} {}; it lacks {}.",
        "{}, which cannot be read ({}).",
        "{}, which is too long for a password.",
        "{}, within the tolerance of {}: the mailboxes of now are switched.",
        "{}; {} on {} has to be of {}{}.",
    }
)
"""Sentences of pieces that no pattern tells apart, and some that only journals and commands say."""


def sentences(path: Path) -> Iterator[str]:
    """The whole sentences in the texts of a file, `{}` where something is put in; what explains the code is none."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    explains = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    within = {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in node.values}
    for node in ast.walk(tree):
        if id(node) not in explains | within:
            for sentence in BETWEEN_SENTENCES.split(text_of(node)):
                if SENTENCE.fullmatch(bare := AROUND.sub("", sentence)):
                    yield bare


def untranslated() -> dict[str, set[str]]:
    """The sentences of each file that no catalog knows, whole or as a piece of what is put together."""
    marked = [opened(word) for text in extract.of_pages() for word in (text.one, text.many)]
    known = "\n".join([*marked, *(piece for parts in (COMPOSED | AT_NIGHT).values() for piece in parts)])
    found: dict[str, set[str]] = {}
    for folder in OF_RULES:
        for path in (ROOT / folder).rglob("*.py"):
            lacking = {one for one in sentences(path) if opened(one) not in known}
            if lacking and not path.name.startswith(NOT):
                found[path.relative_to(ROOT).as_posix()] = lacking
    return found


def test_every_sentence_that_a_page_may_show_is_translated() -> None:
    shown = {place: lacking for place, lacking in untranslated().items() if not place.startswith(tuple(NOT_ON_PAGES))}
    assert not {place: lacking - OPEN for place, lacking in shown.items() if lacking - OPEN}


def test_nothing_is_excepted_that_need_not_be() -> None:
    found = untranslated()
    assert all(any(place.startswith(begin) for place in found) for begin in NOT_ON_PAGES)
    assert set[str]().union(*found.values()) >= OPEN
