"""What generations of Exchange need and how cluster products are told, as data; `README.md` says what to touch."""

from console.catalog.loader import (
    CatalogError,
    cluster_product,
    finding_areas,
    findings,
    generation,
    generations,
    means,
    procedure,
    procedures,
)

__all__ = [
    "CatalogError",
    "cluster_product",
    "finding_areas",
    "findings",
    "generation",
    "generations",
    "means",
    "procedure",
    "procedures",
]
