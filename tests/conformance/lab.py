"""A JupyterLab of its own and a Chromium without a window that has it open: what tests of JupyterLab share.

`LabTest` starts both for a class of tests; the class writes its notebooks in `prepare`. Screenshots go to the folder that
`SCREENSHOTS` names. Times are upper bounds for machines that are busy; nothing is measured here.
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

from PIL import Image
from playwright.sync_api import sync_playwright

KERNEL = os.environ.get("KOVACS_TEST_KERNEL", "kovacs")
OFFLINE = os.environ.get("KOVACS_TEST_OFFLINE") == "1"
NAMED = len(sys.argv) > 1 and not sys.argv[1].startswith(("-", "Lab", "Executed"))
SCREENSHOTS = Path(sys.argv.pop(1) if NAMED else "target/conformance/screenshots")
LONG = 600_000  # ms
SHORT = 120_000


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class LabTest(unittest.TestCase):
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

    @classmethod
    def start_server(cls, home):
        (home / "work").mkdir()
        cls.prepare(home / "work")
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
    def prepare(cls, folder):
        """Writes the notebooks of these tests into the folder that JupyterLab shows."""
        raise NotImplementedError

    @classmethod
    def open(cls, name):
        """Opens a notebook and waits until all its cells of code are there and the kernel has answered."""
        cls.page.goto(f"{cls.address}/lab/tree/{name}?reset", timeout=LONG)
        notebook = json.loads((Path(cls.folder.name) / "work" / name).read_text())
        last = sum(cell["cell_type"] == "code" for cell in notebook["cells"]) - 1
        cls.page.locator(".jp-Notebook .jp-CodeCell .cm-content").nth(last).wait_for(timeout=LONG)
        # The status bar says so once the kernel has answered.
        cls.page.locator(".jp-StatusBar-Widget", has_text="Idle").wait_for(timeout=LONG)

    def nothing_left_the_machine(self, at_least):
        """Checks every request so far."""
        (SCREENSHOTS / f"{type(self).__name__}-requests.log").write_text("\n".join(self.requests) + "\n")
        here = re.compile(r"(https?|wss?)://127\.0\.0\.1[:/]|data:|blob:|about:")
        self.assertGreater(len(self.requests), at_least)
        self.assertEqual([address for address in self.requests if not here.match(address)], [])
        if OFFLINE:
            self.assertEqual([name for _, name in socket.if_nameindex()], ["lo"])

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
