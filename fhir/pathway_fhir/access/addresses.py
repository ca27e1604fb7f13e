"""Where a request of ours may go: an address that a partner named must not lead into our own network.

The name is looked up once, every address it has is judged, and the request then goes to that very address: a name that
answers differently the second time gains nothing. Source: OWASP, Server-Side Request Forgery Prevention.
"""

import asyncio
import socket
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Final
from urllib.parse import urlsplit

_NAT64: Final = ip_network("64:ff9b::/96")
INSIDE: Final = frozenset({"stub", "sandbox"})
"""Modes in which the other side may be on this machine or in our own network."""


class ForbiddenAddress(ValueError):
    """The address may not be asked. The sentence says why, and names no host."""


@dataclass(frozen=True, slots=True)
class Target:
    """A URL whose host has been looked up: where to connect, and what to say there."""

    url: str
    host: str
    headers: dict[str, str]


async def target_of(url: str, mode: str) -> Target:
    """The URL by address instead of by name. Raises ForbiddenAddress; OSError where the name is not known.

    Send `headers` with it, and `host` as the name that the certificate must bear (httpx: the extension `sni_hostname`).
    """
    parts = urlsplit(url)
    host, inside = parts.hostname, mode in INSIDE
    if not host or parts.username is not None or parts.scheme not in ("https", "http"):
        raise ForbiddenAddress("The address must be https, with a host and without a password.")
    port = parts.port or (443 if parts.scheme == "https" else 80)
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    addresses = [ip_address(str(entry[4][0]).partition("%")[0]) for entry in found]
    if not addresses:
        raise ForbiddenAddress("The host of this address has none itself.")
    if parts.scheme == "http" and not (inside and all(a.is_loopback for a in addresses)):
        raise ForbiddenAddress("The address must be https; http is for a sandbox on this machine only.")
    if not inside and not all(is_public(address) for address in addresses):
        raise ForbiddenAddress("The host leads into a private network, which only stub and sandbox may.")
    chosen = addresses[0]
    at = f"[{chosen}]" if isinstance(chosen, IPv6Address) else str(chosen)
    path = f"{parts.path or '/'}{'?' + parts.query if parts.query else ''}"
    return Target(f"{parts.scheme}://{at}:{port}{path}", host, {"Host": parts.netloc})


def is_public(address: IPv4Address | IPv6Address) -> bool:
    """Whether an address is on the public internet, also where an IPv4 one is written inside an IPv6 one."""
    if isinstance(address, IPv6Address):
        if address in _NAT64:
            return is_public(IPv4Address(address.packed[12:]))
        within = address.ipv4_mapped or address.sixtofour
        if within is not None:
            return is_public(within)
    return address.is_global and not address.is_multicast
