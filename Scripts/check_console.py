# Countersign: tamper-evident access proxy
# SPDX-License-Identifier: Apache-2.0
"""Looks at the console in Chromium; see check-console."""

import base64
import http.client
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import urllib.parse

from axe_playwright_python.sync_playwright import Axe
import console_deeds as deeds
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect, sync_playwright

COUNTERSIGN = sys.argv[1]
PICTURES = pathlib.Path(sys.argv[2]).resolve()
PASSWORD = "a long enough one"
PAGES = ("overview", "explore?since=all", "integrity", "access", "reviews", "exports", "reports", "settings", "privacy")
MOST_BYTES = 300 << 10
ACCOUNTS = {"ann": "auditor", "olga": "operator", "pia": "privacy", "pete": "privacy", "root": "admin"}
# Nothing that a client sends may run, or turn the text around it.
HOSTILE = ('"><img src=x onerror=window.ran=1>', "<script>window.ran=1</script>", "\u202egnp.exe")


def run(*words: str, folder: pathlib.Path) -> str:
    done = subprocess.run(words, cwd=folder, capture_output=True, text=True, timeout=300)
    if done.returncode != 0:
        sys.exit(f"check-console: {' '.join(words)} ended with {done.returncode}\n{done.stdout}{done.stderr}")
    return done.stdout.strip()


def serve(folder: pathlib.Path) -> tuple[subprocess.Popen, str, str]:
    """A proxy over the demo's log, where its admin address is, and where clients are served."""
    server = subprocess.Popen(
        [COUNTERSIGN, "serve", "-c", "demo/countersign.yaml"],
        cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    assert server.stdout is not None
    clients = None
    for line in server.stdout:
        if line.startswith("proxy on "):
            clients = line.split()[2]
        if line.startswith("admin on "):
            assert clients
            return server, line.split()[2].removesuffix("/status"), clients
    sys.exit("check-console: the proxy did not start")


def attack(clients: str) -> None:
    """Requests whose parts would run or mislead if a page took them for more than text."""
    for text in HOSTILE:
        connection = http.client.HTTPConnection(clients, timeout=30)
        connection.request(
            "GET", "/v1/" + urllib.parse.quote(text), headers={"User-Agent": text.encode("utf-8"), "X-Request-Id": "x"})
        connection.getresponse().read()
        connection.close()


class Watched:
    """A page whose errors are kept."""

    def __init__(self, context: BrowserContext) -> None:
        self.page: Page = context.new_page()
        self.faults: list[str] = []
        self.page.on("console", lambda one: self.note(one.text) if one.type in ("error", "warning") else None)
        self.page.on("pageerror", lambda one: self.faults.append(str(one)))

    def note(self, text: str) -> None:
        # What a test does wrong on purpose is answered so.
        if "the server responded with a status of 4" not in text:
            self.faults.append(text)

    def check(self, what: str) -> None:
        if self.page.evaluate("window.ran"):
            self.faults.append("a text of a record ran")
        if self.faults:
            sys.exit(f"check-console: {what}: " + "; ".join(self.faults))


def log_in(context: BrowserContext, url: str, name: str = "ann") -> None:
    watched = Watched(context)
    page = watched.page
    page.goto(url + "/console/explore")
    expect(page).to_have_url(url + "/login?next=/console/explore")
    page.get_by_label("Name").fill(name)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    expect(page).to_have_url(re.compile(r"/console/explore"))
    watched.check("login")
    page.close()


def settled(page: Page) -> None:
    """Until the page has all that it asked for."""
    page.wait_for_load_state("networkidle")
    expect(page.locator("#strip .verdict").first).to_be_visible()


def look(browser: Browser, state: dict, url: str) -> None:
    """Every page, light and dark, wide and narrow: nothing wrong in the console, in the sums of axe, or in its width."""
    for scheme in ("light", "dark"):
        for width in (1440, 390):
            context = browser.new_context(
                storage_state=state, color_scheme=scheme, viewport={"width": width, "height": 900})
            for name in PAGES:
                watched = Watched(context)
                sizes: list[int] = []
                watched.page.on("response", lambda one: sizes.append(int(one.headers.get("content-length", 0))) if "/console/" in one.url else None)
                watched.page.goto(f"{url}/console/{name}")
                settled(watched.page)
                where = f"{name.split('?')[0]}-{width}-{scheme}"
                watched.page.screenshot(path=str(PICTURES / f"{where}.png"), full_page=True)
                watched.check(where)
                if sum(sizes) > MOST_BYTES:
                    sys.exit(f"check-console: {where} weighs {sum(sizes)} bytes")
                over = watched.page.evaluate("document.documentElement.scrollWidth - innerWidth")
                if over > 0:
                    sys.exit(f"check-console: {where} is {over} px too wide")
                found = Axe().run(watched.page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]})
                if found.violations_count:
                    sys.exit(f"check-console: {where}\n{found.generate_report()}")
                watched.page.close()
            context.close()


