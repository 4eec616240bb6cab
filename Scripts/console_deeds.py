# Countersign: tamper-evident access proxy
# SPDX-License-Identifier: Apache-2.0
"""What people do in the console, from beginning to end; see check_console.py."""

import pathlib
import re
import subprocess
import sys

from playwright.sync_api import Browser, Page, expect

# Who is offered which pages.
OFFERED = {
    "operator": ["Overview", "Explore", "Integrity", "Access", "Reviews", "Settings"],
    "auditor": ["Overview", "Explore", "Integrity", "Access", "Reviews", "Exports", "Reports", "Settings"],
    "privacy": ["Overview", "Explore", "Integrity", "Access", "Reviews", "Privacy", "Settings"],
    "admin": ["Overview", "Settings"],
}


def stop(text: str) -> None:
    sys.exit(f"check-console: {text}")


def offered(browser: Browser, states: dict[str, dict], url: str, watch, names: tuple[str, ...]) -> int:
    """Each role gets its pages and no others in the navigation; whatever page it asks for answers, and breaks nowhere."""
    for role, pages in OFFERED.items():
        context = browser.new_context(storage_state=states[role], viewport={"width": 1440, "height": 900})
        for name in names:
            watched = watch(context)
            watched.page.goto(f"{url}/console/{name}")
            watched.page.wait_for_load_state("networkidle")
            shown = [one for one in watched.page.locator("nav li:visible span").all_inner_texts() if one]
            if shown != pages:
                stop(f"{role} is offered {shown}")
            expect(watched.page.locator("main h1, main [role=alert], main .explore").first).to_be_visible()
            watched.check(f"{name} as {role}")
            watched.page.close()
        context.close()
    return len(OFFERED)


def complete(page: Page, url: str) -> None:
    """A query that is written with what is proposed, by the keyboard."""
    page.goto(f"{url}/console/explore?since=all")
    page.wait_for_load_state("networkidle")
    query = page.locator("input[name=q]")
    page.keyboard.press("/")
    page.keyboard.type("reas")
    expect(page.locator("#suggest [role=option]").first).to_contain_text("reason:")
    page.keyboard.press("Tab")
    expect(query).to_have_value("reason:")
    expect(page.locator(".suggest .sh")).to_contain_text("Values of reason")
    first = page.locator("#suggest [role=option] code").first
    expect(first).to_be_visible()
    word = first.inner_text()
    page.keyboard.press("ArrowDown")
    expect(query).to_have_attribute("aria-activedescendant", "opt-0")
    page.keyboard.press("Enter")
    expect(query).to_have_value(f"reason:{word} ")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(f"q=reason%3A{word}"))
    page.keyboard.type("nosuch")
    page.keyboard.press("Escape")
    expect(page.locator(".suggest")).to_be_hidden()


def parts(page: Page, url: str, pictures: pathlib.Path) -> None:
    """Why it was decided so, with the rules of then; when what happened; and the same as OCSF."""
    page.goto(f"{url}/console/explore?since=all&q=service:reports")
    page.wait_for_load_state("networkidle")
    page.locator("tr[data-place]").first.click()
    page.get_by_role("tab", name="Decision").click()
    expect(page.locator(".panel")).to_contain_text("This is the very text")
    expect(page.locator(".panel pre .hit")).to_have_count(1)
    page.screenshot(path=str(pictures / "decision.png"))
    page.get_by_role("tab", name="Timeline").click()
    expect(page.locator(".panel table")).to_contain_text("accepted")
    page.get_by_role("tab", name="OCSF").click()
    expect(page.locator(".panel pre")).to_contain_text('"version": "1.8.0"')
    # Another text under the same name is not taken for the rules.
    page.route("**/api/v1/rules/*", lambda route: route.fulfill(body="[]", content_type="application/json"))
    page.get_by_role("tab", name="Decision").click()
    expect(page.locator(".panel [role=alert]")).to_contain_text("not the text that the record names")
    page.unroute("**/api/v1/rules/*")


def review(page: Page, url: str, pictures: pathlib.Path) -> None:
    page.goto(f"{url}/console/explore?since=all&q=is:denied")
    page.wait_for_load_state("networkidle")
    page.get_by_role("button", name="Sign off").click()
    expect(page.locator("dialog .kv")).to_contain_text("is:denied")
    page.get_by_label("What came of it").select_option("findings")
    page.get_by_label("Note").fill("somebody tries doors")
    page.screenshot(path=str(pictures / "sign-off.png"))
    page.locator("dialog .btn.primary").click()
    expect(page.locator(".toast")).to_contain_text("signed off")
    page.goto(f"{url}/console/reviews")
    row = page.locator(".signoffs tbody tr").first
    expect(row).to_contain_text("decision:(challenge OR deny OR limit)")
    expect(row).to_contain_text("to follow up")
    # The note is somebody's own words, and sealed.
    expect(row).to_contain_text("sealed")


def export(page: Page, url: str, pictures: pathlib.Path, verify) -> None:
    """A pack that was ordered with names in it, downloaded, and verified."""
    page.goto(f"{url}/console/explore?since=all&q=is:denied")
    page.wait_for_load_state("networkidle")
    page.get_by_role("button", name="Export").click()
    expect(page).to_have_url(f"{url}/console/exports")
    expect(page.get_by_label("Query")).to_have_value("is:denied")
    page.get_by_role("button", name="Count first").click()
    expect(page.locator("form [role=status]").first).to_contain_text("records")
    page.get_by_label("who names").check()
    page.get_by_role("button", name="Order the export").click()
    expect(page.locator("form [role=alert]")).to_contain_text("purpose")
    page.get_by_role("textbox", name="Purpose").fill("AUD-2026-11")
    page.get_by_role("button", name="Order the export").click()
    with page.expect_download() as download:
        page.get_by_role("link", name=re.compile("^Download")).first.click()
    pack = pictures / "ordered.tar"
    download.value.save_as(pack)
    verify(pack)
    page.screenshot(path=str(pictures / "exports.png"), full_page=True)
    page.get_by_role("button", name="Remove").click()
    expect(page.locator(".empty")).to_contain_text("None is here")


