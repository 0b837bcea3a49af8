"""Requests that a stranger's server would not mind, and that a stranger's page cannot misuse.

Polite: robots.txt is heeded, requests to one host are some time apart, a server that is busy is asked again
later, and whoever reads its log learns who asked. Safe: only http and https, only the hosts that were named, no
addresses of private networks, and of every answer only so many bytes, for so long.
"""

import contextlib
import http.client
import io
import ipaddress
import socket
import time
import urllib.error
import urllib.request
import urllib.robotparser
from collections.abc import Callable
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from functools import partial
from typing import Any, NamedTuple
from urllib.parse import quote, urljoin, urlsplit

from saddlepoint.version import __version__

AGENT = f"saddlepoint/{__version__} (collects training images; heeds robots.txt)"
REDIRECTS = 5
ROBOTS_BYTES = 500 * 1024  # of robots.txt, by RFC 9309
LONGEST_PAUSE = 60.0  # seconds that a server may ask us to wait
_CHUNK = 2**16
_BUSY = {408, 425, 429, 500, 502, 503, 504}


class RefusedError(Exception):
    """An address is not to be had, and asking again would not help; says why."""


class UnreachableError(Exception):
    """An address is not to be had now; says why."""


@dataclass(frozen=True)
class Manners:
    """How requests are made.

    Attributes:
        delay: least seconds between two requests to one host.
        attempts: how often a busy or silent server is asked.
        timeout: seconds without a byte after which a server counts as silent.
        patience: seconds for all of one answer, its headers included.
        private: whether addresses of private networks, and of this machine, may be asked.
        agent: who asks, as servers' logs will say.
    """

    delay: float = 1.0
    attempts: int = 3
    timeout: float = 20.0
    patience: float = 120.0
    private: bool = False
    agent: str = AGENT


class Answer(NamedTuple):
    """What a server sent.

    Attributes:
        url: where it came from in the end.
        kind: its media type as the server says, such as ``image/png``.
        content: its bytes.
    """

    url: str
    kind: str
    content: bytes


