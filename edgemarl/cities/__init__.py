"""Cities: where base stations and people are, from a data set's files or from a generator."""

from edgemarl.cities.city import City
from edgemarl.cities.eua import read_eua, write_eua
from edgemarl.cities.sources import canonical_city, load_city
from edgemarl.cities.synthetic import synthetic_city

__all__ = ["City", "canonical_city", "load_city", "read_eua", "synthetic_city", "write_eua"]
