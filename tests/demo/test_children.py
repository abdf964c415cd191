"""The demo's processes: a Redis that answers, and an environment with nothing of a real console in it."""

import os
import pwd
import socket
from pathlib import Path

import pytest

from console.demo.children import NoRedis, account, environment, redis
from console.demo.ready import LOOPBACK, free_port, page_answers, redis_answers
from console.demo.supervisor import Supervisor


def test_redis_answers_on_its_socket_and_nowhere_else(tmp_path: Path) -> None:
    path = tmp_path / "redis.sock"
    assert "no answer" in (redis_answers(path)() or "")
    with Supervisor(tmp_path / "logs", os.environ) as supervisor:
        process = supervisor.start("redis", redis(path))
        supervisor.wait(process, redis_answers(path), within=10)
        assert path.stat().st_mode & 0o077 == 0
    assert redis_answers(path)() is not None


def test_without_any_redis_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(NoRedis) as missing:
        redis(tmp_path / "redis.sock")
    assert "apt-get install redis-server" in missing.value.remedy


def test_settings_of_a_real_console_do_not_reach_the_demo(tmp_path: Path) -> None:
    shell = {
        "HOME": "/home/olga",
        "CHANGEOVER_MODE": "production",
        "CHANGEOVER_DATABASE_URL": "postgresql://real",
        "DJANGO_SETTINGS_MODULE": "other.settings",
    }
    env = environment(shell, tmp_path, tmp_path / "redis.sock")
    assert env["HOME"] == "/home/olga"
    assert {name for name in env if name.startswith(("CHANGEOVER_", "DJANGO_"))} == {
        "CHANGEOVER_STATE_DIR",
        "CHANGEOVER_BROKER_URL",
    }


def test_a_taken_port_is_passed_over() -> None:
    with socket.create_server((LOOPBACK, 0)) as taken:
        port = taken.getsockname()[1]
        assert port < free_port(port) < port + 100
        assert free_port(0) not in {0, port}
        with pytest.raises(OSError, match=f"no port from {port} to {port} "):
            free_port(port, tries=1)


def test_a_page_that_does_not_answer_is_not_ready() -> None:
    assert "no answer from" in (page_answers(f"http://{LOOPBACK}:{free_port(40000)}/")() or "")


def test_the_login_belongs_to_the_user_who_runs_the_demo(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOGNAME", "somebody-else")
    argv = account("demo")
    assert argv[argv.index("--os-user") + 1] == pwd.getpwuid(os.getuid()).pw_name
    assert "--password-stdin" in argv