def other_value(route: Route) -> None:
    """A server that shows another value than the one that was signed."""
    response = route.fetch()
    answer = response.json()
    for one in answer["records"][0]["opened"]:
        one["value"] = base64.b64encode(base64.b64decode(one["value"]).replace(b"Alice", b"Alicia")).decode()
    route.fulfill(response=response, json=answer)


def walk(browser: Browser, state: dict, url: str) -> None:
    """From query to proof without a mouse."""
    context = browser.new_context(storage_state=state, viewport={"width": 1440, "height": 900})
    watched = Watched(context)
    page = watched.page
    page.goto(f"{url}/console/explore?since=all")
    settled(page)
    page.keyboard.press("/")
    page.keyboard.type("status:4xx is:denid")
    page.keyboard.press("Enter")
    expect(page.locator(".parse .err")).to_contain_text("denied")
    expect(page.locator(".hl .bad")).to_have_text("denid")
    page.keyboard.press("Control+A")
    page.keyboard.type("is:denied")
    page.keyboard.press("Enter")
    expect(page.locator("tr[data-place]").first).to_have_class(re.compile("deny|challenge|limit"))
    expect(page).to_have_url(re.compile(r"q=is%3Adenied"))
    page.keyboard.press("Escape")
    for _ in range(3):
        page.keyboard.press("j")
    expect(page.locator("tr[data-place='3']")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator(".drawer .sentence")).to_be_visible()
    page.keyboard.press("p")
    expect(page.locator(".proofhead h3")).to_have_text("The sums are right; whose they are is not known yet")
    page.get_by_role("button", name="I compared it").press("Enter")
    expect(page.locator(".proofhead h3")).to_have_text("Proven in this browser")
    page.get_by_role("button", name="Run again").press("Enter")
    expect(page.locator(".proofhead p")).to_contain_text("6 of 8 steps hold")
    page.screenshot(path=str(PICTURES / "proof.png"))
    page.keyboard.press("Escape")
    expect(page.locator("tr[data-place='3']")).to_be_focused()
    # Names are asked for by POST, with a purpose, and stand in no address.
    page.keyboard.press("/")
    page.keyboard.press("Control+A")
    page.keyboard.type('actor:"Alice Moreau"')
    page.keyboard.press("Enter")
    page.get_by_label("What do you read this for?").fill("quarterly review")
    page.keyboard.press("Enter")
    expect(page.locator(".asking form")).to_have_count(0)
    expect(page.locator(".parse")).to_contain_text("complete to record")
    page.wait_for_load_state("networkidle")
    expect(page.locator("tr[data-place]").first).to_contain_text("sub_")
    if "lice" in page.url or "lice" in str(page.evaluate("JSON.stringify([localStorage, sessionStorage, history.state])")):
        sys.exit("check-console: a name that was searched for is kept: " + page.url)
    # They are shown for a purpose, which stands beside them.
    page.get_by_role("button", name="Show them").press("Enter")
    page.get_by_label("What do you read this for?").fill("quarterly review")
    page.keyboard.press("Enter")
    expect(page.locator("tr[data-place]").first).to_contain_text("Alice Moreau")
    expect(page.locator(".disclosing")).to_contain_text("quarterly review")
    page.locator("tr[data-place]").first.click()
    page.get_by_role("tab", name="Summary").click()
    expect(page.locator(".panel")).to_contain_text("actor.name")
    expect(page.locator(".sentence")).to_contain_text("Alice Moreau")
    page.screenshot(path=str(PICTURES / "opened.png"))
    # What was opened is what was committed to; a value that was exchanged is not.
    page.get_by_role("tab", name="Proof").click()
    expect(page.locator(".proofhead h3")).to_have_text("Proven in this browser")
    expect(page.locator(".step", has_text="Opened values").locator(".st.good")).to_have_count(1)
    page.route(re.compile(r"/api/v1/records/\d+\?disclose"), other_value)
    page.get_by_role("button", name="Run again").click()
    expect(page.locator(".proofhead h3")).to_have_text("This proof does not hold")
    page.unroute(re.compile(r"/api/v1/records/\d+\?disclose"))
    watched.check("keyboard walk")
    state.update(context.storage_state())
    context.close()


