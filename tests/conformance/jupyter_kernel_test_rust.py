"""The kernel, as `jupyter_kernel_test` sees it: a Rust sample for every one of its tests, none skipped.

Run: python tests/conformance/jupyter_kernel_test_rust.py, with the kernel `kovacs` installed where Jupyter looks.
"""

import unittest

import jupyter_kernel_test



class RustKernelTests(jupyter_kernel_test.KernelTests):
    kernel_name = "kovacs"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # The first cell waits for the session, which may have to set itself up: longer than the tests wait.
        cls.kc.execute_interactive("1", timeout=600, output_hook=lambda message: None)
        cls.kc.inspect("Vec::push", reply=True, timeout=120)

    language_name = "rust"
    file_extension = ".rs"

    code_hello_world = 'println!("hello, world");'
    code_stderr = 'eprintln!("a warning");'
    completion_samples = [
        {"text": "let text = String::new(); text.is_em", "matches": ["is_empty"]},
        {"text": "vec![1].is_sorted_by_k", "matches": ["is_sorted_by_key"]},
    ]
    complete_code_samples = ["1 + 1", "let x = 1;", "fn f() {}", ":vars"]
    incomplete_code_samples = ["fn f() {", "let x = (1,", 'println!("a', "/* comment"]
    invalid_code_samples = ["let = 3;", "fn f() { ) }", "1 + 1)"]
    code_page_something = "?Vec::push"
    code_generate_error = 'panic!("this cell fails")'
    code_execute_result = [
        {"code": "1 + 2 + 3", "result": "6"},
        {"code": '"a".repeat(3)', "result": '"aaa"'},
        {"code": "1 + 2 * 3", "result": "7"},
    ]
    code_display_data = [
        {
            "code": (
                "let mut shown = kovacs::display::Bundle::new();"
                'shown.text("text/html", "<b>glass</b>"); shown.show();'
            ),
            "mime": "text/html",
        },
    ]
    code_history_pattern = "1 + 2 + [0-9]*"
    supported_history_operations = ("tail", "range", "search")
    code_inspect_sample = "Vec::push"
    code_clear_output = "kovacs::display::clear_output(false);"


class RustWelcomeTests(jupyter_kernel_test.IopubWelcomeTests):
    kernel_name = "kovacs"
    support_iopub_welcome = True


if __name__ == "__main__":
    unittest.main(verbosity=2)
