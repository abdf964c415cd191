"""Filters of the audit under a name: whose they are, who else gets them, and each change on record."""

import pytest
from django.contrib.auth.models import User

from console.models import AuditRecord, SavedFilter
from console.services import audit_filters
from console.services.access import NotAllowed
from console.services.audit_filters import FilterRefused, change, remove, save, shown_to
from tests import personas

pytestmark = pytest.mark.django_db
FAILED = {"outcome": "failed", "days": "30"}


def actor(user: User):  # type: ignore[no-untyped-def]
    return personas.at_page(user)


def test_a_filter_is_its_owners_until_it_is_shared() -> None:
    aki, ada = personas.aki(), personas.ada()
    mine = save(actor(aki), "  What   failed ", FAILED)
    everybodys = save(actor(ada), "Refused", {"outcome": "refused"}, shared=True)

    assert [str(row) for row in shown_to(aki)] == ["Refused", "What failed"]
    assert list(shown_to(ada)) == [everybodys]
    assert mine.fields == FAILED


def test_saving_changing_and_removing_are_on_record() -> None:
    ada = personas.ada()
    row = save(actor(ada), "Failed", FAILED)
    change(row, actor(ada), "Failed lately", shared=True)
    change(row, actor(ada), "Failed lately", shared=True)
    remove(row, actor(ada))

    told = AuditRecord.objects.filter(subject_type="audit-filter").order_by("seq")
    assert [record.action.split(":")[-1] for record in told] == ["saved", "changed", "removed"]
    assert told[1].before == {"name": "Failed", "shared": False, "fields": FAILED}
    assert told[1].after == {"name": "Failed lately", "shared": True, "fields": FAILED}
    assert not SavedFilter.objects.exists()


def test_only_who_administers_shares_and_changes_what_is_shared() -> None:
    aki, ada, olga = personas.aki(), personas.ada(), personas.olga()
    with pytest.raises(NotAllowed):
        save(actor(aki), "For all", FAILED, shared=True)
    row = save(actor(aki), "Mine", FAILED)
    with pytest.raises(NotAllowed):
        change(row, actor(aki), "Mine", shared=True)
    with pytest.raises(NotAllowed, match="not yours"):
        change(row, actor(ada), "Hers", shared=False)
    with pytest.raises(NotAllowed):
        save(actor(olga), "Any", FAILED)
    SavedFilter.objects.update(shared=True)
    row.refresh_from_db()
    assert change(row, actor(ada), "Ours", shared=True).name == "Ours"
    assert change(row, actor(aki), "Again mine", shared=True).name == "Again mine"


@pytest.mark.parametrize("name", ["", "   ", "x" * 61, "a\u202eb", "mine"])
def test_a_name_that_cannot_be_is_refused_with_what_to_do(name: str) -> None:
    aki = personas.aki()
    save(actor(aki), "Mine", FAILED)
    with pytest.raises(FilterRefused) as refused:
        save(actor(aki), name, {"actor": "olga"})
    assert refused.value.remedy
    assert SavedFilter.objects.count() == 1


def test_an_empty_filter_and_one_too_many_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    aki = personas.aki()
    with pytest.raises(FilterRefused, match="empty"):
        save(actor(aki), "Nothing", {})
    monkeypatch.setattr(audit_filters, "MOST", 1)
    save(actor(aki), "One", FAILED)
    with pytest.raises(FilterRefused, match="1 filters already"):
        save(actor(aki), "Two", FAILED)