def follow(browser: Browser, state: dict, url: str, clients: str) -> None:
    """What comes is shown, nothing that is being read is moved, and a tail that was cut off goes on where it was."""
    context = browser.new_context(storage_state=state, viewport={"width": 1440, "height": 900})
    watched = Watched(context)
    page = watched.page
    page.goto(f"{url}/console/explore?q=is%3Adenied")
    settled(page)
    rows = page.locator("tr[data-place]")
    before = rows.count()
    page.get_by_role("button", name="Follow").click()
    expect(page.locator(".tail")).to_contain_text("Live")
    expect(page.locator(".livedot.off")).to_have_count(0)
    attack(clients)
    expect(rows).to_have_count(before + len(HOSTILE))
    # While a record is open, what comes waits.
    rows.first.click()
    shown = page.locator(".drawer .bar b").inner_text()
    attack(clients)
    expect(page.locator(".tail")).to_contain_text(f"{len(HOSTILE)} newer accesses wait")
    expect(page.locator(".drawer .bar b")).to_have_text(shown)
    page.screenshot(path=str(PICTURES / "live.png"))
    page.get_by_role("button", name=re.compile("Show . newer")).click()
    expect(rows).to_have_count(before + 2 * len(HOSTILE))
    # A connection that ends: nothing is lost, nothing comes twice.
    context.set_offline(True)
    attack(clients)
    context.set_offline(False)
    expect(rows).to_have_count(before + 3 * len(HOSTILE))
    indexes = [one.split()[-1] for one in rows.all_inner_texts()]
    if len(set(indexes)) != len(indexes):
        sys.exit(f"check-console: a record came twice: {indexes}")
    page.get_by_role("button", name="Stop").click()
    expect(page.locator(".tail")).to_contain_text("Live is off")
    watched.faults = [one for one in watched.faults if "ERR_INTERNET_DISCONNECTED" not in one]
    watched.check("live tail")
    context.close()