class Web:
    """Fetches addresses.

    Args:
        manners: how.
        hosts: names of the hosts that may be asked; None for any.
    """

    def __init__(self, manners: Manners, hosts: set[str] | None = None):
        self.manners = manners
        self.hosts = hosts
        self._asked: dict[str, float] = {}  # by host, when it was asked last
        self._pause: dict[str, float] = {}  # by host, what its robots.txt asks for
        self._robots: dict[str, urllib.robotparser.RobotFileParser] = {}
        handlers = [_Http(manners), _Https(manners), _Stay()]
        self._opener = urllib.request.build_opener(*handlers)

    def get(self, url: str, most: int, wanted: Callable[[str], bool] = lambda kind: True) -> Answer:
        """Fetch one address.

        Args:
            url: where.
            most: bytes that the answer may have.
            wanted: (media type) -> whether it is worth its bytes.

        Raises:
            RefusedError: it may not be asked, does not exist, is too large, or is no wanted type.
            UnreachableError: its server does not answer properly now.
        """
        for attempt in range(1, self.manners.attempts + 1):
            try:
                return self._follow(url, most, wanted)
            except UnreachableError as trouble:
                if attempt == self.manners.attempts:
                    raise
                asked = trouble.args[1] if len(trouble.args) > 1 else 0.0
                time.sleep(min(LONGEST_PAUSE, max(asked, self.manners.delay * 2 ** (attempt - 1))))
        raise AssertionError("at least one attempt is made")

    def _follow(self, url: str, most: int, wanted: Callable[[str], bool]) -> Answer:
        visited = {url}
        for _ in range(REDIRECTS + 1):
            self._check(url)
            if not self._allowed(url):
                raise RefusedError("robots.txt forbids it")
            found = self._open(url, most, wanted)
            if isinstance(found, Answer):
                return found
            url = joined(url, found)
            if url in visited:
                raise RefusedError("it redirects in a circle")
            visited.add(url)
        raise RefusedError(f"it redirects more than {REDIRECTS} times")

    def _check(self, url: str) -> None:
        """Raise RefusedError unless an address is of the web and of a host that may be asked."""
        host = host_of(url)
        if host is None:
            raise RefusedError("it is no http or https address")
        if self.hosts is not None and host not in self.hosts:
            raise RefusedError(f"it is on another host, {host}")

    def _allowed(self, url: str) -> bool:
        """Say whether the host's robots.txt lets us have an address."""
        parts = urlsplit(url)
        place = f"{parts.scheme}://{parts.netloc}"
        if place not in self._robots:
            rules = urllib.robotparser.RobotFileParser()
            rules.parse(self._rules(f"{place}/robots.txt"))
            self._robots[place] = rules
            asked = rules.crawl_delay(self.manners.agent)
            self._pause[parts.netloc] = min(LONGEST_PAUSE, float(asked)) if asked else 0.0
        return self._robots[place].can_fetch(self.manners.agent, url)

    def _rules(self, url: str) -> list[str]:
        """Return the lines of a robots.txt: none where there is none; raises UnreachableError."""
        for _ in range(REDIRECTS + 1):
            try:
                found = self._open(url, ROBOTS_BYTES, lambda kind: True, cut=True)
            except RefusedError:
                return []
            if isinstance(found, Answer):
                return found.content.decode("utf-8", "replace").splitlines()
            place = joined(url, found)
            if host_of(place) != host_of(url):
                return []
            url = place
        return []

    def _open(self, url: str, most: int, wanted: Callable[[str], bool], *, cut: bool = False) -> Answer | str:
        """Return an answer, or where it has moved to; ``cut`` takes the beginning of what is too long."""
        self._wait(urlsplit(url).netloc)
        request = urllib.request.Request(
            _quoted(url), headers={"User-Agent": self.manners.agent, "Accept": "*/*"}
        )
        try:
            with self._opener.open(request, timeout=self.manners.timeout) as answer:
                if 300 <= answer.status < 400:
                    return answer.headers.get("Location") or ""
                kind = answer.headers.get_content_type()
                if not wanted(kind):
                    raise RefusedError(f"it is {kind}")
                length = int(answer.headers.get("Content-Length") or 0)
                if length > most and not cut:
                    raise RefusedError(f"it has {length:,} bytes, more than {most:,}")
                return Answer(url, kind, _body(answer, length, most, cut=cut))
        except urllib.error.HTTPError as error:
            error.close()
            if error.code in _BUSY:
                raise UnreachableError(f"HTTP {error.code}", _pause(error.headers.get("Retry-After"))) from None
            raise RefusedError(f"HTTP {error.code}") from None
        except (urllib.error.URLError, http.client.HTTPException, OSError, ValueError) as error:
            inner = getattr(error, "reason", None)
            if isinstance(inner, RefusedError):
                raise inner from None
            raise UnreachableError(str(inner or error or type(error).__name__)) from None

    def _wait(self, host: str) -> None:
        apart = max(self.manners.delay, self._pause.get(host, 0.0))
        rest = self._asked.get(host, -apart) + apart - time.monotonic()
        if rest > 0:
            time.sleep(rest)
        self._asked[host] = time.monotonic()


def host_of(url: str) -> str | None:
    """Return the host of an http or https address; None where it is no such address."""
    try:
        parts = urlsplit(url)
        return parts.hostname if parts.scheme in ("http", "https") else None
    except ValueError:  # brackets that are none of IPv6
        return None


def joined(url: str, link: str) -> str:
    """Return where a link of the page at ``url`` leads; "" where it is no address at all."""
    try:
        return urljoin(url, link)
    except ValueError:
        return ""


def _quoted(url: str) -> str:
    """Return an address as it is sent: pages have spaces and letters in theirs that no request may have."""
    parts = urlsplit(url)
    path, query = quote(parts.path, "/%:@!$&'()*+,;=~"), quote(parts.query, "/%:@!$&'()*+,;=~?")
    return parts._replace(path=path, query=query, fragment="").geturl()


def _body(answer: Any, length: int, most: int, *, cut: bool) -> bytes:
    """Return an answer's bytes; raises RefusedError where they are too many, UnreachableError where too few."""
    content = bytearray()
    while chunk := answer.read1(_CHUNK):
        content += chunk
        if len(content) > most:
            if cut:
                return bytes(content[:most])
            raise RefusedError(f"it has more than {most:,} bytes")
    if len(content) < length:
        raise UnreachableError(f"the connection ended after {len(content):,} of {length:,} bytes")
    return bytes(content)


