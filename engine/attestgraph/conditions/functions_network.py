"""Template functions on IP addresses and ranges.

Source: Microsoft's policy rule reference (`ipRangeContains`) and reference of CIDR functions.
"""

from __future__ import annotations

import ipaddress
from typing import Any

from attestgraph.conditions.functions_base import (
    Function,
    FunctionError,
    integer_of,
    text_of,
)

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network
_LONGEST = 100


def range_of(text: str) -> tuple[int, int, int]:
    """Return the version, the first and the last address of `a`, `a/prefix` or `a-b`."""
    text = text.strip(" ")
    if "/" in text:
        network = _network(text)
        return network.version, int(network.network_address), int(network.broadcast_address)
    start, dash, end = text.partition("-")
    first = _address(start.strip(" "))
    last = _address(end.strip(" ")) if dash else first
    if first.version != last.version or int(first) > int(last):
        raise FunctionError(f"`{text[:_LONGEST]}` is no range of addresses")
    return first.version, int(first), int(last)


def _address(text: str) -> Address:
    try:
        return ipaddress.ip_address("" if "%" in text else text[: _LONGEST + 1])
    except ValueError:
        raise FunctionError(f"`{text[:_LONGEST]}` is no IP address") from None


def _network(text: str) -> Network:
    address, _, prefix = text.partition("/")
    start = _address(address)
    if not (prefix.isascii() and prefix.isdigit() and len(prefix) <= 3):
        raise FunctionError(f"`{text[:_LONGEST]}` has no prefix length")
    if int(prefix) > start.max_prefixlen:
        raise FunctionError(f"`{text[:_LONGEST]}` has no prefix length of its kind")
    return ipaddress.ip_network(f"{start}/{int(prefix)}", strict=False)


def contains(outer: Any, inner: Any) -> bool:
    """Tell whether all addresses of the second range lie in the first; kinds never mix."""
    version, first, last = range_of(text_of(1, outer))
    other, start, end = range_of(text_of(2, inner))
    return version == other and first <= start and end <= last


def parse_cidr(value: Any) -> dict[str, Any]:
    """Return network, netmask, broadcast (IPv4), firstUsable, lastUsable and cidr."""
    network = _network(text_of(1, value))
    first, last = _usable(network)
    found: dict[str, Any] = {
        "network": str(network.network_address),
        "netmask": str(network.netmask),
    }
    if network.version == 4:
        found["broadcast"] = str(network.broadcast_address)
    return {**found, "firstUsable": first, "lastUsable": last, "cidr": network.prefixlen}


def _usable(network: Network) -> tuple[str, str]:
    first, last = network.network_address, network.broadcast_address
    if network.version == 4 and network.prefixlen < 31:
        first, last = first + 1, last - 1
    return str(first), str(last)


def cidr_subnet(value: Any, prefix: Any, index: Any) -> str:
    """Return the subnet of that prefix length and number, counted from 0."""
    network = _network(text_of(1, value))
    length, number = integer_of(2, prefix), integer_of(3, index)
    if not network.prefixlen <= length <= network.max_prefixlen:
        raise FunctionError("the prefix is shorter than the network's or longer than an address")
    if not 0 <= number < 1 << (length - network.prefixlen):
        raise FunctionError("the network has no subnet of that number")
    step = 1 << (network.max_prefixlen - length)
    return f"{network.network_address + number * step}/{length}"


def cidr_host(value: Any, index: Any) -> str:
    """Return the usable address of that number, counted from 0."""
    network = _network(text_of(1, value))
    number = integer_of(2, index)
    first, last = map(ipaddress.ip_address, _usable(network))
    if not 0 <= number <= int(last) - int(first):
        raise FunctionError("the network has no usable address of that number")
    return str(first + number)


def entries() -> tuple[Function, ...]:
    """Return the functions of this file."""
    return (
        Function(
            name="ipRangeContains",
            family="network",
            least=2,
            most=2,
            call=contains,
            note="whether a range (`a`, `a/prefix`, `a-b`) holds all of another",
        ),
        Function(
            name="parseCidr",
            family="network",
            least=1,
            most=1,
            call=parse_cidr,
            note="network, netmask, first and last address of a range",
        ),
        Function(
            name="cidrSubnet",
            family="network",
            least=3,
            most=3,
            call=cidr_subnet,
            note="a subnet by prefix length and number",
        ),
        Function(
            name="cidrHost",
            family="network",
            least=2,
            most=2,
            call=cidr_host,
            note="a usable address by number",
        ),
    )
