# Completion of manage.py in zsh, made from the commands themselves by: manage.py completion zsh
# Have the shell read this file when it starts. Names of clusters are asked of the console, as far as you see them.
_changeover_commands="account approvals approve audit backup capture completion cooldown demo deny diagnose directory discover incident inventory kit lab nodekey notifications openapi plan prepare-node procedure readiness receipt record repair restore resume rights run scripts secrets setuperrors stop token window"
_changeover_subcommands() {
  case "$1" in
    account) echo 'add list map off on role second-factor unlock' ;;
    approvals) echo 'list set' ;;
    audit) echo 'anchor anchors archive export key remove seal verify' ;;
    completion) echo 'bash clusters zsh' ;;
    directory) echo delegation ;;
    incident) echo 'let-go list take' ;;
    inventory) echo 'apply export password' ;;
    kit) echo 'collect deploy make verify' ;;
    lab) echo 'down fault file hand status type up webhook' ;;
    nodekey) echo 'issue list retire rotate' ;;
    notifications) echo 'channel deliveries list rule test' ;;
    procedure) echo 'accept board check check-again give-up hand-over list pause record resume say show start' ;;
    rights) echo 'give list take why' ;;
    scripts) echo 'check deploy diff render set undo' ;;
    secrets) echo 'check rotate' ;;
    token) echo 'list make revoke' ;;
    window) echo 'add apply cancel end list schedule' ;;
  esac
}
_changeover_options() {
  case "$1" in
    account) echo '--help --json' ;;
    'account add') echo '--help --role --os-user --password-stdin --json' ;;
    'account list') echo '--help --json' ;;
    'account map') echo '--help --json' ;;
    'account off') echo '--help --reason --json' ;;
    'account on') echo '--help --reason --json' ;;
    'account role') echo '--help --json' ;;
    'account second-factor') echo '--help --reason --json' ;;
    'account unlock') echo '--help --address --reason --json' ;;
    approvals) echo '--help --json' ;;
    'approvals list') echo '--help --json' ;;
    'approvals set') echo '--help --people --starts --minutes --emergency-by --reason --json' ;;
    approve) echo '--help --json --hash --note' ;;
    audit) echo '--help --json' ;;
    'audit anchor') echo '--help --json' ;;
    'audit anchors') echo '--help --output --json' ;;
    'audit archive') echo '--help --json' ;;
    'audit export') echo '--help --format --from --to --cluster --actor --action --outcome --origin --about --text --output --json' ;;
    'audit key') echo '--help --json' ;;
    'audit remove') echo '--help --reason --json' ;;
    'audit seal') echo '--help --to --reason --json' ;;
    'audit verify') echo '--help --anchors --key --json' ;;
    backup) echo '--help --json --reason' ;;
    capture) echo '--help --json --cluster --mask --output' ;;
    completion) echo '--help --json' ;;
    'completion bash') echo '--help --json' ;;
    'completion clusters') echo '--help --json' ;;
    'completion zsh') echo '--help --json' ;;
    cooldown) echo '--help --json --lift --reason' ;;
    demo) echo '--help --port --state' ;;
    deny) echo '--help --json --reason --withdraw' ;;
    diagnose) echo '--help --json --log --lines --encoding --fail-on' ;;
    directory) echo '--help --json' ;;
    'directory delegation') echo '--help --check --people --json' ;;
    discover) echo '--help --json --credential --other --directory --site --port --scheme --auth --tls-name --ca --codepage --yaml' ;;
    incident) echo '--help --json' ;;
    'incident let-go') echo '--help --reason --json' ;;
    'incident list') echo '--help --json' ;;
    'incident take') echo '--help --owner --until --reason --json' ;;
    inventory) echo '--help --json' ;;
    'inventory apply') echo '--help --dry-run --prune --json' ;;
    'inventory export') echo '--help --output --json' ;;
    'inventory password') echo '--help --json' ;;
    kit) echo '--help --json' ;;
    'kit collect') echo '--help --json' ;;
    'kit deploy') echo '--help --json' ;;
    'kit make') echo '--help --node --output --whole --json' ;;
    'kit verify') echo '--help --json' ;;
    lab) echo '--help --json' ;;
    'lab down') echo '--help --state --json' ;;
    'lab fault') echo '--help --arg --state --json' ;;
    'lab file') echo '--help --state --json' ;;
    'lab hand') echo '--help --state --json' ;;
    'lab status') echo '--help --state --json' ;;
    'lab type') echo '--help --wait --state --json' ;;
    'lab up') echo '--help --preset --definition --like --run --mailboxes --speed --inventory-out --detach --state --json' ;;
    'lab webhook') echo '--help --state --json' ;;
    nodekey) echo '--help --json' ;;
    'nodekey issue') echo '--help --key-id --key-stdin --reason --json' ;;
    'nodekey list') echo '--help --json' ;;
    'nodekey retire') echo '--help --reason --json' ;;
    'nodekey rotate') echo '--help --reason --json' ;;
    notifications) echo '--help --json' ;;
    'notifications channel') echo '--help --kind --ca --json' ;;
    'notifications deliveries') echo '--help --json' ;;
    'notifications list') echo '--help --json' ;;
    'notifications rule') echo '--help --cluster --site --event --from --quiet --json' ;;
    'notifications test') echo '--help --json' ;;
    openapi) echo '--help --json' ;;
    plan) echo '--help --json --to --operation --from' ;;
    prepare-node) echo '--help --json --check --from' ;;
    procedure) echo '--help --json' ;;
    'procedure accept') echo '--help --type --wait --json' ;;
    'procedure board') echo '--help --wait --json' ;;
    'procedure check') echo '--help --parts --json' ;;
    'procedure check-again') echo '--help --wait --json' ;;
    'procedure give-up') echo '--help --reason --wait --json' ;;
    'procedure hand-over') echo '--help --reason --wait --json' ;;
    'procedure list') echo '--help --json' ;;
    'procedure pause') echo '--help --reason --wait --json' ;;
    'procedure record') echo '--help --wait --json' ;;
    'procedure resume') echo '--help --wait --json' ;;
    'procedure say') echo '--help --wait --json' ;;
    'procedure show') echo '--help --parts --json' ;;
    'procedure start') echo '--help --reason --wait --json' ;;
    readiness) echo '--help --json --again --within' ;;
    receipt) echo '--help --json --output' ;;
    record) echo '--help --json --output --verifier' ;;
    repair) echo '--help --json --finding --source --show --yes --reason --ticket --accept --sentence --emergency --wait' ;;
    restore) echo '--help --json --replace --check --reason' ;;
    resume) echo '--help --json --skip --happened --again --reason --wait' ;;
    rights) echo '--help --json' ;;
    'rights give') echo '--help --group --site --cluster --reason --kind --json' ;;
    'rights list') echo '--help --json' ;;
    'rights take') echo '--help --group --site --cluster --reason --json' ;;
    'rights why') echo '--help --cluster --kind --json' ;;
    run) echo '--help --json --to --operation --from --ask --yes --reason --ticket --accept --sentence --emergency --wait' ;;
    scripts) echo '--help --json' ;;
    'scripts check') echo '--help --json' ;;
    'scripts deploy') echo '--help --reason --json' ;;
    'scripts diff') echo '--help --json' ;;
    'scripts render') echo '--help --output --url --silence --folder --no-log --start-timeout --stop-timeout --json' ;;
    'scripts set') echo '--help --url --silence --folder --log --reason --json' ;;
    'scripts undo') echo '--help --reason --json' ;;
    secrets) echo '--help --json' ;;
    'secrets check') echo '--help --json' ;;
    'secrets rotate') echo '--help --reason --json' ;;
    setuperrors) echo '--help --json --text' ;;
    stop) echo '--help --json --reason' ;;
    token) echo '--help --json' ;;
    'token list') echo '--help --json' ;;
    'token make') echo '--help --right --cluster --kind --days --account --reason --json' ;;
    'token revoke') echo '--help --account --reason --json' ;;
    window) echo '--help --json' ;;
    'window add') echo '--help --cluster --site --from --to --weekly --until --owner --reason --json' ;;
    'window apply') echo '--help --json' ;;
    'window cancel') echo '--help --reason --json' ;;
    'window end') echo '--help --reason --json' ;;
    'window list') echo '--help --json' ;;
    'window schedule') echo '--help --at --to --ticket --reason --json' ;;
  esac
}
_changeover_value() {
  case "$1" in
    'account add --os-user') echo @any ;;
    'account add --role') echo 'viewer operator approver auditor administrator' ;;
    'account off --reason') echo @any ;;
    'account on --reason') echo @any ;;
    'account second-factor --reason') echo @any ;;
    'account unlock --reason') echo @any ;;
    'approvals set --emergency-by') echo 'operator approver administrator' ;;
    'approvals set --minutes') echo @any ;;
    'approvals set --people') echo @any ;;
    'approvals set --reason') echo @any ;;
    'approvals set --starts') echo 'requester approver either' ;;
    'approve --hash') echo @any ;;
    'approve --note') echo @any ;;
    'audit anchors --output') echo @file ;;
    'audit export --about') echo @any ;;
    'audit export --action') echo @any ;;
    'audit export --actor') echo @any ;;
    'audit export --cluster') echo @cluster ;;
    'audit export --format') echo 'jsonl csv syslog' ;;
    'audit export --from') echo @any ;;
    'audit export --origin') echo 'page api webhook command-line system' ;;
    'audit export --outcome') echo 'refused failed uncertain stopped' ;;
    'audit export --output') echo @file ;;
    'audit export --text') echo @any ;;
    'audit export --to') echo @any ;;
    'audit remove --reason') echo @any ;;
    'audit seal --reason') echo @any ;;
    'audit seal --to') echo @any ;;
    'audit verify --anchors') echo @file ;;
    'audit verify --key') echo @any ;;
    'backup --reason') echo @any ;;
    'capture --cluster') echo @cluster ;;
    'capture --output') echo @file ;;
    'cooldown --reason') echo @any ;;
    'demo --port') echo @any ;;
    'demo --state') echo @any ;;
    'deny --reason') echo @any ;;
    'diagnose --encoding') echo @any ;;
    'diagnose --fail-on') echo 'error warning note' ;;
    'diagnose --log') echo @file ;;
    'directory delegation --people') echo @any ;;
    'discover --auth') echo 'ntlm basic' ;;
    'discover --ca') echo @file ;;
    'discover --codepage') echo @any ;;
    'discover --credential') echo @any ;;
    'discover --directory') echo @any ;;
    'discover --other') echo @any ;;
    'discover --port') echo @any ;;
    'discover --scheme') echo 'http https' ;;
    'discover --site') echo @any ;;
    'discover --tls-name') echo @any ;;
    'incident let-go --reason') echo @any ;;
    'incident take --owner') echo @any ;;
    'incident take --reason') echo @any ;;
    'incident take --until') echo @any ;;
    'inventory export --output') echo @file ;;
    'kit make --node') echo @any ;;
    'kit make --output') echo @file ;;
    'lab down --state') echo @file ;;
    'lab fault --arg') echo @any ;;
    'lab fault --state') echo @file ;;
    'lab file --state') echo @file ;;
    'lab hand --state') echo @file ;;
    'lab status --state') echo @file ;;
    'lab type --state') echo @file ;;
    'lab type --wait') echo @any ;;
    'lab up --definition') echo @any ;;
    'lab up --inventory-out') echo @any ;;
    'lab up --like') echo @cluster ;;
    'lab up --mailboxes') echo @any ;;
    'lab up --preset') echo 'demo bare mscs fast' ;;
    'lab up --run') echo 'failover drill' ;;
    'lab up --speed') echo @any ;;
    'lab up --state') echo @file ;;
    'lab webhook --state') echo @file ;;
    'nodekey issue --key-id') echo @any ;;
    'nodekey issue --reason') echo @any ;;
    'nodekey retire --reason') echo @any ;;
    'nodekey rotate --reason') echo @any ;;
    'notifications channel --ca') echo @any ;;
    'notifications channel --kind') echo 'webhook mail service' ;;
    'notifications rule --cluster') echo @cluster ;;
    'notifications rule --event') echo 'operation.opened operation.waiting operation.succeeded operation.stopped operation.failed operation.uncertain takeover.opened alarm.raised alarm.acknowledged readiness.dropped readiness.restored schedule.given-up drill.waits drill.over incident.again approval.asked approval.decided approval.overridden stop.set stop.lifted anchor.failed anchor.mended worker.silent worker.heard node-key.refused channel.failing channel.mended' ;;
    'notifications rule --from') echo 'info warning critical' ;;
    'notifications rule --quiet') echo @any ;;
    'notifications rule --site') echo @any ;;
    'plan --from') echo @any ;;
    'plan --operation') echo @any ;;
    'plan --to') echo @any ;;
    'prepare-node --from') echo @any ;;
    'procedure accept --type') echo @cluster ;;
    'procedure give-up --reason') echo @any ;;
    'procedure hand-over --reason') echo @any ;;
    'procedure pause --reason') echo @any ;;
    'procedure start --reason') echo @any ;;
    'readiness --within') echo @any ;;
    'receipt --output') echo @file ;;
    'record --output') echo @file ;;
    'record --verifier') echo @file ;;
    'repair --accept') echo @any ;;
    'repair --emergency') echo @any ;;
    'repair --finding') echo @any ;;
    'repair --reason') echo @any ;;
    'repair --sentence') echo @any ;;
    'repair --source') echo @file ;;
    'repair --ticket') echo @any ;;
    'restore --reason') echo @any ;;
    'restore --replace') echo @any ;;
    'resume --reason') echo @any ;;
    'rights give --cluster') echo @cluster ;;
    'rights give --kind') echo 'failover failback takeover start directory-switch undo repair setup-2003 setup-2007 service-pack-2007 diagnose' ;;
    'rights give --reason') echo @any ;;
    'rights give --site') echo @any ;;
    'rights take --cluster') echo @cluster ;;
    'rights take --reason') echo @any ;;
    'rights take --site') echo @any ;;
    'rights why --cluster') echo @cluster ;;
    'rights why --kind') echo 'failover failback takeover start directory-switch undo repair setup-2003 setup-2007 service-pack-2007 diagnose' ;;
    'run --accept') echo @any ;;
    'run --emergency') echo @any ;;
    'run --from') echo @any ;;
    'run --operation') echo @any ;;
    'run --reason') echo @any ;;
    'run --sentence') echo @any ;;
    'run --ticket') echo @any ;;
    'run --to') echo @any ;;
    'scripts deploy --reason') echo @any ;;
    'scripts render --folder') echo @file ;;
    'scripts render --output') echo @file ;;
    'scripts render --silence') echo 'start fail' ;;
    'scripts render --start-timeout') echo @any ;;
    'scripts render --stop-timeout') echo @any ;;
    'scripts render --url') echo @any ;;
    'scripts set --folder') echo @file ;;
    'scripts set --log') echo 'yes no' ;;
    'scripts set --reason') echo @any ;;
    'scripts set --silence') echo 'start fail' ;;
    'scripts set --url') echo @any ;;
    'scripts undo --reason') echo @any ;;
    'secrets rotate --reason') echo @any ;;
    'setuperrors --text') echo @file ;;
    'stop --reason') echo @any ;;
    'token make --account') echo @any ;;
    'token make --cluster') echo @cluster ;;
    'token make --days') echo @any ;;
    'token make --kind') echo 'failover failback takeover directory-switch undo repair setup-2003 setup-2007 service-pack-2007 diagnose' ;;
    'token make --reason') echo @any ;;
    'token make --right') echo 'view operate approve audit inventory all metrics' ;;
    'token revoke --account') echo @any ;;
    'token revoke --reason') echo @any ;;
    'window add --cluster') echo @cluster ;;
    'window add --from') echo @any ;;
    'window add --owner') echo @any ;;
    'window add --reason') echo @any ;;
    'window add --site') echo @any ;;
    'window add --to') echo @any ;;
    'window add --until') echo @any ;;
    'window cancel --reason') echo @any ;;
    'window end --reason') echo @any ;;
    'window schedule --at') echo @any ;;
    'window schedule --reason') echo @any ;;
    'window schedule --ticket') echo @any ;;
    'window schedule --to') echo @any ;;
  esac
}
_changeover_place() {
  case "$1" in
    'account add 1') echo @any ;;
    'account map 1') echo @any ;;
    'account map 2') echo @any ;;
    'account off 1') echo @any ;;
    'account on 1') echo @any ;;
    'account role 1') echo @any ;;
    'account role 2') echo 'viewer operator approver auditor administrator' ;;
    'account second-factor 1') echo @any ;;
    'account unlock 1') echo @any ;;
    'approvals list 1') echo @cluster ;;
    'approvals set 1') echo @cluster ;;
    'approvals set 2') echo 'failover failback directory-switch undo repair setup-2003 setup-2007 service-pack-2007' ;;
    'approve 1') echo @any ;;
    'audit archive 1') echo @any ;;
    'audit archive 2') echo @file ;;
    'audit remove 1') echo @any ;;
    'audit remove 2') echo @file ;;
    'backup 1') echo @file ;;
    'capture 1') echo @any ;;
    'cooldown 1') echo @cluster ;;
    'deny 1') echo @any ;;
    'diagnose 1') echo @cluster ;;
    'directory delegation 1') echo @cluster ;;
    'discover 1') echo @any ;;
    'incident let-go 1') echo @any ;;
    'incident take 1') echo @any ;;
    'inventory apply 1') echo @file ;;
    'inventory password 1') echo @any ;;
    'kit collect 1') echo @file ;;
    'kit deploy 1') echo @cluster ;;
    'kit make 1') echo @cluster ;;
    'kit verify 1') echo @file ;;
    'lab fault 1') echo @any ;;
    'lab fault 2') echo @any ;;
    'lab fault 3') echo 'on off' ;;
    'lab file 1') echo @any ;;
    'lab file 2') echo @file ;;
    'lab hand 1') echo @cluster ;;
    'lab hand 2') echo @any ;;
    'lab type 1') echo @any ;;
    'lab type 2') echo @any ;;
    'lab webhook 1') echo @file ;;
    'nodekey issue 1') echo @any ;;
    'nodekey list 1') echo @any ;;
    'nodekey retire 1') echo @any ;;
    'nodekey rotate 1') echo @any ;;
    'notifications channel 1') echo @any ;;
    'notifications deliveries 1') echo @any ;;
    'notifications rule 1') echo @any ;;
    'notifications test 1') echo @any ;;
    'plan 1') echo @cluster ;;
    'plan 2') echo 'failover failback takeover directory-switch undo' ;;
    'prepare-node 1') echo @any ;;
    'procedure accept 1') echo @any ;;
    'procedure accept 2') echo @any ;;
    'procedure accept 3') echo @any ;;
    'procedure board 1') echo @any ;;
    'procedure check 1') echo @cluster ;;
    'procedure check 2') echo 'exchange-2003-setup exchange-2007-service-pack exchange-2007-setup' ;;
    'procedure check-again 1') echo @any ;;
    'procedure give-up 1') echo @any ;;
    'procedure hand-over 1') echo @any ;;
    'procedure hand-over 2') echo @any ;;
    'procedure pause 1') echo @any ;;
    'procedure record 1') echo @any ;;
    'procedure resume 1') echo @any ;;
    'procedure say 1') echo @any ;;
    'procedure say 2') echo @any ;;
    'procedure say 3') echo @any ;;
    'procedure show 1') echo 'exchange-2003-setup exchange-2007-service-pack exchange-2007-setup' ;;
    'procedure start 1') echo @cluster ;;
    'procedure start 2') echo 'exchange-2003-setup exchange-2007-service-pack exchange-2007-setup' ;;
    'readiness 1') echo @cluster ;;
    'receipt 1') echo @any ;;
    'record 1') echo @any ;;
    'repair 1') echo @cluster ;;
    'restore 1') echo @file ;;
    'resume 1') echo @any ;;
    'rights give 1') echo @any ;;
    'rights give 2') echo 'viewer operator approver auditor administrator' ;;
    'rights take 1') echo @any ;;
    'rights take 2') echo 'viewer operator approver auditor administrator' ;;
    'rights why 1') echo @any ;;
    'rights why 2') echo 'view operate approve change-inventory read-audit administer' ;;
    'run 1') echo @cluster ;;
    'run 2') echo 'failover failback takeover directory-switch undo' ;;
    'scripts check 1') echo @file ;;
    'scripts deploy 1') echo @cluster ;;
    'scripts diff 1') echo @cluster ;;
    'scripts render 1') echo @cluster ;;
    'scripts set 1') echo @cluster ;;
    'scripts undo 1') echo @cluster ;;
    'setuperrors 1') echo @any ;;
    'stop 1') echo 'on off show' ;;
    'token make 1') echo @any ;;
    'token revoke 1') echo @any ;;
    'window apply 1') echo @file ;;
    'window cancel 1') echo @any ;;
    'window end 1') echo @any ;;
    'window schedule 1') echo @cluster ;;
    'window schedule 2') echo 'failover failback' ;;
  esac
}
# What may stand where something is typed ($1), after the words before it: words, or what stands for them.
_changeover_candidates() {
  local typed="$1" key="" place=0 value="" word
  shift
  for word in "$@"; do
    if [ -n "$value" ]; then value=""; continue; fi
    case "$word" in
      -*) value="$(_changeover_value "$key $word")" ;;
      *)
        if [ -z "$key" ]; then key="$word"
        elif [ -n "$(_changeover_subcommands "$key")" ]; then key="$key $word"
        else place=$((place + 1)); fi ;;
    esac
  done
  if [ -n "$value" ]; then echo "$value"
  elif [ "${typed#-}" != "$typed" ]; then _changeover_options "$key"
  elif [ -z "$key" ]; then echo "$_changeover_commands"
  elif [ -n "$(_changeover_subcommands "$key")" ]; then _changeover_subcommands "$key"
  else _changeover_place "$key $((place + 1))"; fi
}
_changeover_complete() {
  local found
  found="$(_changeover_candidates "${words[CURRENT]}" "${(@)words[2,CURRENT-1]}")"
  case "$found" in
    @cluster) found="$("${words[1]}" completion clusters 2>/dev/null)" ;;
    @file) _files; return ;;
    @any) return ;;
  esac
  compadd -- ${=found}
}
compdef _changeover_complete manage.py
