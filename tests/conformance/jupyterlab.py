"""JupyterLab as a person uses it, in a Chromium without a window: run all, figures, completer, help, interrupt, restart,
reload, dark theme; and that no request leaves the machine.

Run: python tests/conformance/jupyterlab.py [FOLDER FOR SCREENSHOTS] [Lab.TEST...], with the kernel `kovacs` installed
where Jupyter looks. With KOVACS_TEST_OFFLINE=1 the machine must have no network but itself. The tests share one open
notebook and run in the order of their names; `test_1` must be among those chosen. Times are upper bounds for machines
that are busy; nothing is measured here.
"""

import unittest

import nbformat
from lab import KERNEL, LabTest, SHORT
from nbformat.v4 import new_code_cell, new_notebook

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


class Lab(LabTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.open("trial.ipynb")

    @classmethod
    def prepare(cls, folder):
        metadata = {"kernelspec": {"name": KERNEL, "display_name": "Rust (Kovacs)", "language": "rust"}}
        nbformat.write(new_notebook(cells=CELLS, metadata=metadata), folder / "trial.ipynb")

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
        self.open("trial.ipynb")
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
        self.nothing_left_the_machine(20)


if __name__ == "__main__":
    unittest.main(verbosity=2)
