"""JupyterLab as a person uses it, in a Chromium without a window: run all, figures, completer, help, interrupt, restart,
reload, dark theme; and that no request leaves the machine.

Run: python tests/conformance/jupyterlab.py [FOLDER FOR SCREENSHOTS], with the kernel `kovacs` installed where Jupyter
looks. Times are upper bounds for machines that are busy; nothing is measured here.
"""

import io
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
SCREENSHOTS = Path(sys.argv.pop(1) if len(sys.argv) > 1 and not sys.argv[1].startswith("-") else "target/conformance/screenshots")
LONG = 600_000  # ms
SHORT = 120_000

CELLS = [
    'let curve = Dataset::open("ti-zr-hf-cu-ni-be")?.table("two-step")?;\ncurve',
    'Figure::new("Relaxation").x("time", "s").y("stress", "MPa").line(&Model::load("kww")?.relaxation()?).show()?;',
    'panic!("shown as an error");',
    'for _ in kovacs::progress::bar("counting", 20) { std::thread::sleep(std::time::Duration::from_millis(20)); }',
    "let answer = 6 * 7;\nanswer",
]


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Lab(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        SCREENSHOTS.mkdir(parents=True, exist_ok=True)
        cls.folder = tempfile.TemporaryDirectory(prefix="lab-")
        home = Path(cls.folder.name)
        made = new_notebook(
            cells=[new_code_cell(source) for source in CELLS],
            metadata={"kernelspec": {"name": KERNEL, "display_name": "Rust (Kovacs)", "language": "rust"}},
        )
        (home / "work").mkdir()
        nbformat.write(made, home / "work/trial.ipynb")
        cls.port = free_port()
        environment = os.environ | {
            "JUPYTER_CONFIG_DIR": str(home / "config"),
            "JUPYTER_RUNTIME_DIR": str(home / "runtime"),
            "JUPYTERLAB_SETTINGS_DIR": str(home / "settings"),
            "JUPYTERLAB_WORKSPACES_DIR": str(home / "workspaces"),
        }
        cls.log = open(SCREENSHOTS / "server.log", "w")
        cls.server = subprocess.Popen(
            [
                sys.executable, "-m", "jupyterlab", "--no-browser", "--ip=127.0.0.1", f"--port={cls.port}",
                "--ServerApp.port_retries=0", "--IdentityProvider.token=", "--ServerApp.password=",
                "--allow-root", f"--ServerApp.root_dir={home / 'work'}", "--LabApp.news_url=None",
                "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
                "--LabApp.extension_manager=readonly",
            ],
            env=environment, stdout=cls.log, stderr=cls.log,
        )
        cls.address = f"http://127.0.0.1:{cls.port}"
        deadline = time.monotonic() + 300
        while True:
            try:
                urllib.request.urlopen(f"{cls.address}/api", timeout=5).read()
                break
            except OSError:
                if time.monotonic() > deadline or cls.server.poll() is not None:
                    raise
                time.sleep(0.5)
        cls.play = sync_playwright().start()
        chromium = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
        cls.browser = cls.play.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        cls.page = cls.browser.new_page(viewport={"width": 1280, "height": 1500})
        cls.page.set_default_timeout(SHORT)
        cls.outside = []
        cls.page.on("request", lambda request: cls.note(request.url))
        cls.open()

    @classmethod
    def note(cls, address):
        if not re.match(r"(https?|wss?)://127\.0\.0\.1[:/]|data:|blob:|about:", address):
            cls.outside.append(address)

    @classmethod
    def open(cls):
        cls.page.goto(f"{cls.address}/lab/tree/trial.ipynb?reset", timeout=LONG)
        cls.page.wait_for_selector(".jp-Notebook .jp-CodeCell", timeout=LONG)

    @classmethod
    def tearDownClass(cls):
        cls.browser.close()
        cls.play.stop()
        cls.server.terminate()
        try:
            cls.server.wait(60)
        except subprocess.TimeoutExpired:
            cls.server.kill()
        cls.log.close()
        cls.folder.cleanup()

    # --- what a person does

    def command(self, name):
        """Runs a command of JupyterLab by its label, from the palette."""
        page = self.page
        page.keyboard.press("Control+Shift+C")
        field = page.locator(".lm-CommandPalette-input")
        field.wait_for()
        field.fill(name)
        page.locator(".lm-CommandPalette-item", has_text=name).first.click()

    def cell(self, number):
        return self.page.locator(".jp-Notebook .jp-CodeCell").nth(number)

    def outputs(self, number):
        return self.cell(number).locator(".jp-OutputArea-output")

    def write(self, number, source):
        self.cell(number).locator(".cm-content").click()
        self.page.keyboard.press("Control+A")
        self.page.keyboard.insert_text(source)

    def wait_idle(self):
        self.page.wait_for_function(
            "() => ![...document.querySelectorAll('.jp-InputPrompt')].some(p => p.textContent.includes('[*]'))",
            timeout=LONG,
        )

    def picture(self, name, locator=None):
        data = (locator or self.page).screenshot(path=SCREENSHOTS / f"{name}.png")
        return Image.open(io.BytesIO(data)).convert("RGB")

    def colours(self, image):
        """How many pixels differ from the commonest one."""
        counted = sorted(image.getcolors(image.width * image.height), reverse=True)
        return image.width * image.height - counted[0][0]

    # --- tests, in the order of their names: one notebook is open all the time

    def test_1_run_all(self):
        self.cell(0).locator(".cm-content").click()
        self.command("Run All Cells")
        # The failing cell stops the rest: run that by hand.
        self.page.wait_for_function(
            "() => document.querySelectorAll('.jp-CodeCell')[2].textContent.includes('shown as an error')"
            " && document.querySelectorAll('.jp-CodeCell')[2].querySelector('.jp-OutputArea-output')",
            timeout=LONG,
        )
        self.wait_idle()
        for number in (3, 4):
            self.cell(number).locator(".cm-content").click()
            self.page.keyboard.press("Shift+Enter")
            self.wait_idle()
        self.assertGreater(self.outputs(0).locator("table").count(), 0, "the table is no HTML table")
        self.assertIn("MPa", self.outputs(0).first.inner_text())
        self.assertIn("shown as an error", self.outputs(2).first.inner_text())
        self.assertIn("42", self.outputs(4).first.inner_text())
        self.picture("1-run-all")

    def test_2_the_figure_is_visible(self):
        area = self.outputs(1).first
        area.scroll_into_view_if_needed()
        self.page.wait_for_timeout(3000)
        image = self.picture("2-figure", area)
        self.assertGreater(image.height, 200)
        self.assertGreater(self.colours(image), 2000, "the figure is blank")
        self.assertGreater(area.locator(".js-plotly-plot, .plotly").count(), 0, "the figure is not interactive")

    def test_3_the_completer(self):
        self.write(4, "let words = vec![1.0_f64]; words.")
        self.page.keyboard.press("Tab")
        box = self.page.locator(".jp-Completer:not(.jp-mod-hidden) .jp-Completer-item")
        box.first.wait_for(timeout=LONG)
        self.page.keyboard.insert_text("pus")
        self.page.wait_for_timeout(500)
        self.picture("3-completer")
        self.page.keyboard.press("Enter")
        self.assertRegex(self.cell(4).locator(".cm-content").inner_text(), r"words\.push")
        self.page.keyboard.press("Escape")

    def test_4_the_help(self):
        self.write(4, "Figure::new")
        self.page.keyboard.press("Shift+Tab")
        tip = self.page.locator(".jp-Tooltip")
        tip.wait_for(timeout=LONG)
        self.picture("4-help")
        self.assertIn("Figure", tip.inner_text())
        self.page.keyboard.press("Escape")

    def test_5_interrupt(self):
        self.write(4, 'println!("running"); loop { if interrupted() { break } }')
        self.page.keyboard.press("Shift+Enter")
        self.page.wait_for_function(
            "() => document.querySelectorAll('.jp-CodeCell')[4].querySelector('.jp-OutputArea')"
            ".textContent.includes('running')",
            timeout=LONG,
        )
        self.page.locator('jp-button[data-command="notebook:interrupt-kernel"], [data-command="notebook:interrupt-kernel"]').first.click()
        self.wait_idle()
        self.picture("5-interrupt")
        self.write(4, "answer")
        self.page.keyboard.press("Shift+Enter")
        self.wait_idle()
        self.assertIn("42", self.outputs(4).first.inner_text())

    def test_6_reload_keeps_outputs(self):
        self.page.keyboard.press("Control+S")
        self.page.wait_for_timeout(2000)
        self.open()
        self.page.wait_for_timeout(2000)
        self.assertIn("42", self.outputs(4).first.inner_text())
        self.assertGreater(self.outputs(1).count(), 0)
        self.picture("6-reloaded")

    def test_7_restart(self):
        self.cell(4).locator(".cm-content").click()
        self.page.keyboard.press("Escape")
        self.page.keyboard.press("0")
        self.page.keyboard.press("0")
        self.page.locator(".jp-Dialog .jp-mod-accept, .jp-Dialog .jp-mod-warn").first.click()
        self.page.wait_for_timeout(1000)
        self.write(4, "answer")
        self.page.keyboard.press("Shift+Enter")
        self.wait_idle()
        self.assertIn("cannot find value", self.outputs(4).first.inner_text())
        self.picture("7-restarted")

    def test_8_dark(self):
        self.command("JupyterLab Dark")
        self.page.wait_for_selector('body[data-jp-theme-light="false"]')
        self.outputs(1).first.scroll_into_view_if_needed()
        self.page.wait_for_timeout(1500)
        image = self.picture("8-dark")
        self.assertGreater(self.colours(image), 2000)

    def test_9_nothing_left_the_machine(self):
        self.assertEqual(self.outside, [])


if __name__ == "__main__":
    unittest.main(verbosity=2)
