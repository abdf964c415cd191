"""What generations of Exchange need and how cluster products are told, as data; `README.md` says what to touch."""

from console.catalog.loader import (
    DEFAULT_PRODUCT,
    CatalogError,
    cluster_product,
    cluster_products,
    driver_choices,
    finding_areas,
    findings,
    generation,
    generations,
    means,
    procedure,
    procedures,
)

__all__ = [
    "DEFAULT_PRODUCT",
    "CatalogError",
    "cluster_product",
    "cluster_products",
    "driver_choices",
    "finding_areas",
    "findings",
    "generation",
    "generations",
    "means",
    "procedure",
    "procedures",
]
