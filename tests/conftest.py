"""What all tests share: the option that writes measured distances into the documentation, and calm surroundings."""

from __future__ import annotations

import os

# albumentations asks the network for its newest version when it is imported, unless told not to.
os.environ.setdefault("NO_ALBUMENTATIONS_UPDATE", "1")

import pytest
from hypothesis import settings

from parity import Distances, check, measure

# Always the same examples: a suite that fails once in a while is worth little. HYPOTHESIS_PROFILE=search looks for new ones.
settings.register_profile("fixed", derandomize=True, deadline=None, database=None)
settings.register_profile("search", deadline=None, max_examples=2000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "fixed"))


def pytest_addoption(parser):
    parser.addoption(
        "--write-semantics",
        action="store_true",
        help="write the distances measured by the parity tests into docs/semantics.md instead of checking them",
    )


@pytest.fixture(scope="session")
def distances(request):
    """Where parity tests leave what they measured."""
    found = Distances.read()
    yield found
    if request.config.getoption("--write-semantics") and found.measured:
        found.write()


@pytest.fixture
def compare(request, distances):
    """Measures how far two results are apart, checks it against a bound and the documentation, and remembers it."""

    def measured(name, reference, ours, theirs, bound, interior=0):
        distance = measure(ours, theirs, interior)
        check(f"{name} against {reference}", distance, bound)
        distances.add(name, reference, distance)
        if not request.config.getoption("--write-semantics"):
            distances.check(name, reference, distance)

    return measured
