"""What a person says about a cluster's node scripts."""

from django import forms

from console.domain.node_scripts.settings import ON_SILENCE
from console.web.forms.operations import LONGEST_REASON
from console.web.forms.spoken import Spoken


class ScriptsForm(Spoken, forms.Form):
    """What the scripts are rendered from."""

    url = forms.CharField(
        label="Where the nodes reach the console",
        max_length=280,
        strip=True,
        help_text="http://HOST:PORT, without a path. The nodes cannot speak modern TLS; every message is signed.",
        error_messages={"required": "Say where the nodes reach the console: http://HOST:PORT."},
    )
    silence = forms.ChoiceField(
        label="With no console and no kit, START.BAT",
        choices=list(zip(ON_SILENCE, ("starts Exchange as the directory stands", "does not start it"), strict=True)),
    )
    folder = forms.CharField(label="The console's own folder on the nodes", max_length=110, strip=True)
    log = forms.BooleanField(label="Write each step to the cluster's log", required=False)
    reason = forms.CharField(label="Why", max_length=LONGEST_REASON, strip=True, required=False)
