# Countersign: tamper-evident access proxy
# SPDX-License-Identifier: Apache-2.0
"""Has verify.html judge packs and proofs in Chromium, from a file, as countersign-verify judges them.

usage: check_verify_page.py VERIFY_HTML COUNTERSIGN_VERIFY PICTURES_FOLDER

The list of damages is the one of the tests of the second verifier: they run as they are, and whatever they have the
first verifier judge, the page judges, too: every third of them, or with COUNTERSIGN_LONG_TESTS=1 all.
"""

import io
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest
from typing import Any, Optional

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import verify_attacks as attacks
import verify_packs as packs

# verify_packs has put the folder of the second verifier on the path.
import test_countersign_verify as tests

HTML = pathlib.Path(sys.argv[1]).resolve()
FIRST = str(pathlib.Path(sys.argv[2]).resolve())
PICTURES = pathlib.Path(sys.argv[3]).resolve()
FIXTURES = tests.FIXTURES
# Every damaged pack, instead of every third.
ALL = bool(os.environ.get("COUNTERSIGN_LONG_TESTS"))
RULES = ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice"]


def stop(text: str) -> None:
    sys.exit(f"verify page: {text}")


class Verifier:
    """The page, opened from its file. Any request for anything else is a fault."""

    def __init__(self, context: BrowserContext) -> None:
        self.page: Page = context.new_page()
        self.faults: list[str] = []
        self.judged = 0
        self.page.on("console", lambda one: self.faults.append(one.text) if one.type in ("error", "warning") else None)
        self.page.on("pageerror", lambda one: self.faults.append(str(one)))
        self.page.on("request", self.asked)
        self.open()

    def asked(self, request: Any) -> None:
        if request.url != HTML.as_uri() and not request.url.startswith(("data:", "blob:null/", "blob:file:")):
            self.faults.append(f"it asked for {request.url}")

    def open(self) -> None:
        self.page.goto(HTML.as_uri())
        self.page.locator("html[data-ready]").wait_for(state="attached")

    def give(self, *paths: pathlib.Path, ends: bool = True) -> None:
        """Chooses files or one folder, as a person does; with ends, until something is judged."""
        before = int(self.page.evaluate("document.documentElement.dataset.judged ?? 0"))
        if len(paths) == 1 and paths[0].is_dir():
            self.page.set_input_files("#files", paths[0])
        else:
            self.page.set_input_files("#file", list(paths))
        if ends:
            self.page.wait_for_function(
                "before => Number(document.documentElement.dataset.judged ?? 0) > before"
                " || document.querySelector('#result .banner')", arg=before, timeout=120_000)

    def code(self) -> int:
        found = self.page.locator("#result").get_attribute("data-code")
        return -1 if found is None else int(found)

    def judge(
        self, pack: pathlib.Path, keys: Optional[pathlib.Path] = None, remembered: Optional[pathlib.Path] = None,
    ) -> int:
        """The exit code that the page comes to."""
        self.open()
        given = [path for path in (keys, remembered) if path]
        if pack.is_dir():
            if given:
                self.give(*given, ends=False)
            if keys:
                self.page.locator("#keys > *").first.wait_for()
            if remembered:
                self.page.locator("#given li").first.wait_for()
            self.give(pack)
        else:
            self.give(*given, pack)
        self.judged += 1
        self.check(str(pack))
        return self.code()

    def check(self, what: str) -> None:
        if self.page.evaluate("window.ran"):
            self.faults.append("a text of a record ran")
        if self.faults:
            stop(f"{what}: " + "; ".join(self.faults))


def first(*arguments: Any) -> int:
    return subprocess.run([FIRST, *map(str, arguments)], capture_output=True, check=False, timeout=300).returncode


