"""Executed notebooks in JupyterLab, opened and not run: every figure is there to be seen, and the file stays as it is.

Run: python tests/conformance/jupyterlab_executed.py [FOLDER FOR SCREENSHOTS] [Executed.TEST...], with the kernel `kovacs`
installed where Jupyter looks. KOVACS_TEST_EXECUTED names the folder of executed notebooks [target/reproduce/notebooks].
JupyterLab does not trust notebooks that it has not written: scripts in them do not run, and the pictures must do without.
"""

import json
import os
import shutil
import unittest
import urllib.request
from pathlib import Path

from lab import LabTest

FOLDER = Path(os.environ.get("KOVACS_TEST_EXECUTED", "target/reproduce/notebooks"))
# More pixels than that differ from the ground in any figure: its frame and its numbers alone have so many.
DRAWN = 2000


def figures(cell):
    """The figures among the outputs of a cell."""
    return [output for output in cell.get("outputs", []) if "image/svg+xml" in output.get("data", {})]


class Executed(LabTest):
    @classmethod
    def prepare(cls, folder):
        cls.names = sorted(path.name for path in FOLDER.glob("*.ipynb"))
        assert cls.names, f"there is no executed notebook in {FOLDER}: `kovacs reproduce` writes them"
        for name in cls.names:
            shutil.copy(FOLDER / name, folder / name)

    def code(self, name):
        notebook = json.loads((FOLDER / name).read_text())
        return [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]

    def end_sessions(self):
        """One kernel at a time is enough for a small machine."""
        with urllib.request.urlopen(f"{self.address}/api/sessions", timeout=60) as answer:
            sessions = json.load(answer)
        token = next((one["value"] for one in self.page.context.cookies() if one["name"] == "_xsrf"), "")
        for session in sessions:
            headers = {"X-XSRFToken": token, "Cookie": f"_xsrf={token}"}
            address = f"{self.address}/api/sessions/{session['id']}"
            urllib.request.urlopen(urllib.request.Request(address, method="DELETE", headers=headers), timeout=60)

    def seen(self, name):
        """Looks at every figure of the open notebook and says how many there are."""
        seen = 0
        for number, cell in enumerate(self.code(name)):
            pictures = self.cell(number).locator(".kovacs-figure img")
            self.assertEqual(pictures.count(), len(figures(cell)), f"figures under cell {cell['id']} of {name}")
            for index in range(pictures.count()):
                picture = pictures.nth(index)
                picture.scroll_into_view_if_needed()
                picture.evaluate("image => image.decode()")
                image = self.picture(f"executed-{Path(name).stem}-{seen}" if seen < 2 else "executed-last", picture)
                self.assertGreater(self.drawn(image), DRAWN, f"figure {index + 1} of cell {cell['id']} of {name} is blank")
                seen += 1
        return seen

    def test_1_figures_are_seen_without_a_run(self):
        total = 0
        for name in self.names:
            with self.subTest(name):
                self.open(name)
                for number, cell in enumerate(self.code(name)):
                    count = cell["execution_count"]
                    self.assertEqual(self.count(number), "" if count is None else str(count), cell["id"])
                total += self.seen(name)
                self.assertEqual(self.page.locator(".jp-RenderedHTMLCommon .jp-mod-error, .jp-Dialog").count(), 0)
                written = Path(self.folder.name) / "work" / name
                self.assertEqual(written.read_bytes(), (FOLDER / name).read_bytes(), f"{name} was written to")
                self.end_sessions()
        print(f"{len(self.names)} notebooks, {total} figures seen")
        self.assertGreater(total, 0)

    def test_2_trusted_they_become_plots(self):
        name = next(name for name in self.names if any(map(figures, self.code(name))))
        self.open(name)
        number = next(number for number, cell in enumerate(self.code(name)) if figures(cell))
        self.command("Trust Notebook")
        self.page.locator(".jp-Dialog .jp-mod-accept").click()
        plot = self.outputs(number).locator(".js-plotly-plot .main-svg").first
        plot.scroll_into_view_if_needed()
        plot.wait_for()
        self.assertGreater(self.drawn(self.picture("executed-trusted", self.cell(number))), DRAWN)
        self.end_sessions()

    def test_3_nothing_left_the_machine(self):
        self.nothing_left_the_machine(20)


if __name__ == "__main__":
    unittest.main(verbosity=2)
