"""Rust notebooks run by other people's programs: nbclient, nbconvert, papermill, jupyter console.

The notebooks are Rust versions of those that nbclient tests itself with; what must come out is what its tests expect.

Run: python tests/conformance/notebook_clients.py, with the kernel `kovacs` installed where Jupyter looks. Times are
upper bounds for machines that are busy; nothing is measured here.
"""

import concurrent.futures
import os
import re
import subprocess
import sys
import tempfile
import textwrap
import unittest
from pathlib import Path

import nbformat
import pexpect
from jupyter_client.manager import KernelManager
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

KERNEL = os.environ.get("KOVACS_TEST_KERNEL", "kovacs")
ROOT = Path(__file__).resolve().parents[2]
LONG = 600
PROMPT = re.compile(r"In \[(\d+)\]: ")
PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="


def notebook(*cells):
    """A notebook of these cells: Rust source, or cells made otherwise."""
    made = [cell if not isinstance(cell, str) else new_code_cell(textwrap.dedent(cell).strip()) for cell in cells]
    metadata = {"kernelspec": {"name": KERNEL, "display_name": "Rust (Kovacs)", "language": "rust"}}
    return new_notebook(cells=made, metadata=metadata)


def tagged(source, *tags):
    return new_code_cell(textwrap.dedent(source).strip(), metadata={"tags": list(tags)})


def execute(made, **options):
    """Runs it with nbclient; every notebook that comes back is a valid one."""
    options.setdefault("timeout", LONG)
    try:
        NotebookClient(made, kernel_name=KERNEL, startup_timeout=LONG, **options).execute()
    finally:
        nbformat.validate(made)
    return made


def text(cell, name="stdout"):
    return "".join(output["text"] for output in cell.outputs if output.output_type == "stream" and output.name == name)