def damaged(verifier: Verifier, work: pathlib.Path) -> None:
    """Every damage that the second verifier's tests know, as they make it."""
    faults: list[str] = []
    calls: list[int] = []

    def judge_first(pack: pathlib.Path, *arguments: str) -> int:
        keys, remembered = tests.KEY.read_text().strip(), None
        for option, value in zip(arguments[::2], arguments[1::2]):
            if option == "--key":
                keys += "\n" + pathlib.Path(value).read_text().strip()
            else:
                # The first verifier moves the file on.
                remembered = pathlib.Path(shutil.copy(value, work / "seen"))
        (work / "log.vkey").write_text(keys + "\n")
        expected = first("pack", pack, "--key", tests.KEY, *arguments)
        calls.append(expected)
        # The short form leaves two of three out, in the order of the tests.
        if not ALL and len(calls) % 3:
            return expected
        # A browser leaves links out, or shows what they lead to in their place.
        has_link = pack.is_dir() and any(path.is_symlink() for path in pack.rglob("*"))
        found = verifier.judge(pack, work / "log.vkey", remembered)
        if found != expected and not (has_link and found in (10, 11)):
            faults.append(f"{pack} {arguments}: {found}, and countersign-verify says {expected}\n"
                          + verifier.page.locator("#result").inner_text()[:600])
        return expected

    tests.FIRST, tests.judge_first = FIRST, judge_first
    suite = unittest.TestSuite()
    for case in (tests.KeptPackTests, tests.DamageTests):
        suite.addTests(unittest.defaultTestLoader.loadTestsFromTestCase(case))
    output = io.StringIO()
    result = unittest.TextTestRunner(stream=output).run(suite)
    if faults or not result.wasSuccessful():
        stop("\n".join(faults[:20]) or output.getvalue())


def attacked(verifier: Verifier, work: pathlib.Path) -> None:
    """What a forger makes, with their own key or with none."""
    for attack in attacks.all_attacks():
        pack, keys = work / "attack.tar", work / ("policy.txt" if attack.policy else "log.vkey")
        pack.write_bytes(attack.data)
        keys.write_text(attack.keys + ("" if attack.policy else "\n"))
        found = verifier.judge(pack, keys)
        if found != attack.code:
            stop(f"{attack.what}: {found} instead of {attack.code}\n" + verifier.page.locator("#result").inner_text()[:800])
        expected = first("pack", pack, "--policy" if attack.policy else "--key", keys)
        if expected != attack.code and attack.differs is None:
            stop(f"{attack.what}: {found}, and countersign-verify says {expected}")


def trusted(verifier: Verifier, work: pathlib.Path) -> None:
    """Keys: none, another, the pack's own, one that the reader compared; and what the verdict says besides."""
    page = verifier.page
    pack = work / "pack.tar"
    shutil.copy(FIXTURES / "pack.tar", pack)
    if verifier.judge(pack) != 13:
        stop("a pack is covered by nobody's key")
    expect(page.locator(".trust")).to_contain_text("came from the same hand as the pack")
    expect(page.locator(".trust")).to_contain_text("6feaeac0 117c4b3a")
    if page.locator("#result .t-good, #result .st.good, #result .sealmark.good").count():
        stop("something that is not proven is green")
    page.get_by_role("button", name="I compared it: use this key").press("Enter")
    expect(page.locator("#result")).to_have_attribute("data-code", "0")
    expect(page.locator("#result h2")).to_have_text("Every record in this pack is in the log.")
    expect(page.locator("#result h2")).to_be_focused()
    for word in ("filtered", "withheld", "no_witness", "not_continued", "gaps"):
        expect(page.locator(".limits")).to_contain_text(word)
    if page.evaluate("(() => { try { return localStorage.length } catch { return 0 } })()"):
        stop("something is kept")
    other = work / "other.vkey"
    other.write_text(attacks.KEY.line + "\n")
    if verifier.judge(pack, other) != first("pack", pack, "--key", other):
        stop("the key of another log")
    expect(page.locator(".trust")).to_contain_text("The pack names another key than you gave.")
    # One character of a key is mistyped: nobody is trusted.
    page.get_by_label("The key you trust").fill((FIXTURES / "log.vkey").read_text().replace("AcEK", "AcEL"))
    expect(page.locator("#keys .err")).to_contain_text("No key is used")
    expect(page.locator("#result")).to_have_attribute("data-code", "13")
    page.get_by_label("The key you trust").fill((FIXTURES / "log.vkey").read_text())
    expect(page.locator("#result")).to_have_attribute("data-code", "0")
    with page.expect_download() as download:
        page.get_by_role("button", name="Save as JSON").click()
    said = json.loads(pathlib.Path(download.value.path()).read_bytes())
    if (said["exit_code"], said["verdict"], said["records"]) != (0, "verified", 16):
        stop(f"the verdict for programs: {said}")
    with page.expect_download() as download:
        page.get_by_role("button", name="Save the checkpoint").click()
    if pathlib.Path(download.value.path()).read_bytes() != packs.verifier.Pack(str(pack)).whole("checkpoint"):
        stop("the checkpoint that is saved is another")
    verifier.check("keys")