def report(page: Page, url: str, pictures: pathlib.Path) -> None:
    """A report, in the console and as a page that prints."""
    page.goto(f"{url}/console/reports")
    page.get_by_label("Framework").select_option("pci")
    page.get_by_role("button", name="Make the report").click()
    expect(page.locator(".report tbody tr")).to_have_count(15)
    text = page.locator("main").inner_text()
    for word in ("cannot be shown by a log", "evidence", "countersign log stats"):
        if word not in text:
            stop(f"the report does not say {word}")
    if "%" in text.replace("%3A", "") or "compliant" in text:
        stop("the report has a percentage, or calls something compliant")
    page.screenshot(path=str(pictures / "report.png"), full_page=True)
    with page.context.expect_page() as opened:
        page.get_by_role("link", name="As a page to print").click()
    sheet = opened.value
    sheet.wait_for_load_state()
    expect(sheet.locator("tfoot")).to_contain_text("records signed")
    pdf = sheet.pdf(path=str(pictures / "report.pdf"), prefer_css_page_size=True)
    if not pdf.startswith(b"%PDF"):
        stop("the report does not print")
    sheet.screenshot(path=str(pictures / "report-page.png"), full_page=True)
    sheet.close()


def access(page: Page, url: str, pictures: pathlib.Path) -> None:
    page.goto(f"{url}/console/access")
    expect(page.locator(".matrix tbody th").first).to_be_visible()
    expect(page.locator(".matrix")).not_to_contain_text("Alice Moreau")
    page.get_by_role("button", name="Show names").click()
    page.get_by_label("What do you read them for?").fill("access review")
    page.locator("dialog .btn.primary").click()
    expect(page.locator(".matrix")).to_contain_text("Alice Moreau")
    expect(page.locator(".readers tbody tr").first).to_be_visible()
    page.screenshot(path=str(pictures / "access.png"), full_page=True)
    if "lice" in page.url or "lice" in str(page.evaluate("JSON.stringify([localStorage, sessionStorage, history.state])")):
        stop("a name that was shown is kept")


def plain(browser: Browser, state: dict, url: str, pictures: pathlib.Path) -> None:
    """A list, a record and a download without JavaScript."""
    context = browser.new_context(storage_state=state, java_script_enabled=False, viewport={"width": 1440, "height": 900})
    page = context.new_page()
    page.goto(f"{url}/console/explore")
    page.get_by_role("link", name="the accesses of a day").click()
    page.get_by_label("Query").fill("is:denied")
    page.get_by_role("button", name="Search").click()
    page.wait_for_url(re.compile("q=is%3Adenied"))
    rows = page.locator("tbody tr")
    expect(rows.first).to_be_visible()
    page.screenshot(path=str(pictures / "plain.png"))
    if page.locator("img, script").count():
        stop("a text of a record became an element")
    rows.first.get_by_role("link").click()
    expect(page.locator("pre").first).to_contain_text('"schema":"countersign.record/1"')
    page.screenshot(path=str(pictures / "plain-record.png"))
    with page.expect_download() as download:
        page.get_by_role("link", name="Its proof, a file").click()
    if not pathlib.Path(download.value.path()).read_text().startswith("c2sp.org/tlog-proof@v1\n"):
        stop("the proof is none")
    context.close()


def erase(first: Page, second: Page, url: str, pictures: pathlib.Path) -> None:
    """Two persons erase a third: nobody can do it alone, and what is left says by which record it is gone."""
    first.goto(f"{url}/console/privacy")
    first.get_by_label("Name, e-mail address or id").fill("Alice Moreau")
    first.get_by_role("textbox", name="Purpose").fill("DSR-2026-1")
    first.get_by_role("button", name="Find").click()
    first.locator(".people").get_by_role("button", name="Erase").click()
    first.get_by_label("Number of the case").fill("DSR-2026-1")
    first.get_by_role("button", name="Ask for it").click()
    expect(first.locator(".job")).to_contain_text("DSR-2026-1")
    expect(first.get_by_role("button", name="Approve")).to_have_count(0)
    second.goto(f"{url}/console/privacy")
    second.get_by_role("button", name="Approve").click()
    expect(second.get_by_role("button", name="Destroy the keys")).to_be_visible()
    second.screenshot(path=str(pictures / "privacy.png"), full_page=True)
    second.get_by_role("button", name="Destroy the keys").click()
    second.get_by_role("button", name="Destroy them").click()
    expect(second.locator("main")).to_contain_text("Nothing is asked for.")
    second.goto(f"{url}/console/privacy")
    expect(second.locator("main")).to_contain_text("Nothing is asked for.")


def verified(program: str, folder: pathlib.Path):
    """Has the command line judge a pack, with the log's own key."""
    def verify(pack: pathlib.Path) -> None:
        key = subprocess.run(
            [program, "key", "export-public", "-c", "demo/countersign.yaml"],
            cwd=folder, capture_output=True, text=True, check=True).stdout.strip().splitlines()[-1]
        done = subprocess.run(
            [program, "verify", "pack", str(pack), "--key", key], cwd=folder, capture_output=True, text=True)
        if done.returncode != 0:
            stop(f"the pack that was ordered: {done.stdout}{done.stderr}")
    return verify
