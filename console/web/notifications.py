"""Notices to people and programs outside: channels, rules, and what became of each delivery."""

from collections.abc import Callable

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables

from console.domain.checks import Refusal
from console.domain.notifications.events import EVENTS, Severity
from console.domain.secrets import Secret
from console.models import Channel, Delivery, NoticeRule
from console.services.notifications import channels, rules, states
from console.web.access import actor_of, methods, needs
from console.web.forms.notifications import ChannelForm, RuleForm
from console.web.fresh import needs_fresh


@methods("GET")
@needs("administer", "everything")
def index(request: HttpRequest) -> HttpResponseBase:
    """Every channel and every rule, and what there is to be told."""
    context = {
        "section": "notifications",
        "channels": states.states(),
        "kinds": Channel.Kind.choices,
        "rules": [(rule, Severity(rule.least).word, rules.of_what(rule)) for rule in states.all_rules()],
        "events": EVENTS.values(),
        "linked": bool(settings.PUBLIC_URL),
    }
    return render(request, "notifications/index.html", context)


@methods("GET")
@needs("administer", "everything")
def channel(request: HttpRequest, pk: int) -> HttpResponseBase:
    """How a channel stands: its last deliveries with every try, what waits and when it is tried next."""
    row = _channel(pk)
    context = {
        "section": "notifications",
        "state": states.state_of(row),
        "deliveries": states.deliveries(row),
        "hours": settings.NOTIFY_HOURS,
        "rules": [
            (rule, Severity(rule.least).word, rules.of_what(rule)) for rule in states.all_rules().filter(channel=row)
        ],
    }
    return render(request, "notifications/channel.html", context)


@sensitive_post_parameters("address")
@methods("GET", "POST")
@needs("administer", "everything")
@needs_fresh()
def add_channel(request: HttpRequest, kind: str) -> HttpResponseBase:
    """Make a channel; the answer shows the secret of a webhook once."""
    if kind not in Channel.Kind.values:
        raise Http404(f"There is no such kind of channel. There are: {', '.join(Channel.Kind.values)}.")
    return _edit_channel(request, kind, None)


