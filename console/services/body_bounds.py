"""How large a body the API takes, by its address: the same in front of Django, and behind the door."""

API = "/api/"
USUAL = 64 * 1024
"""Bytes, at any address that is not named below."""
LOG = 256 * 1024 * 1024
"""Bytes of the largest set-up log that is handed in over the network."""
CONFIGURATION = 1024 * 1024
"""Bytes of a cluster product's configuration; real ones have some tens of thousands."""
INVENTORY = 2_400_000
"""Bytes of an inventory as a file, some 2,000 clusters; below what Django keeps of a body in memory."""
LARGER = {
    f"{API}v1/set-up-logs": LOG,
    f"{API}v1/discoveries/files": CONFIGURATION,
    f"{API}v1/inventory": INVENTORY,
}


def largest(path: str) -> int:
    """Bytes of the largest body at that address of the API."""
    return LARGER.get(path, USUAL)


def in_words(size: int) -> str:
    """Such a size for people."""
    return f"{size // 1024} KiB" if size < 1024 * 1024 else f"{size // 1024 // 1024} MiB"
