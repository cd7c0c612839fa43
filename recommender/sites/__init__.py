"""Sites: how to interpret the files of a site, by its generator's conventions and its own configuration.

Each generator is one file in `generators/` and one small site in `tests/sites/`; complex address rules are in a file in
`addresses/`. No configuration is ever executed.
"""

from recommender.sites.addresses.chosen import POSTED, address_by_pattern, with_chosen_addresses
from recommender.sites.detection import GENERATORS, find_site
from recommender.sites.page import Page
from recommender.sites.site import ARTICLE_SUFFIXES, UNREAD_SUFFIXES, Site, normalise_language

__all__ = [
    "ARTICLE_SUFFIXES",
    "GENERATORS",
    "POSTED",
    "UNREAD_SUFFIXES",
    "Page",
    "Site",
    "address_by_pattern",
    "find_site",
    "normalise_language",
    "with_chosen_addresses",
]