@sensitive_post_parameters("address")
@methods("GET", "POST")
@needs("administer", "everything")
@needs_fresh()
def change_channel(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Change a channel; without an address the one that is kept stays."""
    row = _channel(pk)
    return _edit_channel(request, row.kind, row)


def _edit_channel(request: HttpRequest, kind: str, row: Channel | None) -> HttpResponseBase:
    form = ChannelForm(kind, row, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            saved, secret = channels.save(form.spec(), actor_of(request), row)
        except Refusal as refusal:
            _complain(form, refusal)
        else:
            if secret is not None:
                return _shown_once(request, saved, secret)
            messages.success(request, f"The channel {saved.name} is saved.")
            return redirect("channel", saved.pk)
    status = 422 if request.method == "POST" else 200
    context = {"section": "notifications", "form": form, "channel": row, "kind": Channel.Kind(kind)}
    context["examples"] = channels.EXAMPLES if kind == Channel.Kind.SERVICE else ()
    return render(request, "notifications/edit_channel.html", context, status=status)


@methods("POST")
@needs("administer", "everything")
@needs_fresh()
def remove_channel(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Take a channel away, with its rules."""
    row = _channel(pk)
    channels.remove(row, actor_of(request))
    messages.success(request, f"The channel {row.name} is removed.")
    return redirect("notifications")


@methods("POST")
@needs("administer", "everything")
def test_channel(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Send a notice that says so, and show what the other side said."""
    row = _channel(pk)
    tried = channels.test(row, actor_of(request))
    if tried.good:
        messages.success(request, f"The test went through. {tried.said}")
    else:
        messages.error(request, f"The test did not go through. {tried.said}")
    return redirect("channel", row.pk)


@methods("POST")
@needs("administer", "everything")
@needs_fresh()
def renew_secret(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Make a new secret for a webhook; the answer shows it once."""
    row = _channel(pk)
    try:
        return _shown_once(request, row, channels.renew_secret(row, actor_of(request)))
    except Refusal as refusal:
        messages.error(request, _told(refusal))
        return redirect("channel", row.pk)


@methods("POST")
@needs("administer", "everything")
def send_again(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Have a notice delivered once more."""
    row = Delivery.objects.select_related("channel", "notice").filter(pk=pk).first()
    if row is None:
        raise Http404("There is no such delivery. The page of a channel lists its last ones.")
    return _act(
        request,
        lambda: channels.send_again(row, actor_of(request)),
        "It is sent again, under the number that it had.",
        row.channel,
    )


@methods("GET", "POST")
@needs("administer", "everything")
def add_rule(request: HttpRequest) -> HttpResponseBase:
    """Make a rule."""
    return _edit_rule(request, None)


@methods("GET", "POST")
@needs("administer", "everything")
def change_rule(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Change a rule."""
    return _edit_rule(request, _rule(pk))


def _edit_rule(request: HttpRequest, row: NoticeRule | None) -> HttpResponseBase:
    asked = request.GET.get("channel", "")
    wanted = int(asked) if asked.isdecimal() and len(asked) < 10 else None
    form = RuleForm(row, request.POST if request.method == "POST" else None, wanted)
    if request.method == "POST" and form.is_valid():
        try:
            saved = rules.save(form.spec(), actor_of(request), row)
        except Refusal as refusal:
            _complain(form, refusal)
        else:
            messages.success(request, f"The rule to {saved.channel.name} is saved.")
            return redirect("notifications")
    status = 422 if request.method == "POST" else 200
    context = {
        "section": "notifications",
        "form": form,
        "rule": row,
        "channels": Channel.objects.exists(),
        "severities": {event.key: event.severity.word for event in EVENTS.values()},
        "zone": settings.TIME_ZONE,
    }
    return render(request, "notifications/edit_rule.html", context, status=status)


@methods("POST")
@needs("administer", "everything")
def remove_rule(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Take a rule away."""
    row = _rule(pk)
    rules.remove(row, actor_of(request))
    messages.success(request, f"The rule to {row.channel.name} is removed.")
    return redirect("notifications")


@sensitive_variables("secret")
def _shown_once(request: HttpRequest, row: Channel, secret: Secret) -> HttpResponseBase:
    """The one answer that holds the secret; neither a cache nor the browser's history keeps it."""
    context = {"section": "notifications", "channel": row, "secret": secret.reveal()}
    response = render(request, "notifications/secret.html", context)
    response["Cache-Control"] = "no-store"
    return response


def _act(request: HttpRequest, act: Callable[[], object], done: str, row: Channel) -> HttpResponseBase:
    try:
        act()
    except Refusal as refusal:
        messages.error(request, _told(refusal))
    else:
        messages.success(request, done)
    return redirect("channel", row.pk)


def _channel(pk: int) -> Channel:
    row = Channel.objects.filter(pk=pk).first()
    if row is None:
        raise Http404("There is no such channel. The page of notifications lists those that there are.")
    return row


def _rule(pk: int) -> NoticeRule:
    row = states.all_rules().filter(pk=pk).first()
    if row is None:
        raise Http404("There is no such rule. The page of notifications lists those that there are.")
    return row


def _complain(form: ChannelForm | RuleForm, refusal: Refusal) -> None:
    """Each reason at its field, or above the form."""
    for reason in refusal.reasons:
        name = {"place": "of", "quiet": "quiet_until"}.get(reason.key.rpartition(".")[2], reason.key.rpartition(".")[2])
        form.add_error(name if name in form.fields else None, f"{reason.text} {reason.remedy}".strip())


def _told(refusal: Refusal) -> str:
    return " ".join([refusal.headline, *(reason.remedy for reason in refusal.reasons)])
