"""The live page in a real browser, beside the demo: real Kafka, real worker, real events.

`PAGE_SCREENSHOT=docs/page.png .venv/bin/pytest tests/e2e/test_page.py` writes the picture of the README as well.
"""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Error, expect, sync_playwright

from cli.demo_events import load_demo_events
from schemas.topics import LISTING_UPDATED, LOGISTICS_EVENT, REVIEW_POSTED
from tests.npm import absent, check_lock, install

pytestmark = pytest.mark.e2e

DRAGOMAN = Path(sys.executable).with_name("dragoman")
JUDGE = Path(__file__).parent / "page"
TOPICS = (LISTING_UPDATED, REVIEW_POSTED, LOGISTICS_EVENT)
CHARTS = ("lag", "throughput", "latency", "fill", "dead")
MIDDLE = 1200  # pixels: wide enough for all columns
SCRIPT = "<script>window.hacked = 1</script>"
IMAGE = "<img src=x onerror='window.hacked = 1'>"
HOSTILE = {
    "listing_id": "L-666",
    "seller_id": "S-1",
    "marketplace": "example",
    "version": 1,
    "source_locale": "en",
    "target_locales": ["fr", "pt-BR"],
    "title": f"Kettle {SCRIPT}",
    "description": f"A kettle. {IMAGE}",
    "updated_at": "2026-01-05T10:00:00Z",
}


def chromium():
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    return found or absent("the live page cannot be looked at: Chromium is not installed")


