"""The demo's folder: private, kept, and used by one demo at a time."""

import stat
from pathlib import Path

import pytest

from console.demo.state import InUse, State


def test_the_folder_is_its_owners_alone(tmp_path: Path) -> None:
    with State(tmp_path / "new" / "demo") as state:
        assert stat.S_IMODE(state.folder.stat().st_mode) == 0o700
        assert stat.S_IMODE(state.new_password().stat().st_mode) == 0o600


def test_a_password_counts_only_once_its_login_exists(tmp_path: Path) -> None:
    with State(tmp_path) as state:
        draft = state.new_password()
        first = draft.read_text()
        assert not state.password.exists()
        state.keep_password(draft)
    with State(tmp_path) as again:
        assert again.password.read_text() == first
        assert again.new_password().read_text() != first
    assert len(first.strip()) >= 16


def test_a_second_demo_in_the_same_folder_is_refused_with_a_remedy(tmp_path: Path) -> None:
    with State(tmp_path), pytest.raises(InUse, match=r"running in .* already") as refusal, State(tmp_path):
        pass
    assert "--state DIR" in refusal.value.remedy


def test_the_folder_is_free_again_afterwards(tmp_path: Path) -> None:
    for _ in range(2):
        with State(tmp_path):
            pass


def test_a_socket_in_a_deep_folder_gets_a_short_path_that_is_removed(tmp_path: Path) -> None:
    with State(tmp_path / ("deep" * 30)) as state:
        path = state.socket("redis.sock")
        assert len(str(path)) < 108
        assert path.parent != state.folder
    assert not path.parent.exists()


def test_a_socket_left_behind_is_cleared_away(tmp_path: Path) -> None:
    with State(tmp_path) as state:
        (state.folder / "redis.sock").touch()
        assert not state.socket("redis.sock").exists()
