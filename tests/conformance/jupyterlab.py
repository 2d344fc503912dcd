"""JupyterLab as a person uses it, in a Chromium without a window: run all, figures, completer, help, interrupt, restart,
reload, dark theme; and that no request leaves the machine.

Run: python tests/conformance/jupyterlab.py [FOLDER FOR SCREENSHOTS] [Lab.TEST...], with the kernel `kovacs` installed
where Jupyter looks. With KOVACS_TEST_OFFLINE=1 the machine must have no network but itself. The tests share one open
notebook and run in the order of their names; `test_1` must be among those chosen. Times are upper bounds for machines
that are busy; nothing is measured here.
"""

import io
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import unittest
import urllib.request
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_notebook
from PIL import Image
from playwright.sync_api import sync_playwright

KERNEL = os.environ.get("KOVACS_TEST_KERNEL", "kovacs")
OFFLINE = os.environ.get("KOVACS_TEST_OFFLINE") == "1"
NAMED = len(sys.argv) > 1 and not sys.argv[1].startswith(("-", "Lab"))
SCREENSHOTS = Path(sys.argv.pop(1) if NAMED else "target/conformance/screenshots")
LONG = 600_000  # ms
SHORT = 120_000

GOES_ON = ["raises-exception"]
TABLE, FIGURE, ANSWER, ERROR, PROGRESS, SCRATCH = range(6)
CELLS = [
    new_code_cell('let curves = Dataset::open("ti-zr-hf-cu-ni-be")?.table("two-step")?;\ncurves'),
    new_code_cell(
        'let rows = curves.only("eps2", 0.003)?.only("specimen", "A")?.only("stage", 2.0)?;\n'
        'Figure::new("Second stage")\n'
        '    .x("time in second stage", "s")\n    .log_x()\n    .y("stress", "MPa")\n'
        '    .points(&rows.curve("time_in_stage", "stress")?.labelled("ε_2 = 0.3 %"))'
    ),
    new_code_cell("let answer = 6 * 7;\nanswer"),
    new_code_cell('panic!("shown as an error");', metadata={"tags": GOES_ON}),
    new_code_cell(
        'for _ in kovacs::progress("counting", 20).over(0..20) {\n'
        "    std::thread::sleep(std::time::Duration::from_millis(20));\n}"
    ),
    new_code_cell(""),
]


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Lab(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        SCREENSHOTS.mkdir(parents=True, exist_ok=True)
        cls.folder = tempfile.TemporaryDirectory(prefix="lab-", ignore_cleanup_errors=True)
        cls.addClassCleanup(cls.folder.cleanup)
        cls.start_server(Path(cls.folder.name))
        cls.play = sync_playwright().start()
        cls.addClassCleanup(cls.play.stop)
        chromium = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
        browser = cls.play.chromium.launch(executable_path=chromium, args=["--no-sandbox"], timeout=LONG)
        cls.addClassCleanup(browser.close)
        context = browser.new_context(viewport={"width": 1280, "height": 1900})
        cls.requests = []
        context.on("request", lambda request: cls.requests.append(request.url))
        cls.page = context.new_page()
        cls.page.on("websocket", lambda opened: cls.requests.append(opened.url))
        cls.page.set_default_timeout(SHORT)
        cls.open()

    @classmethod
    def start_server(cls, home):
        metadata = {"kernelspec": {"name": KERNEL, "display_name": "Rust (Kovacs)", "language": "rust"}}
        (home / "work").mkdir()
        nbformat.write(new_notebook(cells=CELLS, metadata=metadata), home / "work/trial.ipynb")
        # Cells out of sight stay in the page, so that the tests find them; no question about news covers anything.
        for name, value in [
            ("notebook-extension/tracker", {"windowingMode": "none"}),
            ("apputils-extension/notification", {"fetchNews": "false", "checkForUpdates": False}),
        ]:
            settings = home / f"settings/@jupyterlab/{name}.jupyterlab-settings"
            settings.parent.mkdir(parents=True)
            settings.write_text(json.dumps(value))
        port = free_port()
        environment = os.environ | {
            "JUPYTER_CONFIG_DIR": str(home / "config"),
            "JUPYTER_RUNTIME_DIR": str(home / "runtime"),
            "JUPYTERLAB_SETTINGS_DIR": str(home / "settings"),
            "JUPYTERLAB_WORKSPACES_DIR": str(home / "workspaces"),
        }
        log = open(SCREENSHOTS / "server.log", "w")
        cls.addClassCleanup(log.close)
        server = subprocess.Popen(
            [
                sys.executable, "-m", "jupyterlab", "--no-browser", "--ip=127.0.0.1", f"--port={port}",
                "--ServerApp.port_retries=0", "--IdentityProvider.token=", "--ServerApp.password=",
                "--allow-root", f"--ServerApp.root_dir={home / 'work'}", "--LabApp.extension_manager=readonly",
            ],
            env=environment, stdout=log, stderr=log,
        )
        cls.addClassCleanup(cls.stop_server, server)
        cls.address = f"http://127.0.0.1:{port}"
        deadline = time.monotonic() + LONG / 1000
        while True:
            try:
                urllib.request.urlopen(f"{cls.address}/api", timeout=5).read()
                return
            except OSError:
                if time.monotonic() > deadline or server.poll() is not None:
                    raise
                time.sleep(0.5)

    @staticmethod
    def stop_server(server):
        server.terminate()
        try:
            server.wait(60)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()

    @classmethod
    def open(cls):
        cls.page.goto(f"{cls.address}/lab/tree/trial.ipynb?reset", timeout=LONG)
        cls.page.locator(".jp-Notebook .jp-CodeCell .cm-content").nth(SCRATCH).wait_for(timeout=LONG)
        # The status bar says so once the kernel has answered.
        cls.page.locator(".jp-StatusBar-Widget", has_text="Idle").wait_for(timeout=LONG)

    # --- what a person does

    def command(self, label):
        """Runs a command of JupyterLab by its label, from the palette."""
        self.page.keyboard.press("Escape")
        self.page.keyboard.press("Control+Shift+C")
        field = self.page.locator(".lm-CommandPalette-input:visible")
        field.wait_for()
        field.fill(label)
        self.page.locator(".lm-CommandPalette-item:visible", has_text=label).first.click()

    def cell(self, number):
        return self.page.locator(".jp-Notebook .jp-CodeCell").nth(number)

    def outputs(self, number):
        return self.cell(number).locator(".jp-OutputArea-output")

    def shown(self, number):
        """All that is shown under a cell, as text."""
        return "\n".join(self.outputs(number).all_inner_texts())

    def count(self, number):
        """The number in front of a cell, as text; empty before it ran and while it runs."""
        return re.sub(r"\D", "", self.cell(number).locator(".jp-InputPrompt").inner_text())

    def enter(self, number):
        # At its beginning: the buttons of the cell may lie over the rest.
        self.cell(number).locator(".cm-content").click(position={"x": 3, "y": 8})

    def write(self, number, source):
        self.enter(number)
        self.page.keyboard.press("Control+A")
        self.page.keyboard.insert_text(source)

    def wait_until(self, holds, what, limit=LONG):
        deadline = time.monotonic() + limit / 1000
        while not holds():
            if time.monotonic() > deadline:
                self.picture("what-was-there-instead")
                self.fail(f"not within {limit / 1000:.0f} s: {what}")
            self.page.wait_for_timeout(100)

    def start(self, number):
        self.enter(number)
        # The scratch cell is the last: Shift+Enter would add another.
        self.page.keyboard.press("Control+Enter")

    def run_cell(self, number, source=None):
        if source is not None:
            self.write(number, source)
        before = self.count(number)
        self.start(number)
        self.wait_for_end(number, before)

    def wait_for_end(self, number, before):
        self.wait_until(lambda: self.count(number) not in ("", before), f"cell {number} ends")

    def picture(self, name, locator=None):
        data = (locator or self.page).screenshot(path=SCREENSHOTS / f"{name}.png", timeout=SHORT)
        return Image.open(io.BytesIO(data)).convert("RGB")

    def drawn(self, image):
        """How many pixels differ from the commonest colour."""
        total = image.width * image.height
        return total - max(count for count, _ in image.getcolors(total))

    # --- tests, in the order of their names: one notebook is open all the time

    def test_1_run_all(self):
        self.enter(TABLE)
        self.command("Run All Cells")
        for number in (TABLE, FIGURE, ANSWER, ERROR, PROGRESS):
            self.wait_for_end(number, "")
        self.page.wait_for_timeout(1000)
        self.picture("1-run-all")
        self.assertIn("42", self.shown(ANSWER))
        self.assertIn("shown as an error", self.shown(ERROR))
        self.assertIn("Panic", self.shown(ERROR))

    def test_1a_the_table(self):
        self.picture("1a-table", self.cell(TABLE))
        self.assertGreater(self.outputs(TABLE).locator("table tr").count(), 3, "no HTML table")
        self.assertIn("MPa", self.shown(TABLE))

    def test_1b_the_error(self):
        self.picture("1b-error", self.cell(ERROR))
        self.assertNotIn("\x1b", self.shown(ERROR))

    def test_1c_the_progress_bar(self):
        self.picture("1c-progress", self.cell(PROGRESS))
        self.assertEqual(self.outputs(PROGRESS).locator("progress").count(), 1)
        self.assertIn("20 of 20", self.shown(PROGRESS))

    def test_2_the_figure_is_visible(self):
        area = self.outputs(FIGURE).first
        area.scroll_into_view_if_needed()
        self.page.wait_for_timeout(2000)
        image = self.picture("2-figure", area)
        self.assertGreater(image.height, 200)
        self.assertGreater(self.drawn(image), 2000, "the figure is blank")

    def test_2a_the_figure_is_interactive(self):
        area = self.outputs(FIGURE).first
        area.locator(".js-plotly-plot .main-svg").first.wait_for(timeout=30_000)
        self.picture("2a-interactive", area)

    def test_3_the_completer(self):
        self.run_cell(SCRATCH, "let mut words = vec![1.0_f64];")
        self.write(SCRATCH, "words.")
        item = self.page.locator(".jp-Completer:visible .jp-Completer-item")

        def offered():
            # The analyser may still be reading the crates: ask again.
            if item.count() == 0:
                self.page.keyboard.press("Tab")
                self.page.wait_for_timeout(3000)
            return item.count() > 0

        self.wait_until(offered, "the completer opens", SHORT)
        self.page.keyboard.type("pus")
        self.page.wait_for_timeout(1000)
        self.picture("3-completer")
        self.page.keyboard.press("Enter")
        self.page.wait_for_timeout(500)
        self.assertRegex(self.cell(SCRATCH).locator(".cm-content").inner_text(), r"words\.push")

    def test_4_the_tooltip(self):
        self.write(SCRATCH, "Figure::new")
        tip = self.page.locator(".jp-Tooltip")

        def offered():
            if tip.count() == 0:
                self.page.keyboard.press("Shift+Tab")
                self.page.wait_for_timeout(3000)
            return tip.count() > 0

        self.wait_until(offered, "the tooltip opens", SHORT)
        self.picture("4-tooltip")
        text = tip.inner_text()
        self.page.keyboard.press("Escape")
        self.assertIn("Figure", text)

    def test_4a_the_contextual_help(self):
        self.write(SCRATCH, "Figure::new")
        self.command("Show Contextual Help")
        panel = self.page.locator(".jp-Inspector")
        panel.wait_for()
        # The panel asks when the cursor moves.
        self.enter(SCRATCH)
        self.page.keyboard.press("End")
        self.page.keyboard.press("ArrowLeft")
        try:
            self.wait_until(lambda: "Figure" in panel.inner_text(), "the contextual help shows the documentation", SHORT)
        finally:
            self.picture("4a-contextual-help")
            self.command("Show Contextual Help")
            panel.wait_for(state="detached")

    def test_5_interrupt(self):
        self.write(SCRATCH, 'println!("running");\nloop {\n    if interrupted() { break; }\n}')
        before = self.count(SCRATCH)
        self.start(SCRATCH)
        self.wait_until(lambda: "running" in self.shown(SCRATCH), "the cell has begun")
        self.page.locator('.jp-Toolbar [data-command="notebook:interrupt-kernel"]').first.click()
        self.wait_for_end(SCRATCH, before)
        self.page.wait_for_timeout(500)
        self.picture("5-interrupt", self.cell(SCRATCH))
        self.run_cell(SCRATCH, "answer")
        self.assertIn("42", self.shown(SCRATCH))

    def test_6_reload_keeps_outputs(self):
        self.page.keyboard.press("Control+S")
        self.page.wait_for_timeout(2000)
        self.open()
        self.page.wait_for_timeout(2000)
        self.picture("6-reloaded")
        self.assertIn("42", self.shown(ANSWER))
        self.assertIn("shown as an error", self.shown(ERROR))
        self.assertGreater(self.outputs(TABLE).locator("table tr").count(), 3)
        self.assertGreater(self.drawn(self.picture("6a-figure-reloaded", self.outputs(FIGURE).first)), 2000)
        # It is the same session.
        self.run_cell(SCRATCH, "answer + 1")
        self.assertIn("43", self.shown(SCRATCH))

    def test_7_restart(self):
        self.page.locator('.jp-Toolbar [data-command="kernelmenu:restart"], '
                          '.jp-Toolbar [data-command="notebook:restart-kernel"]').first.click()
        self.page.locator(".jp-Dialog .jp-mod-accept").click()
        self.page.locator(".jp-Dialog").wait_for(state="detached")
        self.run_cell(SCRATCH, "answer")
        self.picture("7-restarted", self.cell(SCRATCH))
        self.assertIn("cannot find value", self.shown(SCRATCH))
        self.assertEqual(self.count(SCRATCH), "1")

    def test_8_dark(self):
        self.command("Use Theme: JupyterLab Dark")
        self.page.locator('body[data-jp-theme-light="false"]').wait_for(state="attached")
        self.page.wait_for_timeout(2000)
        self.picture("8-dark")
        for number, name in [(TABLE, "table"), (FIGURE, "figure"), (ERROR, "error"), (PROGRESS, "progress")]:
            self.outputs(number).first.scroll_into_view_if_needed()
            self.page.wait_for_timeout(500)
            image = self.picture(f"8a-dark-{name}", self.outputs(number).first)
            self.assertGreater(self.drawn(image), 200, name)

    def test_9_nothing_left_the_machine(self):
        (SCREENSHOTS / "requests.log").write_text("\n".join(self.requests) + "\n")
        here = re.compile(r"(https?|wss?)://127\.0\.0\.1[:/]|data:|blob:|about:")
        self.assertGreater(len(self.requests), 20)
        self.assertEqual([address for address in self.requests if not here.match(address)], [])
        if OFFLINE:
            self.assertEqual([name for _, name in socket.if_nameindex()], ["lo"])


if __name__ == "__main__":
    unittest.main(verbosity=2)
