"""Who looks at pages tells what is wrong with one, so that silence means something."""

from playwright.sync_api import Browser

from tests.journeys.looks import complaints, sticks_out

FAULTY = """<!doctype html><html lang="en"><head><title>Faulty</title><style>
  @media (prefers-color-scheme: dark) { body { background: #000; color: #333; } h1 { color: #fff; } }
  @media (prefers-color-scheme: light) { em { color: #ddd; } }
</style></head><body><main><h1>Faulty</h1><img src="data:,"><em>pale</em>
<details><summary>More</summary><p style="width: 3000px">wide</p></details></main></body></html>"""


def test_what_is_wrong_in_light_in_dark_and_in_a_fold_is_told(browser: Browser) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 844})
    page = context.new_page()
    page.set_content(FAULTY)
    assert [one[:8] for one in sticks_out(page)] == ["<p style"]
    told = complaints(page)
    context.close()
    assert {(one.split()[0], one.split()[1]) for one in told} >= {
        ("light", "image-alt:"),
        ("light", "color-contrast:"),
        ("dark", "color-contrast:"),
    }
    assert any("pale" in one for one in told)
