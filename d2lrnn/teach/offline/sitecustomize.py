"""No connection to anything but this machine, once this is imported. With this folder first on PYTHONPATH, Python imports it before anything else."""

import ipaddress
import socket


def _refuse(address) -> None:
    host = address[0] if isinstance(address, tuple) else address
    if not isinstance(host, str | bytes) or not isinstance(address, tuple):
        return  # a Unix socket
    host = host.decode() if isinstance(host, bytes) else host
    try:
        here = host in ("", "localhost") or ipaddress.ip_address(host.partition("%")[0]).is_loopback
    except ValueError:
        here = False
    if not here:
        raise OSError(f"this has to run without a network, and {host} was asked for")


class _Socket(socket.socket):
    def connect(self, address):
        _refuse(address)
        return super().connect(address)

    def connect_ex(self, address):
        _refuse(address)
        return super().connect_ex(address)


_lookup = socket.getaddrinfo


def _getaddrinfo(host, *args, **kwargs):
    if host is not None:
        _refuse((host, 0))
    return _lookup(host, *args, **kwargs)


socket.socket = _Socket
socket.getaddrinfo = _getaddrinfo