def judged(browser: Browser, state: dict, url: str) -> int:
    """What a check found is what the page says; a log is called whole only where everything says so."""
    whole, none = "Of records 0 to 9, nothing was changed.", "Of records 0 to 9, none is missing."
    cases = (
        ("verified", [], whole, none, 0, "Verified", "Complete"),
        ("integrity_failure", ["integrity"], "Of records 0 to 9, something was changed: x.", none, 0, "Broken", "Complete"),
        ("integrity_failure", [], whole, none, 0, "Broken", "Complete"),
        ("completeness_failure", ["completeness", "integrity"], whole, none, 3, "Broken", "Gap of 3"),
        ("rollback", ["rollback"], whole, none, 0, "Broken", "Complete"),
        ("disclosure_mismatch", ["disclosure"], whole, none, 0, "Broken", "Complete"),
        ("completeness_failure", ["completeness"], whole, "Beside records 0 to 9, 18 records are missing.", 18, "Verified", "Gap of 18"),
        ("completeness_failure", ["completeness"], whole, "Of records 0 to 9, it does not add up: x.", 0, "Verified", "Gap"),
        ("undecided", ["undecided"], "Of records 0 to 9, it is not decided whether anything was changed: x.", none, 0, "Not decided", "Complete"),
        ("verified", [], "Of records 0 to 9, 4 were read, and nothing was changed in these.", "Of records 0 to 9, it is not decided whether any is missing: x.", 0, "Not decided", "Not decided"),
        ("a_later_verdict", [], whole, none, 0, "Not decided", "Complete"),
        ("stale", ["stale"], whole, none, 0, "Stale", "Complete"),
    )
    context = browser.new_context(storage_state=state, viewport={"width": 1440, "height": 900})
    for verdict, concerns, integrity, completeness, missing, first, second in cases:
        watched = Watched(context)

        def answer(route: Route) -> None:
            response = route.fetch()
            status = response.json()
            status["check"] = {
                "age_seconds": 5, "unchecked": 0,
                "last": {
                    "verdict": verdict, "integrity": integrity, "completeness": completeness, "missing": missing,
                    "findings": [{"code": "X", "concern": one, "text": "x"} for one in concerns],
                },
            }
            route.fulfill(response=response, json=status)

        watched.page.route(re.compile(r"/status$"), answer)
        watched.page.goto(f"{url}/console/overview")
        words = watched.page.locator("#strip .verdict b")
        expect(words.nth(0)).to_have_text(first)
        expect(words.nth(1)).to_have_text(second)
        expect(watched.page.locator(".verdicts .kind b").nth(0)).to_have_text(first)
        expect(watched.page.locator(".verdicts .kind b").nth(1)).to_have_text(second)
        watched.check(f"the verdict {verdict}")
        watched.page.close()
    context.close()
    return len(cases)


def changed(text: str, place: int) -> str:
    """One character of base64 made another."""
    return text[:place] + ("B" if text[place] != "B" else "C") + text[place + 1:]


# What a server changes in a proof: the record's bytes, its index, the path, the root, the size, the signature.
def other_index(proof: str) -> str:
    return re.sub(r"(?m)^index (\d+)$", lambda one: f"index {int(one[1]) + 1}", proof)


def other_line(proof: str, pattern: str) -> str:
    found = re.search(pattern, proof)
    assert found
    return changed(proof, found.start(1) + 4)


LIES = {
    "index": other_index,
    "path": lambda proof: other_line(proof, r"(?m)^index \d+\n(.{44})$"),
    "short path": lambda proof: re.sub(r"(?m)^(index \d+)\n.{44}$", r"\1", proof),
    "root": lambda proof: other_line(proof, r"\n\n[^\n]+\n\d+\n(.{44})\n"),
    "size": lambda proof: re.sub(r"(\n\n[^\n]+\n)(\d+)", lambda one: one[1] + str(int(one[2]) + 1), proof),
    "origin": lambda proof: re.sub(r"(\n\n)([^\n]+)", r"\1other.example/log", proof),
    "signature": lambda proof: proof[: proof.rindex(" ") + 20] + changed(proof[proof.rindex(" ") + 20:], 0),
}