class Nbclient(unittest.TestCase):
    def test_hello_world(self):
        cell = execute(notebook('println!("Hello World");')).cells[0]
        self.assertEqual([(output.output_type, output.name) for output in cell.outputs], [("stream", "stdout")])
        self.assertEqual(text(cell), "Hello World\n")
        self.assertEqual(cell.execution_count, 1)

    def test_factorials(self):
        made = execute(
            notebook(
                "let mut i = 1_u64; let mut j = 1_u64;",
                """
                for _ in 0..5 {
                    i += 1;
                    j *= i;
                    println!("{j}");
                }
                """,
                "j",
            )
        )
        self.assertEqual(text(made.cells[1]), "2\n6\n24\n120\n720\n")
        self.assertEqual(made.cells[2].outputs[0].output_type, "execute_result")
        self.assertEqual(made.cells[2].outputs[0].data["text/plain"], "720")
        self.assertEqual([cell.execution_count for cell in made.cells], [1, 2, 3])

    def test_unicode(self):
        made = execute(notebook('println!("☃ σ_∞ 😀");', 'let größe = "ñ"; größe'))
        self.assertEqual(text(made.cells[0]), "☃ σ_∞ 😀\n")
        self.assertEqual(made.cells[1].outputs[0].data["text/plain"], '"ñ"')

    def test_a_pause(self):
        made = execute(
            notebook('println!("a"); std::thread::sleep(std::time::Duration::from_secs(1)); println!("b");')
        )
        self.assertEqual(text(made.cells[0]), "a\nb\n")

    def test_svg_and_image(self):
        made = execute(
            notebook(
                """
                let mut picture = Bundle::new();
                picture.text("image/svg+xml", "<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'/>");
                picture.text("text/plain", "a picture");
                picture.show();
                """,
                f'let mut pixel = Bundle::new(); pixel.text("image/png", "{PIXEL}"); pixel.show();',
            )
        )
        first, second = made.cells[0].outputs[0], made.cells[1].outputs[0]
        self.assertEqual((first.output_type, second.output_type), ("display_data", "display_data"))
        self.assertTrue(first.data["image/svg+xml"].startswith("<svg"))
        self.assertEqual(first.data["text/plain"], "a picture")
        self.assertEqual(second.data["image/png"].strip(), PIXEL)

    def test_clear_output(self):
        made = execute(
            notebook(
                'println!("gone"); kovacs::display::clear_output(false); println!("stays");',
                'println!("gone too"); kovacs::display::clear_output(true); println!("instead");',
                'println!("kept"); kovacs::display::clear_output(true);',
            )
        )
        self.assertEqual([text(cell) for cell in made.cells], ["stays\n", "instead\n", "kept\n"])

    def test_a_display_changes(self):
        made = execute(
            notebook(
                """
                let mut first = Bundle::new();
                first.text("text/plain", "before");
                let handle = first.show_as("here");
                """,
                """
                let mut second = Bundle::new();
                second.text("text/plain", "after");
                kovacs::display::DisplayHandle::named("here").update(&second);
                """,
            )
        )
        self.assertEqual([output.data["text/plain"] for output in made.cells[0].outputs], ["after"])
        self.assertEqual(made.cells[1].outputs, [])

    def test_an_error_stops(self):
        made = notebook('let x = 1; println!("one");', 'panic!("out of glass")', 'println!("never");')
        with self.assertRaises(CellExecutionError) as caught:
            execute(made)
        self.assertEqual((caught.exception.ename, caught.exception.evalue), ("Panic", "out of glass"))
        error = made.cells[1].outputs[-1]
        self.assertEqual((error.output_type, error.ename), ("error", "Panic"))
        self.assertIn("out of glass", "\n".join(error.traceback))
        self.assertEqual(made.cells[2].outputs, [])

    def test_an_expected_error_does_not(self):
        allowed = notebook('panic!("first")', 'println!("ran");')
        execute(allowed, allow_errors=True)
        self.assertEqual(allowed.cells[0].outputs[-1].ename, "Panic")
        self.assertEqual(text(allowed.cells[1]), "ran\n")
        marked = notebook(tagged('panic!("expected")', "raises-exception"), 'println!("ran");')
        execute(marked)
        self.assertEqual(text(marked.cells[1]), "ran\n")

    def test_a_skipped_cell(self):
        made = execute(notebook(tagged('println!("no");', "skip-execution"), 'println!("yes");'))
        self.assertEqual(made.cells[0].outputs, [])
        self.assertEqual(text(made.cells[1]), "yes\n")

    def test_empty_and_markdown_cells(self):
        made = execute(notebook("", new_markdown_cell("# words"), "  \n", "1 + 1"))
        self.assertEqual(made.cells[3].outputs[0].data["text/plain"], "2")

    def test_interrupt_after_a_time_limit(self):
        made = notebook(
            "let kept = 7;",
            "loop { std::thread::sleep(std::time::Duration::from_millis(20)); if interrupted() { break; } }",
            "kept",
        )
        limits = lambda cell: 20 if "loop" in cell.source else LONG
        execute(made, timeout_func=limits, interrupt_on_timeout=True, allow_errors=True)
        self.assertEqual(made.cells[1].outputs[-1].ename, "Interrupted")
        self.assertEqual(made.cells[2].outputs[0].data["text/plain"], "7")

    def test_a_time_limit_without_interrupt(self):
        with self.assertRaises(CellTimeoutError):
            execute(notebook("loop { std::thread::sleep(std::time::Duration::from_secs(1)); }"), timeout=15)

    def test_a_cell_that_kills_its_process_is_an_error(self):
        # nbclient's own notebook kills the kernel; here the cell is a process of its own, and the kernel lives.
        made = notebook("std::process::abort()", "1 + 1")
        execute(made, allow_errors=True)
        self.assertEqual(made.cells[0].outputs[-1].output_type, "error")
        self.assertEqual(made.cells[1].outputs[0].data["text/plain"], "2")

    def test_no_standard_input(self):
        # nbclient forbids questions: the cell reads an end of file at once and does not wait.
        made = execute(
            notebook('let mut line = String::new(); println!("{}", std::io::stdin().read_line(&mut line)?);')
        )
        self.assertEqual(text(made.cells[0]), "0\n")

    def test_two_at_once(self):
        def run(word):
            made = notebook(f'let word = "{word}";', "std::thread::sleep(std::time::Duration::from_secs(1));", "word")
            return execute(made).cells[2].outputs[0].data["text/plain"]

        with concurrent.futures.ThreadPoolExecutor(2) as both:
            self.assertEqual(list(both.map(run, ["A", "B"])), ['"A"', '"B"'])


