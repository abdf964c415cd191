"""The addresses of the pages. Nothing changes by a GET: what changes something takes POST only."""

from django.urls import URLPattern, URLResolver, include, path, re_path

from console.web import (
    account,
    approvals,
    attention,
    audit,
    audit_filters,
    clusters,
    diagnoses,
    health,
    hooks,
    incidents,
    inventory,
    live,
    maintenance,
    notifications,
    operations,
    people,
    plans,
    preparing,
    readiness,
    record,
    repair,
    rights,
    scripts,
    second_factor,
    session,
    setup,
    setup_answers,
    setup_logs,
    sign_ins,
    tokens,
    trials,
    undo,
)
from console.web.openid import openid_urls

session_urls: list[URLPattern | URLResolver] = [
    path("sign-in/", session.sign_in, name="sign-in"),
    path("sign-in/", session.sign_in, name="account_login"),  # as django-allauth calls it
    path("sign-in/again/", session.sign_in_again, name="account_reauthenticate"),
    path("sign-in/", include(openid_urls)),
    path("sign-out/", session.sign_out, name="sign-out"),
    path("theme/", session.theme, name="theme"),
]
account_urls: list[URLPattern | URLResolver] = [
    path("account/", account.account, name="account"),
    path("account/password/", account.change_password, name="change-password"),
    path("account/sessions/<int:pk>/end/", account.end_session, name="end-own-session"),
    path("account/sessions/end-others/", account.end_others, name="end-other-sessions"),
    path("account/", include(second_factor.urls)),
    path("sign-ins/", sign_ins.index, name="sign-ins"),
    path("sign-ins/sessions/<int:pk>/end/", sign_ins.end_session, name="end-session"),
    path("sign-ins/unlock/", sign_ins.unlock, name="unlock-sign-in"),
    path("sign-ins/second-factors/reset/", sign_ins.reset_factors, name="reset-second-factors"),
    path("sign-ins/directories/add/", sign_ins.add_directory, name="sign-in-directory-add"),
    path("sign-ins/directories/<int:pk>/remove/", sign_ins.remove_directory, name="sign-in-directory-remove"),
    path("sign-ins/groups/add/", sign_ins.add_mapping, name="group-mapping-add"),
    path("sign-ins/groups/<int:pk>/remove/", sign_ins.remove_mapping, name="group-mapping-remove"),
]
cluster_urls: list[URLPattern | URLResolver] = [
    path("", clusters.index, name="clusters"),
    path("observe/", clusters.observe_all, name="observe-all"),
    path("clusters/<str:name>/", clusters.detail, name="cluster"),
    path("clusters/<str:name>/observe/", clusters.observe, name="observe-cluster"),
    path("clusters/<str:name>/plan/", plans.prepare, name="prepare-plan"),
    path("clusters/<str:name>/prepare/", preparing.sheets, name="prepare-nodes"),
    path("clusters/<str:name>/prepare/check/", preparing.check, name="check-preparation"),
    path("clusters/<str:name>/set-up-errors/", preparing.setup_errors, name="setup-errors"),
]
script_urls: list[URLPattern | URLResolver] = [
    path("clusters/<str:name>/scripts/", scripts.detail, name="node-scripts"),
    path("clusters/<str:name>/scripts/set/", scripts.change, name="node-scripts-set"),
    path("clusters/<str:name>/scripts/ask/", scripts.ask, name="node-scripts-ask"),
]
diagnosis_urls: list[URLPattern | URLResolver] = [
    path("clusters/<str:name>/diagnoses/", diagnoses.index, name="diagnoses"),
    path("clusters/<str:name>/diagnose/", diagnoses.ask, name="diagnose"),
    path("operations/<int:pk>/diagnosis/", diagnoses.detail, name="diagnosis"),
    path("clusters/<str:name>/repair/", repair.prepare, name="prepare-repair"),
    path("set-up-logs/", setup_logs.index, name="set-up-logs"),
    path("set-up-logs/<int:pk>/", setup_logs.detail, name="set-up-log"),
    path("operations/<int:pk>/event-sources/<str:node>.reg", diagnoses.event_sources, name="event-sources"),
    path("findings/", diagnoses.meanings, name="findings"),
    path("findings/<str:code>/", diagnoses.meaning, name="finding"),
]
setup_urls: list[URLPattern | URLResolver] = [
    path("clusters/<str:name>/procedures/<str:key>/", setup.procedure, name="procedure"),
    path("clusters/<str:name>/procedures/<str:key>/prove/", setup.prove, name="prove-procedure"),
    path("clusters/<str:name>/procedures/<str:key>/plan/", setup.prepare, name="prepare-procedure"),
    path("operations/<int:pk>/say/", setup_answers.say, name="setup-say"),
    path("operations/<int:pk>/accept/", setup_answers.accept, name="setup-accept"),
    path("operations/<int:pk>/check-again/", setup_answers.check_again, name="setup-check-again"),
    path("operations/<int:pk>/pause/", setup_answers.pause, name="setup-pause"),
    path("operations/<int:pk>/resume/", setup_answers.resume, name="setup-resume"),
    path("operations/<int:pk>/hand-over/", setup_answers.hand_over, name="setup-hand-over"),
    path("operations/<int:pk>/give-up/", setup_answers.give_up, name="setup-give-up"),
    path("operations/<int:pk>/procedure-record/", setup_answers.record, name="setup-record"),
]
plan_urls: list[URLPattern | URLResolver] = [
    path("plans/<int:pk>/", plans.detail, name="plan"),
    path("plans/<int:pk>/confirm/", plans.confirm, name="confirm-plan"),
    path("plans/<int:pk>/mailboxes/", plans.mailboxes, name="plan-mailboxes"),
]
approval_urls: list[URLPattern | URLResolver] = [
    path("approvals/", approvals.index, name="approvals"),
    path("plans/<int:pk>/ask/", approvals.ask, name="ask-approval"),
    path("plans/<int:pk>/approve/", approvals.approve, name="approve-plan"),
    path("plans/<int:pk>/deny/", approvals.deny, name="deny-plan"),
    path("plans/<int:pk>/withdraw/", approvals.withdraw, name="withdraw-approval"),
    path("plans/<int:pk>/again/", approvals.again, name="plan-again"),
    path("plans/<int:pk>/override/", approvals.override, name="override-plan"),
    path("emergencies/<int:pk>/acknowledge/", approvals.acknowledge, name="acknowledge-emergency"),
    path("clusters/<str:name>/approvals/", approvals.rules, name="approval-rules"),
    path("clusters/<str:name>/approvals/set/", approvals.save_rules, name="approval-rules-set"),
]
operation_urls: list[URLPattern | URLResolver] = [
    path("operations/", operations.index, name="operations"),
    path("operations/<int:pk>/", operations.detail, name="operation"),
    path("operations/<int:pk>/state", operations.state, name="operation-state"),
    path("operations/<int:pk>/lines", live.lines, name="operation-lines"),
    path("operations/<int:pk>/events", live.events, name="operation-events"),
    path("operations/<int:pk>/journal.txt", operations.download, {"form": "txt"}, name="operation-journal"),
    path("operations/<int:pk>/journal.jsonl", operations.download, {"form": "jsonl"}, name="operation-journal-json"),
    path("operations/<int:pk>/record/", record.page, name="operation-record"),
    path("operations/<int:pk>/record.html", record.download, name="operation-record-file"),
    path("operations/<int:pk>/ticket/", operations.ticket, name="ticket-operation"),
    path("operations/<int:pk>/receipt.ldif", undo.receipt, name="operation-receipt"),
    path("operations/<int:pk>/undo/", undo.prepare, name="undo-operation"),
    path("operations/<int:pk>/stop/", operations.stop, name="stop-operation"),
    path("operations/<int:pk>/carry-on/", operations.carry_on, name="carry-on-operation"),
    path("operations/<int:pk>/acknowledge/", operations.acknowledge, name="acknowledge-operation"),
]
readiness_urls: list[URLPattern | URLResolver] = [
    path("readiness/", readiness.index, name="readiness"),
    path("clusters/<str:name>/readiness/", readiness.detail, name="cluster-readiness"),
    path("maintenance/", maintenance.index, name="maintenance"),
    path("maintenance/windows/add/", maintenance.add, name="add-window"),
    path("maintenance/windows/<int:pk>/end/", maintenance.end, name="end-window"),
    path("maintenance/moves/<int:pk>/cancel/", maintenance.cancel, name="cancel-scheduled"),
    path("clusters/<str:name>/schedule/", maintenance.schedule, name="schedule-move"),
    path("incidents/", incidents.index, name="incidents"),
    path("incidents/<str:what>/<int:pk>/", incidents.care, name="incident"),
    path("incidents/<str:what>/<int:pk>/let-go/", incidents.let_go, name="let-incident-go"),
]
attention_urls: list[URLPattern | URLResolver] = [
    path("stop/on/", attention.stop, {"what": "on"}, name="stop-on"),
    path("stop/off/", attention.stop, {"what": "off"}, name="stop-off"),
    path("clusters/<str:name>/cooldown/lift/", attention.lift, name="lift-cooldown"),
    path("alarms/<int:pk>/acknowledge/", attention.acknowledge, name="acknowledge-alarm"),
    path("runs/<int:pk>/again/", attention.again, name="decide-again"),
]
audit_urls: list[URLPattern | URLResolver] = [
    path("audit/", audit.index, name="audit"),
    path("audit/<int:seq>/", audit.detail, name="audit-record"),
    path("audit/requests/<str:request_id>/", audit.of_request, name="audit-request"),
    path("audit/export.<str:form>", audit.export, name="audit-export"),
    path("audit/filters/", audit_filters.index, name="audit-filters"),
    path("audit/filters/save/", audit_filters.save, name="save-audit-filter"),
    path("audit/filters/<int:pk>/", audit_filters.change, name="change-audit-filter"),
    path("audit/filters/<int:pk>/remove/", audit_filters.remove, name="remove-audit-filter"),
]
inventory_urls: list[URLPattern | URLResolver] = [
    path("inventory/", inventory.index, name="inventory"),
    path("inventory/export.yaml", inventory.export, name="inventory-export"),
    path("inventory/apply/", inventory.apply, name="inventory-apply"),
    path("inventory/credentials/<int:pk>/try/", trials.credential, name="credential-trials"),
    path("inventory/<str:kind>/add/", inventory.add, name="inventory-add"),
    path("inventory/<str:kind>/<int:pk>/", inventory.edit, name="inventory-edit"),
    path("inventory/<str:kind>/<int:pk>/remove/", inventory.remove, name="inventory-remove"),
]
rights_urls: list[URLPattern | URLResolver] = [
    path("rights/", rights.grid, name="rights"),
    path("rights/why/", rights.why, name="rights-why"),
    path("rights/<str:holder>/<int:pk>/", rights.roles, name="rights-roles"),
    path("people/", people.index, name="people"),
    path("people/add/", people.add, name="people-add"),
    path("people/<int:pk>/", people.person, name="person"),
    path("people/<int:pk>/switch/", people.switch, name="people-switch"),
    path("people/<int:pk>/password/", people.give_password, name="people-password"),
    path("people/<int:pk>/unlock/", people.unlock, name="people-unlock"),
    path("people/groups/add/", people.add_group, name="people-add-group"),
    path("people/groups/<int:pk>/", people.group, name="people-group"),
    path("people/groups/<int:pk>/remove/", people.remove_group, name="people-remove-group"),
]
notification_urls: list[URLPattern | URLResolver] = [
    path("notifications/", notifications.index, name="notifications"),
    path("notifications/channels/add/<str:kind>/", notifications.add_channel, name="add-channel"),
    path("notifications/channels/<int:pk>/", notifications.channel, name="channel"),
    path("notifications/channels/<int:pk>/change/", notifications.change_channel, name="change-channel"),
    path("notifications/channels/<int:pk>/remove/", notifications.remove_channel, name="remove-channel"),
    path("notifications/channels/<int:pk>/test/", notifications.test_channel, name="test-channel"),
    path("notifications/channels/<int:pk>/secret/", notifications.renew_secret, name="renew-channel-secret"),
    path("notifications/deliveries/<int:pk>/again/", notifications.send_again, name="send-again"),
    path("notifications/rules/add/", notifications.add_rule, name="add-notice-rule"),
    path("notifications/rules/<int:pk>/", notifications.change_rule, name="notice-rule"),
    path("notifications/rules/<int:pk>/remove/", notifications.remove_rule, name="remove-notice-rule"),
]
token_urls: list[URLPattern | URLResolver] = [
    path("tokens/", tokens.index, name="tokens"),
    path("tokens/make/", tokens.make, name="make-token"),
    path("tokens/<int:pk>/revoke/", tokens.revoke, name="revoke-token"),
]
hook_urls: list[URLPattern | URLResolver] = [
    path("hooks/events", hooks.events, name="hook-events"),
    path("hooks/runs/<str:run_id>", hooks.runs, name="hook-run"),
    re_path("^hooks/", hooks.elsewhere),
]
probe_urls: list[URLPattern | URLResolver] = [
    path("healthz", health.alive, name="healthz"),
    path("readyz", health.ready, name="readyz"),
    path("metrics", health.metrics, name="metrics"),
]
urlpatterns = [
    *probe_urls,
    *session_urls,
    *account_urls,
    *cluster_urls,
    *script_urls,
    *diagnosis_urls,
    *setup_urls,
    *plan_urls,
    *approval_urls,
    *operation_urls,
    *readiness_urls,
    *attention_urls,
    *audit_urls,
    *inventory_urls,
    *rights_urls,
    *notification_urls,
    *token_urls,
    *hook_urls,
]
