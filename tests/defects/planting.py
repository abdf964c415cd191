"""Puts a defect into the console's code for the time of a test, as another text of a module's own."""

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from types import FunctionType, ModuleType

import pytest


@dataclass(frozen=True)
class Plant:
    """A defect of the samples as it would look here, and a test that must then fail."""

    defect: str
    module: ModuleType
    right: str
    """What the module says, once."""
    wrong: str
    shown_by: Callable[..., None]
    words: tuple[object, ...] = ()
    """The test's arguments."""

    def put(self, patch: pytest.MonkeyPatch) -> None:
        """Have the module's functions do what the other text says. Raises `AssertionError` when none differs."""
        source = inspect.getsource(self.module)
        assert source.count(self.right) == 1, (
            f"{self.module.__name__} says {source.count(self.right)} times {self.right}"
        )
        other: dict[str, object] = {"__name__": self.module.__name__}
        exec(compile(source.replace(self.right, self.wrong), "planted", "exec"), other)
        changed = [
            (ours, value)
            for name, value in other.items()
            if isinstance(value, FunctionType) and isinstance(ours := vars(self.module).get(name), FunctionType)
            if value.__module__ == ours.__module__ and _differs(value, ours)
        ]
        assert changed
        for ours, value in changed:
            patch.setattr(ours, "__code__", value.__code__)


def _differs(one: FunctionType, other: FunctionType) -> bool:
    left, right = one.__code__, other.__code__
    return (left.co_code, _constants(left.co_consts), left.co_names) != (
        right.co_code,
        _constants(right.co_consts),
        right.co_names,
    )


def _constants(values: tuple[object, ...]) -> list[object]:
    """Constants to compare; a comprehension's code is one of them."""
    return [(v.co_code, _constants(v.co_consts), v.co_names) if inspect.iscode(v) else v for v in values]
