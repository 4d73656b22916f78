"""Turns to call a model that hold in all processes together: they are counted in Redis.

Loaded only where a Redis server is named, and opened in the event loop that uses it.
"""

import asyncio
import logging
import uuid
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from typing import cast
from urllib.parse import urlsplit

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import ExponentialWithJitterBackoff
from redis.exceptions import AuthenticationError, AuthorizationError, RedisError
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import TimeoutError as RedisTimeoutError
from throttled.asyncio import RedisStore
from throttled.exceptions import StoreUnavailableError

from creative_assets.studio.errors import RequestRejectedError, ServerFaultError
from creative_assets.studio.models.limits import ModelLimit
from creative_assets.studio.models.turns import Rates

LEASE_S = 30.0
"""How long a slot outlasts a process that has died with it."""

_RENEW_S = 8.0
_POLL_S = 0.2
_FREEING_S = 1.0
_TRIES = 20
_LONGEST_WAIT_S = 2.0
_TIMEOUT_S = 5.0
_AWAY = (RedisConnectionError, RedisTimeoutError)
_NOT_LET_IN = (AuthenticationError, AuthorizationError)

# Slots are members of a sorted set, by the time at which each lapses. To take a slot that is held
# already renews it.
_TAKE = """
local time = redis.call('TIME')
local now = tonumber(time[1]) + tonumber(time[2]) / 1000000
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
local is_held = redis.call('ZSCORE', KEYS[1], ARGV[1])
if not is_held and redis.call('ZCARD', KEYS[1]) >= tonumber(ARGV[2]) then
    return 0
end
redis.call('ZADD', KEYS[1], now + tonumber(ARGV[3]), ARGV[1])
redis.call('EXPIRE', KEYS[1], math.ceil(tonumber(ARGV[3])))
return 1
"""

log = logging.getLogger(__name__)


class SharedTurns:
    """Turns that all processes take from one Redis server, in the names of their `service`."""

    def __init__(self, url: str, service: str, *, lease_s: float = LEASE_S) -> None:
        """Connect to nothing yet. The password in `url` is in no message.

        Raises:
            RequestRejectedError: The URL is none of a Redis server's.
        """
        self._service = service
        self._lease_s = lease_s
        self._address = urlsplit(url).netloc.rpartition("@")[2]
        with self._explaining():
            store = _Store(url)
            self._redis = store.client
            self._take = self._redis.register_script(_TAKE)
        self._rates = Rates(store)
        self._queues: dict[str, asyncio.Lock] = {}

    @asynccontextmanager
    async def slot(self, model: str, limit: ModelLimit) -> AsyncIterator[None]:
        """As in `Turns`.

        Raises:
            ServerFaultError: The server does not answer, and has not come back soon.
        """
        key, holder = f"creative-assets:in-flight:{self._named(model)}", uuid.uuid4().hex
        taking = (holder, limit.in_flight, self._lease_s)
        # One at a time: whoever came first is next, and one of many who wait asks the server.
        async with self._queues.setdefault(model, asyncio.Lock()):
            with self._explaining():
                while not await self._take(keys=[key], args=taking):  # noqa: ASYNC110 - Redis calls nobody
                    await asyncio.sleep(_POLL_S)
        renewing = asyncio.create_task(self._renew(key, taking))
        try:
            yield
        finally:
            renewing.cancel()
            with suppress(RedisError, TimeoutError):  # then it lapses
                async with asyncio.timeout(_FREEING_S):
                    await self._redis.zrem(key, holder)

    async def paced(self, model: str, limit: ModelLimit) -> None:
        """As in `Turns`.

        Raises:
            ServerFaultError: The server does not answer, and has not come back soon.
        """
        with self._explaining():
            await self._rates.paced(self._named(model), limit)

    async def close(self) -> None:
        """As in `Turns`."""
        await self._redis.aclose(close_connection_pool=True)

    async def _renew(self, key: str, taking: tuple[str, int, float]) -> None:
        while True:
            await asyncio.sleep(min(_RENEW_S, self._lease_s / 3))
            try:
                await self._take(keys=[key], args=taking)
            except RedisError as error:  # the lease outlasts two more tries
                log.warning("A slot at %s was not renewed: %s", self._address, error)

    def _named(self, model: str) -> str:
        return f"{self._service}/{model}"

    @contextmanager
    def _explaining(self) -> Iterator[None]:
        """Say in the studio's errors what failed."""
        try:
            yield
        except (RedisError, StoreUnavailableError, ValueError) as error:
            cause = error.__cause__ if isinstance(error, StoreUnavailableError) else error
            if isinstance(cause, _AWAY) and not isinstance(cause, _NOT_LET_IN):
                raise ServerFaultError(
                    f"The Redis server at {self._address}, which keeps the limits on model calls, "
                    f"did not answer ({cause}). Try again."
                ) from error
            raise RequestRejectedError(
                f"The limits on model calls cannot be kept at {self._address} ({cause}). Expected "
                "redis://[user:password@]host:port/number of a server that lets this user in.",
                everywhere=True,
            ) from error


class _Store(RedisStore):
    """The rates' store, whose client the slots use as well."""

    def __init__(self, url: str) -> None:
        connections = {
            "socket_timeout": _TIMEOUT_S,
            "socket_connect_timeout": _TIMEOUT_S,
            # What restarts is waited for, half a minute or so.
            "retry": Retry(ExponentialWithJitterBackoff(base=0.1, cap=_LONGEST_WAIT_S), _TRIES),
            "retry_on_error": list(_AWAY),
        }
        super().__init__(url, {"CONNECTION_POOL_KWARGS": connections})

    @property
    def client(self) -> Redis:
        """The connections, as `redis` has them."""
        return cast("Redis", self._backend.get_client())