def remembered(verifier: Verifier, work: pathlib.Path) -> None:
    """A checkpoint that the reader remembers: continued, newer, of another log, and one that nothing leads from."""
    keys = work / "both.vkey"
    keys.write_text((FIXTURES / "log.vkey").read_text() + (FIXTURES / "first.vkey").read_text())
    newest = packs.verifier.Pack(str(FIXTURES / "pack.tar")).whole("checkpoint").decode()
    old = (FIXTURES / "first.checkpoint").read_text()
    for what, text, code, words in (
        ("continued", old, 0, None), ("the same", newest, 0, None),
        ("newer", newest.replace("\n72\n", "\n73\n"), 13, "older than the one you remember"),
        ("of another log", newest.replace("log.example/site\n72", "elsewhere.example/log\n72"), 10, "another log"),
        ("with another root", old.replace("bKJw", "AKJw"), 10, "another root when you last saw it"),
        ("not covered", old.replace("\n39\n", "\n38\n"), 13, "it leads from 39 records, and you remember 38"),
    ):
        (work / "seen").write_text(text)
        found = verifier.judge(FIXTURES / "pack.tar", keys, work / "seen")
        expected = first("pack", FIXTURES / "pack.tar", "--key", FIXTURES / "log.vkey", "--key", FIXTURES / "first.vkey", "--state", shutil.copy(work / "seen", work / "state"))
        if (found, expected) != (code, code):
            stop(f"a remembered checkpoint that is {what}: {found}, and countersign-verify says {expected}")
        shown = verifier.page.locator("#result").inner_text()
        if words and words not in shown or ("not_continued" in shown) != (code != 0):
            stop(f"a remembered checkpoint that is {what}: {shown[:600]}")


def proofs(verifier: Verifier, work: pathlib.Path) -> int:
    """Proofs of a record, with and without its bytes, and with each part changed."""
    whole = (FIXTURES / "record.tlog-proof").read_text()
    key, leaf = FIXTURES / "log.vkey", FIXTURES / "record.leaf"
    bare = re.sub(r"(?m)^extra .*\n", "", whole)
    cases: list[tuple[str, str, list[pathlib.Path], int]] = [
        ("whole", whole, [key], 0), ("without a key", whole, [], 13), ("with another key", whole, [FIXTURES / "first.vkey"], 13),
        ("with its leaf beside it", bare, [key, leaf], 0), ("without its leaf", bare, [key], 10),
        ("of another place", whole.replace("index 2\n", "index 3\n"), [key], 10),
        ("of another path", whole.replace("S+VqR", "T+VqR"), [key], 10), ("of a shorter path", re.sub(r"(index 2\n).*\n", r"\1", whole), [key], 10),
        ("of another root", whole.replace("rKobNTw", "rKobNTx"), [key], 10), ("with another signature", whole.replace("SJZJLUOe", "SJZJLUOf"), [key], 10),
        ("that is none", "c2sp.org/tlog-proof@v1\n", [key], 10), ("with a mark at its beginning", "\ufeff" + whole, [key], 10),
    ]
    for what, text, others, code in cases:
        path = work / "record.tlog-proof"
        path.write_text(text)
        verifier.open()
        verifier.give(*others, path)
        if verifier.code() != code:
            stop(f"a proof {what}: {verifier.code()} instead of {code}\n" + verifier.page.locator("#result").inner_text()[:600])
        verifier.check(f"a proof {what}")
    return len(cases)


