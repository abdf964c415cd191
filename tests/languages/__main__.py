"""Brings every language's catalogs up to date with what is marked, and compiles them: `make messages`."""

import sys

from tests.languages import catalogs


def main() -> int:
    """Write the files; 1 while something has no translation yet."""
    missing = 0
    for language in catalogs.languages():
        for domain in catalogs.DOMAINS:
            catalog = catalogs.renewed(language, domain)
            catalogs.source_of(language, domain).write_bytes(catalogs.written(catalog))
            catalogs.compiled_of(language, domain).write_bytes(catalogs.compiled(catalog))
            lacking = [message for message in catalog if message.id and not message.string]
            sys.stdout.write(f"{language} {domain}: {len(catalog)} texts, {len(lacking)} without translation\n")
            missing += len(lacking)
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