def _pause(text: str | None) -> float:
    """Return the seconds of a Retry-After header, of either form; 0 where there is none."""
    with contextlib.suppress(ValueError, TypeError):
        return float(text or 0)
    with contextlib.suppress(ValueError, TypeError):
        return max(0.0, parsedate_to_datetime(text or "").timestamp() - time.time())
    return 0.0


def is_private(address: str) -> bool:
    """Say whether an IP address is one of a private network, of this machine, or of no single machine."""
    found = ipaddress.ip_address(address.partition("%")[0])
    mapped = getattr(found, "ipv4_mapped", None)
    found = mapped or found
    return not found.is_global or found.is_multicast


def _connected(place: tuple[str, int], timeout: Any, source: Any = None, *, private: bool) -> socket.socket:
    """Connect to a host by name: the address that is checked is the one that is connected to."""
    trouble: OSError | None = None
    for family, kind, protocol, _, address in socket.getaddrinfo(*place, type=socket.SOCK_STREAM):
        if not private and is_private(str(address[0])):
            raise RefusedError(f"{place[0]} is on a private network, at {address[0]}")
        found = socket.socket(family, kind, protocol)
        try:
            if isinstance(timeout, int | float):
                found.settimeout(timeout)
            found.connect(address)
            return found
        except OSError as error:
            found.close()
            trouble = error
    raise trouble or OSError(f"{place[0]} has no address")


class _Bounded(io.RawIOBase):
    """What a connection brings within so many seconds, however slowly its bytes come."""

    def __init__(self, sock: socket.socket, patience: float):
        super().__init__()
        self.sock = sock
        self.raw = sock.makefile("rb", buffering=0)
        self.silence = sock.gettimeout() or patience
        self.until = time.monotonic() + patience

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        rest = self.until - time.monotonic()
        if rest <= 0:
            raise TimeoutError("its answer was too slow")
        self.sock.settimeout(min(self.silence, rest))
        return self.raw.readinto(buffer)

    def close(self) -> None:
        self.raw.close()
        super().close()


class _Response(http.client.HTTPResponse):
    def __init__(self, sock: socket.socket, *settings: Any, patience: float, **more: Any):
        super().__init__(sock, *settings, **more)
        self.fp.close()
        self.fp = io.BufferedReader(_Bounded(sock, patience))


class _Connection(http.client.HTTPConnection):
    def __init__(self, *settings: Any, private: bool, patience: float, **more: Any):
        super().__init__(*settings, **more)
        self._create_connection = partial(_connected, private=private)
        self.response_class = partial(_Response, patience=patience)  # pyright: ignore[reportAttributeAccessIssue]


class _SafeConnection(_Connection, http.client.HTTPSConnection):
    pass


def _proxied(request: urllib.request.Request) -> bool:
    """Say whether a request goes to a proxy, which then sees to addresses itself."""
    return request.has_proxy() or getattr(request, "_tunnel_host", None) is not None


class _Http(urllib.request.HTTPHandler):
    def __init__(self, manners: Manners):
        super().__init__()
        self.manners = manners

    def http_open(self, req: urllib.request.Request) -> Any:
        private = self.manners.private or _proxied(req)
        kind = partial(_Connection, private=private, patience=self.manners.patience)
        return self.do_open(kind, req)  # pyright: ignore[reportArgumentType]


class _Https(urllib.request.HTTPSHandler):
    def __init__(self, manners: Manners):
        super().__init__()
        self.manners = manners

    def https_open(self, req: urllib.request.Request) -> Any:
        private = self.manners.private or _proxied(req)
        kind = partial(_SafeConnection, private=private, patience=self.manners.patience)
        return self.do_open(kind, req, context=self._context)  # pyright: ignore


class _Stay(urllib.request.HTTPRedirectHandler):
    """Hands redirections back, so that each of their addresses is checked like the first."""

    def http_error_302(self, req: Any, fp: Any, code: int, msg: str, headers: Any) -> Any:
        return fp

    http_error_301 = http_error_303 = http_error_307 = http_error_308 = http_error_302