class Session(unittest.TestCase):
    """Failures are failures for nbclient, and leave what was there before."""

    def test_what_survives(self):
        failing = {
            "Panic": 'let v: Vec<i32> = vec![]; v[0]',
            "ParseIntError": '"x".parse::<i32>()?;',
            "E0308": 'let wrong: i32 = "text";',
        }
        cells = ["let temperature = 295.0_f64; let name = String::from(\"PVC\");"]
        for source in failing.values():
            cells += [source, 'println!("{temperature} {name}");']
        cells.append('print!("no newline");')
        made = notebook(*cells)
        execute(made, allow_errors=True)
        names = [cell.outputs[-1].ename for cell in made.cells[1:-1:2]]
        self.assertEqual(names, list(failing))
        for cell in made.cells[2:-1:2]:
            self.assertEqual(text(cell), "295 PVC\n", cell.outputs)
        self.assertEqual(text(made.cells[-1]), "no newline")


class Nbconvert(unittest.TestCase):
    def convert(self, made, *options):
        with tempfile.TemporaryDirectory() as folder:
            source = Path(folder, "in.ipynb")
            nbformat.write(made, source)
            command = [sys.executable, "-m", "nbconvert", "--execute", f"--ExecutePreprocessor.timeout={LONG}"]
            ran = subprocess.run(
                [*command, *options, "--output", "out", str(source)], capture_output=True, text=True, cwd=folder
            )
            written = [path for path in Path(folder).iterdir() if path.stem == "out"]
            return ran, written[0].read_text(encoding="utf-8") if written else None

    def test_notebook_and_page(self):
        made = notebook('println!("to paper");', "vec![1, 2]")
        ran, written = self.convert(made, "--to", "notebook")
        self.assertEqual(ran.returncode, 0, ran.stderr)
        self.assertEqual(text(nbformat.reads(written, 4).cells[0]), "to paper\n")
        ran, written = self.convert(made, "--to", "html")
        self.assertEqual(ran.returncode, 0, ran.stderr)
        self.assertIn("to paper", written)
        self.assertIn("[1, 2]", written)

    def test_a_failure_is_one(self):
        ran, _ = self.convert(notebook('panic!("in the converter")'), "--to", "notebook")
        self.assertNotEqual(ran.returncode, 0)
        self.assertIn("in the converter", ran.stderr)


