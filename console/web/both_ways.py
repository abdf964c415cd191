"""A middleware that serves on both sides of Django, so that a streamed live page is not pushed through a thread."""

from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable
from contextlib import AbstractContextManager

from asgiref.sync import iscoroutinefunction, markcoroutinefunction
from django.http import HttpRequest, HttpResponseBase

Next = Callable[[HttpRequest], HttpResponseBase | Awaitable[HttpResponseBase]]
Finish = Callable[[HttpResponseBase], HttpResponseBase]


class BothWays(ABC):
    """What is the same with and without `await`; a subclass says what happens `around` a request."""

    sync_capable = True
    async_capable = True

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response
        self.is_async = iscoroutinefunction(get_response)
        if self.is_async:
            markcoroutinefunction(self)

    @abstractmethod
    def around(self, request: HttpRequest) -> AbstractContextManager[Finish]:
        """Holds while the request is answered; gives what is done to the answer afterwards."""

    def __call__(self, request: HttpRequest) -> HttpResponseBase | Awaitable[HttpResponseBase]:
        if self.is_async:
            return self._later(request)
        with self.around(request) as finish:
            response = self.get_response(request)
        assert isinstance(response, HttpResponseBase)
        return finish(response)

    async def _later(self, request: HttpRequest) -> HttpResponseBase:
        with self.around(request) as finish:
            answer = self.get_response(request)
            assert not isinstance(answer, HttpResponseBase)
            response = await answer
        return finish(response)


def as_it_is(response: HttpResponseBase) -> HttpResponseBase:
    """The answer, to which nothing is done."""
    return response