class Live:
    """The demo, which stays; `url` is its page."""

    def __init__(self, process):
        self.process = process
        self.said = []
        for line in process.stderr:
            self.said.append(line)
            if found := re.search(r"DRAGOMAN_KAFKA__BOOTSTRAP=(\S+)", line):
                self.bootstrap = found[1]
                break
        else:
            pytest.fail(f"the demo ended: {''.join(self.said)}")
        self.url = next(found[1] for line in self.said if (found := re.search(r"stays at (http://[\d.:]+);", line)))

    def publish(self, topic, *events):
        done = subprocess.run(
            [DRAGOMAN, "publish", topic, "-"],
            input="\n".join(map(json.dumps, events)),
            env={**os.environ, "DRAGOMAN_KAFKA__BOOTSTRAP": self.bootstrap},
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        assert done.returncode == 0, done.stderr


@pytest.fixture(scope="module")
def live(embedded_kafka):
    chromium()
    command = [DRAGOMAN, "demo", "--stay", "--json", "--rate", "30"]
    env = {**os.environ, "DRAGOMAN_PAGE__PORT": "0"}  # the usual port may be another demo's
    with subprocess.Popen(command, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            yield Live(process)
            process.send_signal(signal.SIGINT)
            out, err = process.communicate(timeout=60)
            assert process.returncode == 0, err
            assert json.loads(out.splitlines()[-1])["dead_lettered"]
        finally:
            process.kill()


@pytest.fixture(scope="module")
def browser():
    with sync_playwright() as playwright:
        # No name resolves: what this page needs from elsewhere it does not get.
        options = ["--no-sandbox", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"]
        running = playwright.chromium.launch(executable_path=chromium(), args=options)
        yield running
        running.close()


@contextmanager
def opened(browser, url, **options):
    """The page with what there is on it; afterwards: nothing on its console, and no request to anybody else."""
    options = {
        "viewport": {"width": 1440, "height": 1000},
        "color_scheme": "light",
        "reduced_motion": "reduce",
    } | options
    complaints, requests = [], []
    with browser.new_context(**options) as context:
        page = context.new_page()
        page.on("console", lambda message: complaints.append(message.text) if message.type != "log" else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("request", lambda request: requests.append(request.url))
        page.goto(url)
        expect(page.locator("#link")).to_have_attribute("data-state", "live")
        expect(page.locator("#events > li").first).to_be_visible()
        yield page
    assert complaints == []
    assert len(requests) > 8
    assert [request for request in requests if not request.startswith(f"{url}/")] == []


@contextmanager
def traffic(live, folder, rate):
    """The demo's events once more, of other listings and parcels and in other words, for as long as the block."""
    lines = {topic: [] for topic in TOPICS}
    for event in load_demo_events():
        if event.topic not in lines or event.key is None or event.value is None or not read(event):
            continue
        value, key, headers = event.value.decode(), event.key.decode(), dict(event.headers)
        for prefix in ("L-", "R-", "S-"):
            value, key = value.replace(f'"{prefix}', f'"{prefix}9'), key.replace(prefix, f"{prefix}9")
        value = value.replace(" the ", " our ").replace(" o ", " este ")  # what is known comes from memory, not models
        headers = {name: ("again-" if name == "ce_id" else "") + text.decode() for name, text in headers.items()}
        lines[event.topic].append(json.dumps({"key": key, "value": json.loads(value), "headers": headers}))
    environment = {**os.environ, "DRAGOMAN_KAFKA__BOOTSTRAP": live.bootstrap}
    running = []
    for topic in TOPICS:
        file = folder / f"{topic}.jsonl"
        file.write_text("\n".join(lines[topic]), "utf-8")
        command = [DRAGOMAN, "publish", topic, file, "--rate", str(rate)]
        running.append(subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL))
    try:
        yield
    finally:
        for process in running:
            process.terminate()
            process.wait()


def read(event):
    try:
        json.loads(event.value.decode())  # of bytes it would guess the encoding
    except ValueError:
        return False
    return True


def cards(page):
    return page.locator("#events > li")


def kinds(page):
    return set(cards(page).evaluate_all("cards => cards.map(card => card.dataset.kind)"))


def test_events_stand_beside_their_sources_with_their_provenance(live, browser):
    with opened(browser, live.url) as page:
        page.get_by_role("radio", name="Listings").check()
        page.locator("#locale").select_option("pt-BR")
        card = cards(page).filter(has=page.locator(".origin.model")).first
        pair = card.locator(".pair").filter(has=page.locator(".origin.model")).first
        before, after = pair.locator(".before"), pair.locator(".after")
        assert (before.get_attribute("lang"), after.get_attribute("lang")) == ("en", "pt-BR")
        assert len(before.inner_text()) > 3
        assert before.inner_text() != after.inner_text()
        expect(card.locator(".provenance")).to_contain_text("tiny-en-pt")
        expect(card.locator(".provenance")).to_contain_text("from listing-updated/")
        page.locator("#locale").select_option("de")
        page.get_by_label("Only marked fallbacks").check()
        expect(cards(page).first.locator(".mark")).to_contain_text("fallback")
        expect(cards(page).first).to_contain_text("pair_unavailable")


def test_filters_show_what_is_asked_for_and_nothing_else(live, browser):
    with opened(browser, live.url) as page:
        assert cards(page).count() > 20
        for name, kind in (("Listings", "listing"), ("Reviews", "review"), ("Parcels", "parcel")):
            page.get_by_role("radio", name=name).check()
            assert kinds(page) == {kind}
        page.locator("#locale").select_option("en")
        locales = cards(page).evaluate_all("cards => cards.map(card => card.dataset.locale)")
        assert set(locales) == {"en"}
        assert len(locales) > 5


def test_the_charts_have_data_as_pictures_and_as_tables(live, browser):
    with opened(browser, live.url) as page:
        for name in CHARTS:
            figure = page.locator(f"[data-chart={name}]")
            expect(figure.locator("canvas")).to_be_visible()
            assert coloured(figure.locator("canvas")) > 100, name
            assert re.search(r"Now: .*\d", figure.locator(".plot").get_attribute("aria-label")), name
            figure.get_by_text("As a table").click()
            expect(figure.locator("tbody td").filter(has_text=re.compile("[1-9]")).first).to_be_visible()
        dead = page.locator(".tile").filter(has_text="Dead letters")
        expect(dead.locator(".value")).to_have_text("10")
        assert page.locator("#letters tbody tr").count() == 10
        assert page.locator("#partitions tbody tr").count() == 16
        page.get_by_role("button", name="Seconds").click()
        expect(page.locator("[data-chart=lag] .panel-head")).to_contain_text("age of the first uncommitted record")


def coloured(canvas):
    """Pixels that are neither blank nor grey: lines, not the grid."""
    return canvas.evaluate(
        """canvas => {
          const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
          let found = 0;
          for (let at = 0; at < data.length; at += 4) {
            const [red, green, blue, alpha] = data.slice(at, at + 4);
            if (alpha > 100 && Math.max(red, green, blue) - Math.min(red, green, blue) > 60) found += 1;
          }
          return found;
        }"""
    )


def test_a_parcels_journey_is_told_in_the_readers_language(live, browser):
    with opened(browser, live.url) as page:
        page.get_by_role("radio", name="Parcels").check()
        card = cards(page).filter(has=page.locator("h3", has_text="S-7001")).first
        card.get_by_role("button", name="Show its journey").click()
        expect(page.locator("#parcel")).to_have_value("S-7001")
        steps = page.locator("#timeline > li")
        told = {}
        for locale in ("en", "pt-BR"):
            page.locator("#parcel-locale").select_option(locale)
            expect(steps.first.locator("h3")).to_have_attribute("lang", locale)
            told[locale] = steps.locator("h3").all_inner_texts()
        assert told["en"][0] == "Delivered"
        assert told["pt-BR"][0] == "Entregue"
        assert len(told["en"]) == len(told["pt-BR"]) > 5


def test_what_is_new_appears_by_itself_and_hostile_texts_are_only_texts(live, browser):
    with opened(browser, live.url) as page:
        page.get_by_role("radio", name="Listings").check()
        page.mouse.move(5, 5)  # whoever points at the list reads, and it stands still
        live.publish("listing-updated", HOSTILE)
        card = cards(page).filter(has_text="L-666").first
        expect(card).to_be_visible(timeout=30_000)
        expect(card.locator(".before").first).to_have_text(HOSTILE["title"])
        page.locator("#locale").select_option("fr")  # nobody translates it: the reader's text is the hostile one, too
        expect(card.locator(".after").first).to_have_text(HOSTILE["title"])
        expect(card.locator(".before").nth(1)).to_have_text(HOSTILE["description"])
        assert page.locator("#events :is(script, img, iframe)").count() == 0
        assert page.evaluate("window.hacked") is None


def test_no_string_can_become_markup_or_code(live, browser):
    """What the policy is for: even a mistake in the page's own code would not run a text."""
    tries = {
        "markup": "document.getElementById('events').innerHTML = '<b>text</b>'",
        "script": "document.body.append(Object.assign(document.createElement('script'), { text: 'window.hacked = 1' }))",
        "timer": "setTimeout('window.hacked = 1')",
    }
    with browser.new_context() as context:
        page = context.new_page()
        page.goto(live.url)
        for name, code in tries.items():
            with pytest.raises(Error, match=r"TrustedHTML|TrustedScript|Trusted Type"):
                page.evaluate(f"() => {{ {code} }}")
            assert page.evaluate("window.hacked") is None, name


def test_it_can_be_used_by_keyboard_and_paused(live, browser):
    with opened(browser, live.url) as page:
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.textContent") == "Skip to the localized events"
        page.keyboard.press("Enter")
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.id") == "pause"
        page.keyboard.press("Enter")
        expect(page.locator("#pause")).to_have_text("Resume")
        first = cards(page).first.inner_text()
        live.publish("listing-updated", HOSTILE | {"listing_id": "L-667", "title": "A quiet kettle"})
        expect(page.locator("#fresh")).to_be_visible(timeout=30_000)
        assert cards(page).first.inner_text() == first
        page.locator("#fresh").press("Enter")
        expect(cards(page).filter(has_text="L-667").first).to_be_visible()


def test_colours_follow_the_system_or_the_switch_and_the_choice_is_kept(live, browser):
    ground = "getComputedStyle(document.body).backgroundColor"
    with opened(browser, live.url, color_scheme="dark") as page:
        dark = page.evaluate(ground)
        page.get_by_role("button", name="Light").click()
        light = page.evaluate(ground)
        assert light != dark
        page.reload()
        assert page.evaluate(ground) == light


@pytest.mark.parametrize("colours", ["light", "dark"])
@pytest.mark.parametrize("width", [MIDDLE, 390])
def test_axe_finds_nothing_serious(live, browser, colours, width):
    install(JUDGE, "axe-core")
    axe = (JUDGE / "node_modules/axe-core/axe.min.js").read_text("utf-8")
    with opened(browser, live.url, color_scheme=colours, viewport={"width": width, "height": 900}) as page:
        page.get_by_role("radio", name="Listings").check()
        page.locator("#events summary").first.click()
        page.locator("[data-chart=latency] summary").click()
        page.evaluate(axe)
        found = page.evaluate("() => axe.run(document, { resultTypes: ['violations'] })")
        assert found["testEngine"]["name"] == "axe-core"
        assert len(found["passes"]) > 20
        serious = [
            (violation["id"], violation["impact"], [node["html"][:160] for node in violation["nodes"][:3]])
            for violation in found["violations"]
            if violation["impact"] in {"serious", "critical"}
        ]
        assert serious == []
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "it scrolls sideways"


def test_axe_would_find_something(live, browser):
    install(JUDGE, "axe-core")
    axe = (JUDGE / "node_modules/axe-core/axe.min.js").read_text("utf-8")
    with opened(browser, live.url) as page:
        page.evaluate("document.querySelector('#locale').parentElement.replaceWith(document.querySelector('#locale'))")
        page.evaluate(axe)
        found = page.evaluate("() => axe.run(document, { resultTypes: ['violations'] })")
        assert "select-name" in {violation["id"] for violation in found["violations"]}


def test_the_lock_names_no_address():
    check_lock(JUDGE)


def test_a_picture_for_the_readme(live, browser, tmp_path):
    named = os.environ.get("PAGE_SCREENSHOT")
    file = Path(named or tmp_path / "page.png")
    with opened(browser, live.url, viewport={"width": 1360, "height": 1240}) as page, ExitStack() as stack:
        page.get_by_role("button", name="1 min").click()
        page.get_by_role("radio", name="Listings").check()
        page.locator("#locale").select_option("pt-BR")
        translated = cards(page).first.locator(".origin.model").first
        if named:
            stack.enter_context(traffic(live, tmp_path, 2.0))
            page.mouse.move(5, 5)
            page.wait_for_timeout(14_000)
            expect(translated).to_be_visible(timeout=15_000)
        page.screenshot(path=file)
    assert 50_000 < file.stat().st_size < 300_000
