"""A large library and a large tenant make pages that a browser opens at once."""

from __future__ import annotations

from tests.render.large import FRAMEWORKS, large
from tests.render.pages import Page, written

MOST = 3_000_000


def test_no_page_of_a_large_report_is_larger_than_three_megabytes() -> None:
    run = large()
    made = {name: data for name, data in written(run).items() if name.endswith(".html")}
    sizes = {name: len(data) for name, data in made.items()}
    assert len(made) == 4 + len(FRAMEWORKS)
    assert max(sizes.values()) < MOST, sizes
    # every control has its section, every resource that does not pass its place
    controls = Page(made["ehr-prod-controls.html"].decode())
    assert sum(tag == "article" for tag, _ in controls.tags) == len(run.controls)
    resources = Page(made["ehr-prod-resources.html"].decode())
    places = [given for tag, given in resources.tags if tag == "tbody" and given.get("id")]
    assert len(places) == len({row["resource_key"] for row in run.rows})