def look(browser: Browser, work: pathlib.Path) -> None:
    """Each state in light and dark, wide and narrow: nothing for axe, nothing too wide; and without a mouse."""
    bad = work / "bad.tlog-proof"
    bad.write_text((FIXTURES / "record.tlog-proof").read_text().replace("rKobNTw", "rKobNTx"))
    hostile = work / "hostile.tar"
    hostile.write_bytes(next(one for one in attacks.leaves_of_all_kinds() if one.what == "hostile texts").data)
    forged = work / "forged.vkey"
    forged.write_text(attacks.KEY.line + "\n")
    broken = work / "broken.tar"
    broken.write_bytes((FIXTURES / "pack.tar").read_bytes().replace(b"Alice Writer", b"Alice Wroter"))
    key = FIXTURES / "log.vkey"
    states = (
        ("empty", []), ("no-key", [FIXTURES / "pack.tar"]), ("verified", [FIXTURES / "pack.tar", key]), ("changed", [broken, key]),
        ("hostile", [hostile, forged]), ("proof", [FIXTURES / "record.tlog-proof", key]), ("bad-proof", [bad, key]),
        ("nothing", [FIXTURES / "record.leaf"]),
    )
    for scheme in ("light", "dark"):
        for width in (1440, 390):
            context = browser.new_context(color_scheme=scheme, viewport={"width": width, "height": 900})
            for name, files in states:
                verifier = Verifier(context)
                page = verifier.page
                if files:
                    verifier.give(*files)
                for place in range(min(3, page.locator(".leaves .open").count())):
                    page.locator(".leaves .open").nth(place).press("Enter")
                    expect(page.locator(".leafmore").nth(place)).to_be_visible()
                where = f"{name}-{width}-{scheme}"
                page.screenshot(path=str(PICTURES / f"{where}.png"), full_page=True)
                verifier.check(where)
                over = page.evaluate("document.documentElement.scrollWidth - innerWidth")
                if over > 0:
                    stop(f"{where} is {over} px too wide")
                found = Axe().run(page, options={"runOnly": RULES})
                if found.violations_count:
                    stop(f"{where}\n{found.generate_report()}")
                if name == "hostile":
                    expect(page.locator(".leaves .esc").first).to_be_visible()
                page.close()
            context.close()


def dropped(verifier: Verifier) -> None:
    """A drop anywhere on the page, and a judging that is stopped."""
    page = verifier.page
    verifier.open()
    data = list((FIXTURES / "pack.tar").read_bytes())
    page.evaluate(
        """([bytes, key]) => {
          const transfer = new DataTransfer();
          transfer.items.add(new File([new Uint8Array(bytes)], 'pack.tar'));
          transfer.items.add(new File([key], 'log.vkey'));
          document.body.dispatchEvent(new DragEvent('drop', { dataTransfer: transfer, bubbles: true, cancelable: true }));
        }""", [data, (FIXTURES / "log.vkey").read_text()])
    expect(page.locator("#result")).to_have_attribute("data-code", "0")
    verifier.check("a drop")


def main() -> None:
    expect.set_options(timeout=60_000)
    shutil.rmtree(PICTURES, ignore_errors=True)
    PICTURES.mkdir(parents=True)
    with tempfile.TemporaryDirectory() as name, sync_playwright() as playwright:
        work = pathlib.Path(name)
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        context = browser.new_context(offline=True)
        verifier = Verifier(context)
        trusted(verifier, work)
        remembered(verifier, work)
        dropped(verifier)
        proofs(verifier, work)
        attacked(verifier, work)
        damaged(verifier, work)
        look(browser, work)
        browser.close()
    print(f"verify page: {verifier.judged} packs judged as by countersign-verify")


main()