def lied_to(browser: Browser, state: dict, url: str) -> int:
    """A server that lies in each part in turn is never believed."""
    context = browser.new_context(storage_state=state, viewport={"width": 1440, "height": 900})
    lies = 0

    def ends(what: str, pattern: str, lie) -> None:
        nonlocal lies
        watched = Watched(context)
        page = watched.page
        page.route(re.compile(pattern), lie)
        page.goto(f"{url}/console/explore?since=all&q=is%3Adenied")
        settled(page)
        page.locator("tr[data-place]").first.click()
        page.get_by_role("tab", name="Proof").click()
        expect(page.locator(".proofhead h3")).to_have_text("This proof does not hold")
        page.screenshot(path=str(PICTURES / f"lie-{what.replace(' ', '-')}.png"))
        watched.check(f"a server that lies about {what}")
        page.close()
        lies += 1

    def altered(lie):
        def answer(route: Route) -> None:
            response = route.fetch()
            text = response.text()
            other = lie(text)
            if other == text:
                sys.exit("check-console: a lie that changes nothing")
            route.fulfill(response=response, body=other)
        return answer

    def other_leaf(route: Route) -> None:
        response = route.fetch()
        body = response.body().replace(b'"deny"', b'"fine"').replace(b'"challenge"', b'"chxllenge"').replace(b'"limit"', b'"lxmit"')
        route.fulfill(response=response, body=body)

    def both(route: Route) -> None:
        """Leaf and proof agree with each other, and with nothing that was signed."""
        response = route.fetch()
        if route.request.url.endswith("/proof"):
            text = response.text()
            extra = re.search(r"(?m)^extra (.*)$", text)
            assert extra
            other = base64.b64decode(extra[1]).replace(b'"category":"access"', b'"category":"accesz"')
            route.fulfill(response=response, body=text.replace(extra[1], base64.b64encode(other).decode()))
        else:
            route.fulfill(response=response, body=response.body().replace(b'"category":"access"', b'"category":"accesz"'))

    for what, lie in LIES.items():
        ends(what, r"/api/v1/records/\d+/proof$", altered(lie))
    ends("the record", r"/api/v1/records/\d+/leaf$", other_leaf)
    ends("record and proof", r"/api/v1/records/\d+/(leaf|proof)$", both)
    ends(
        "consistency", r"/api/v1/checkpoints/consistency",
        altered(lambda text: changed(text, text.index('"path":["') + 12) if '"path":["' in text else text.replace('"path":[]', '"path":["' + "A" * 43 + '="]')))
    context.close()
    return lies


def do(browser: Browser, states: dict[str, dict], url: str, verify) -> None:
    """What people do here, one deed after the other."""
    pages = {}
    for name in ("ann", "pia", "pete"):
        context = browser.new_context(storage_state=states[name], viewport={"width": 1440, "height": 900})
        pages[name] = Watched(context)
    ann = pages["ann"].page
    deeds.plain(browser, states["ann"], url, PICTURES)
    deeds.complete(ann, url)
    deeds.parts(ann, url, PICTURES)
    deeds.review(ann, url, PICTURES)
    deeds.access(ann, url, PICTURES)
    deeds.report(ann, url, PICTURES)
    deeds.export(ann, url, PICTURES, verify)
    deeds.erase(pages["pia"].page, pages["pete"].page, url, PICTURES)
    for name, watched in pages.items():
        watched.check(f"what {name} did")
        watched.page.context.close()


def main() -> None:
    # A machine may be busy with anything else.
    expect.set_options(timeout=60_000)
    shutil.rmtree(PICTURES, ignore_errors=True)
    PICTURES.mkdir(parents=True)
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        run(COUNTERSIGN, "demo", "--once", "--dir", "demo", folder=folder)
        (folder / "password.txt").write_text(PASSWORD)
        for name, role in ACCOUNTS.items():
            run(
                COUNTERSIGN, "user", "add", name, "--role", role, "--password-file", "password.txt", "-c",
                "demo/countersign.yaml", folder=folder)
        server, url, clients = serve(folder)
        try:
            attack(clients)
            with sync_playwright() as playwright:
                browser = playwright.chromium.launch(
                    executable_path=shutil.which("chromium"), args=["--no-sandbox"])
                states = {}
                for name in ACCOUNTS:
                    context = browser.new_context()
                    log_in(context, url, name)
                    states[name] = context.storage_state()
                    context.close()
                state = states["ann"]
                look(browser, state, url)
                walk(browser, state, url)
                follow(browser, state, url, clients)
                verdicts = judged(browser, state, url)
                lies = lied_to(browser, state, url)
                roles = deeds.offered(
                    browser, {role: states[name] for name, role in ACCOUNTS.items()}, url, Watched,
                    tuple(name.split("?")[0] for name in PAGES))
                do(browser, states, url, deeds.verified(COUNTERSIGN, folder))
                browser.close()
        finally:
            server.terminate()
            server.communicate(timeout=60)
    print(f"console: {len(PAGES)} pages in light and dark, wide and narrow; {verdicts} verdicts; {lies} lies of a server were not believed; {roles} roles")


main()