class Papermill(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.source = Path(self.folder.name, "in.ipynb")
        self.result = Path(self.folder.name, "out.ipynb")
        nbformat.write(
            notebook(
                tagged('let a: i64 = 1; // how many\nlet name = String::from("none");', "parameters"),
                'println!("{name}: {}", a * 2);',
            ),
            self.source,
        )
        self.environment = os.environ | {"PYTHONPATH": str(ROOT / "integrations/papermill")}

    def tearDown(self):
        self.folder.cleanup()

    def papermill(self, *arguments):
        return subprocess.run(
            [sys.executable, "-m", "kovacs_papermill", *arguments],
            capture_output=True, text=True, env=self.environment,
        )

    def test_parameters_reach_rust(self):
        ran = self.papermill(str(self.source), str(self.result), "-p", "a", "5", "-p", "name", 'glass "1" é')
        self.assertEqual(ran.returncode, 0, ran.stderr)
        made = nbformat.read(self.result, 4)
        injected = [cell for cell in made.cells if "injected-parameters" in cell.metadata.get("tags", [])]
        self.assertIn("let a: i64 = 5;", injected[0].source)
        self.assertEqual(text(made.cells[-1]), 'glass "1" é: 10\n')

    def test_every_type_reaches_rust(self):
        nbformat.write(notebook('println!("{list:?} {map:?} {flag} {nothing:?} {large} {text:?}");'), self.source)
        values = r'{list: [1, 2.5], map: {b: 2, a: 1}, flag: true, nothing: null, large: .inf, text: "{}\n\\ \e"}'
        ran = self.papermill(str(self.source), str(self.result), "-y", values)
        self.assertEqual(ran.returncode, 0, ran.stderr)
        shown = text(nbformat.read(self.result, 4).cells[-1])
        self.assertEqual(shown, r'[1.0, 2.5] {"a": 1, "b": 2} true None inf "{}\n\\ \u{1b}"' + "\n")

    def test_what_has_no_rust_form_is_refused(self):
        for values in ["{list: [1, a]}", "{whole: 9223372036854775808}", "{2x: 1}", "{true: 1}"]:
            ran = self.papermill(str(self.source), str(self.result), "-y", values)
            self.assertNotEqual(ran.returncode, 0, values)
            self.assertIn("ValueError", ran.stderr)

    def test_the_help_names_them(self):
        ran = self.papermill("--help-notebook", str(self.source))
        self.assertEqual(ran.returncode, 0, ran.stderr)
        self.assertRegex(ran.stdout, r"a: i64 \(default 1\)\s+how many")


class Console(unittest.TestCase):
    def start(self, *arguments):
        return pexpect.spawn(
            sys.executable, ["-m", "jupyter_console", "--simple-prompt", *arguments],
            encoding="utf-8", timeout=LONG, dimensions=(40, 120), env=os.environ | {"TERM": "dumb", "NO_COLOR": "1"},
        )

    def test_leaving_ends_the_kernel_of_the_console_and_no_other(self):
        own = self.start("--kernel", KERNEL)
        km = KernelManager(kernel_name=KERNEL)
        km.start_kernel()
        kc = km.blocking_client()
        try:
            own.expect(PROMPT)
            own.sendline("exit")
            own.expect(pexpect.EOF)
            kc.start_channels()
            kc.wait_for_ready(timeout=LONG)
            attached = self.start("--existing", km.connection_file)
            try:
                attached.expect(PROMPT)
                attached.sendline("quit()")
                attached.expect("keeping kernel alive")
                attached.expect(pexpect.EOF)
            finally:
                attached.close(force=True)
            reply = kc.execute_interactive("1 + 1", timeout=LONG, output_hook=lambda message: None)
            self.assertEqual(reply["content"]["status"], "ok")
        finally:
            own.close(force=True)
            kc.stop_channels()
            km.shutdown_kernel(now=True)

    def test_a_conversation(self):
        child = self.start("--kernel", KERNEL)
        try:
            child.expect(PROMPT)
            child.sendline("let a = 20;")
            child.expect(PROMPT)
            child.sendline("a + 1")
            child.expect(r"Out\[2\]: *21")
            child.expect(PROMPT)
            child.sendline('println!("{}", a * 3);')
            child.expect("60")
            child.expect(PROMPT)
            child.sendline('panic!("at the console")')
            child.expect("at the console")
            child.expect(PROMPT)
            child.sendline("a")
            child.expect("20")
            child.expect(PROMPT)
            child.sendeof()
            child.expect("really want to exit")
            child.sendline("y")
            child.expect(pexpect.EOF)
        finally:
            child.close(force=True)


if __name__ == "__main__":
    unittest.main(verbosity=2)
