"""Completion of `manage.py` in a shell, made from the commands' own parsers."""

import argparse
import shlex
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from django.core.management import find_commands, load_command_class

import console
from console.services import plans, procedures, undoing

ANY, CLUSTER, FILE = "@any", "@cluster", "@file"
"""What stands in the place of words: something that nobody can foresee, the name of a cluster, a file or folder."""
DJANGO = frozenset({"--version", "--settings", "--pythonpath", "--traceback", "--no-color", "--force-color"})
DJANGO_TOO = frozenset({"--skip-checks", "--verbosity", "-v", "-h"})
KNOWN: Mapping[str, Iterable[str]] = {
    "CLUSTER": (CLUSTER,),
    "cluster": (CLUSTER,),
    "KIND": (*plans.KINDS, undoing.KIND),
    "procedure": tuple(one.key for one in procedures.all_procedures()),
}
"""By what an argument is called."""
FILES = frozenset({"FILE", "FOLDER", "output", "file", "folder", "path", "to_folder"})


@dataclass
class Tables:
    """What may follow what. A key is a command, with its subcommand where it has one."""

    subcommands: dict[str, list[str]] = field(default_factory=dict)
    options: dict[str, list[str]] = field(default_factory=dict)
    values: dict[str, str] = field(default_factory=dict)
    """By key and option: what the option takes."""
    places: dict[str, str] = field(default_factory=dict)
    """By key and number, from 1: what an argument without a name is."""


def script(shell: str) -> str:
    """The completion for `bash` or `zsh`, to be read by the shell when it starts."""
    return "\n".join([_HEAD.format(shell=shell), *_functions(tables()), _CANDIDATES, _FRONTS[shell]])


def tables() -> Tables:
    """What the parsers of every command of the console take."""
    made = Tables()
    for name in sorted(find_commands(str(Path(console.__file__ or "").parent / "management"))):
        _read(made, name, load_command_class("console", name).create_parser("manage.py", name))
    return made


def _read(made: Tables, key: str, parser: argparse.ArgumentParser) -> None:
    made.options[key] = []
    place = 0
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            made.subcommands[key] = sorted(action.choices)
            for word, below in action.choices.items():
                _read(made, f"{key} {word}", below)
        elif not action.option_strings:
            place += 1
            made.places[f"{key} {place}"] = _takes(action)
        else:
            _read_option(made, key, action)


def _read_option(made: Tables, key: str, action: argparse.Action) -> None:
    for option in action.option_strings:
        if option in DJANGO or option in DJANGO_TOO:
            continue
        made.options[key].append(option)
        if action.nargs != 0:
            made.values[f"{key} {option}"] = _takes(action)


def _takes(action: argparse.Action) -> str:
    """The words that an argument takes, or what stands for them."""
    if action.choices is not None:
        return " ".join(str(choice) for choice in action.choices)
    for name in (str(action.metavar or ""), action.dest):
        if name in KNOWN:
            return " ".join(KNOWN[name])
        if name in FILES:
            return FILE
    return ANY


def _functions(made: Tables) -> Iterator[str]:
    commands = sorted(key for key in made.options if " " not in key)
    yield f'_changeover_commands="{" ".join(commands)}"'
    yield _lookup("subcommands", {key: " ".join(words) for key, words in made.subcommands.items()})
    yield _lookup("options", {key: " ".join(words) for key, words in made.options.items()})
    yield _lookup("value", made.values)
    yield _lookup("place", made.places)


def _lookup(name: str, table: Mapping[str, str]) -> str:
    """A function that prints what belongs to its argument, nothing for one that is not known."""
    arms = [f"    {shlex.quote(key)}) echo {shlex.quote(words)} ;;" for key, words in sorted(table.items()) if words]
    return "\n".join([f"_changeover_{name}() {{", '  case "$1" in', *arms, "  esac", "}"])


_HEAD = """\
# Completion of manage.py in {shell}, made from the commands themselves by: manage.py completion {shell}
# Have the shell read this file when it starts. Names of clusters are asked of the console, as far as you see them."""

_CANDIDATES = """\
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
}"""

_FRONTS = {
    "bash": """\
_changeover_complete() {
  local typed="${COMP_WORDS[COMP_CWORD]}" found
  found="$(_changeover_candidates "$typed" "${COMP_WORDS[@]:1:COMP_CWORD-1}")"
  case "$found" in
    @cluster) found="$("${COMP_WORDS[0]}" completion clusters 2>/dev/null)" ;;
    @file) COMPREPLY=($(compgen -f -- "$typed")); return ;;
    @any) found="" ;;
  esac
  COMPREPLY=($(compgen -W "$found" -- "$typed"))
}
complete -F _changeover_complete manage.py
""",
    "zsh": """\
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
""",
}
