"""What Windows' own commands print, read into facts: one small strict parser for each command."""

from console.domain.readings.partition import images_on, open_files, open_handles
from console.domain.readings.sc import read_config, read_service
from console.domain.readings.windows import (
    invalid_class,
    mounted_stores,
    node_clock,
    read_blocks,
    read_hostname,
    read_version,
)

__all__ = [
    "images_on",
    "invalid_class",
    "mounted_stores",
    "node_clock",
    "open_files",
    "open_handles",
    "read_blocks",
    "read_config",
    "read_hostname",
    "read_service",
    "read_version",
]
