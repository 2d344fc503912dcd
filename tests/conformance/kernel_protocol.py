"""What the messaging protocol (5.5) asks of a kernel and `jupyter_kernel_test` does not look at.

Run: python tests/conformance/kernel_protocol.py, with the kernel `kovacs` installed where Jupyter looks.
One kernel serves each class. Times are upper bounds for machines that are busy; nothing is measured here.
"""

import json
import os
import queue
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time
import unittest
from datetime import datetime, timezone
from pathlib import Path

import zmq
from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import KernelManager

KERNEL = os.environ.get("KOVACS_TEST_KERNEL", "kovacs")
# The first cell waits for the session, which may have to set itself up.
LONG = 600
SHORT = 60


class Answer:
    """The reply to a request and everything that was published because of it."""

    def __init__(self, reply, published):
        self.reply = reply
        self.published = published
        self.content = reply["content"] if reply else None

    def of(self, kind):
        return [message["content"] for message in self.published if message["msg_type"] == kind]

    def text(self, name):
        return "".join(content["text"] for content in self.of("stream") if content["name"] == name)

    def kinds(self):
        return [message["msg_type"] for message in self.published]


class Kernel(unittest.TestCase):
    """Starts a kernel once per class and speaks to it message by message."""

    transport = "tcp"

    @classmethod
    def setUpClass(cls):
        cls.km = KernelManager(kernel_name=KERNEL, transport=cls.transport)
        if cls.transport == "ipc":
            cls.folder = tempfile.TemporaryDirectory(prefix="kernel-")
            cls.km.ip = os.path.join(cls.folder.name, "k")
        cls.km.start_kernel(stderr=None if os.environ.get("KOVACS_TEST_LOG") else subprocess.DEVNULL)
        cls.kc = cls.km.blocking_client()
        cls.kc.start_channels()
        cls.kc.wait_for_ready(timeout=SHORT)
        cls.seen = []
        cls.replies = {}

    @classmethod
    def tearDownClass(cls):
        cls.kc.stop_channels()
        cls.km.shutdown_kernel(now=True)

    # --- asking

    def send(self, kind, content=None, channel="shell", header=None):
        message = self.kc.session.msg(kind, content or {})
        message["header"].update(header or {})
        getattr(self.kc, channel + "_channel").send(message)
        return message["header"]["msg_id"]

    def next_published(self, timeout):
        return self.kc.get_iopub_msg(timeout=timeout)

    def published_for(self, identifier, timeout=SHORT):
        """What was published because of a request, up to its idle status. The rest is kept for its own request."""
        found = []
        deadline = time.monotonic() + timeout
        pending = [message for message in self.seen if message["parent_header"].get("msg_id") == identifier]
        self.seen[:] = [message for message in self.seen if message["parent_header"].get("msg_id") != identifier]
        while True:
            message = pending.pop(0) if pending else self.next_published(max(0.1, deadline - time.monotonic()))
            if message["parent_header"].get("msg_id") != identifier:
                self.seen.append(message)
                continue
            found.append(message)
            if message["msg_type"] == "status" and message["content"]["execution_state"] == "idle":
                return found

    def reply_to(self, identifier, channel="shell", timeout=SHORT):
        """The reply to a request. Others that come before it, from another subshell, are kept for their own."""
        deadline = time.monotonic() + timeout
        get = getattr(self.kc, f"get_{channel}_msg")
        while identifier not in self.replies:
            message = get(timeout=max(0.1, deadline - time.monotonic()))
            self.replies[message["parent_header"].get("msg_id")] = message
        return self.replies.pop(identifier)

    def ask(self, kind, content=None, channel="shell", header=None, timeout=SHORT):
        identifier = self.send(kind, content, channel, header)
        reply = self.reply_to(identifier, channel, timeout)
        return Answer(reply, self.published_for(identifier, timeout))

    def start_cell(self, code, header=None, **options):
        content = {
            "code": code, "silent": False, "store_history": True, "user_expressions": {},
            "allow_stdin": False, "stop_on_error": True, **options,
        }
        return self.send("execute_request", content, header=header)

    def finish_cell(self, identifier, timeout=LONG):
        reply = self.reply_to(identifier, timeout=timeout)
        return Answer(reply, self.published_for(identifier, timeout))

    def cell(self, code, **options):
        return self.finish_cell(self.start_cell(code, **options))

    def ok(self, code, **options):
        answer = self.cell(code, **options)
        self.assertEqual(answer.content["status"], "ok", answer.content)
        return answer

    def wait_for(self, identifier, condition, timeout=LONG):
        """Waits for something to be published while a request is still being worked on."""
        deadline = time.monotonic() + timeout
        while True:
            message = self.next_published(max(0.1, deadline - time.monotonic()))
            self.seen.append(message)
            if message["parent_header"].get("msg_id") == identifier and condition(message):
                return message

    def start_and_wait(self, code, **options):
        """Starts a cell that prints `running` and goes on."""
        identifier = self.start_cell(code, **options)
        self.wait_for(identifier, lambda message: "running" in str(message["content"].get("text")))
        return identifier


class Gate:
    """Where a cell waits until the test lets it go on: no span of time that a busy machine could miss."""

    def __init__(self, test):
        folder = tempfile.TemporaryDirectory(prefix="gate-")
        test.addCleanup(folder.cleanup)
        self.path = Path(folder.name) / "open"
        self.wait = (
            f'while !std::path::Path::new("{self.path}").exists() '
            "{ std::thread::sleep(std::time::Duration::from_millis(5)); }"
        )

    def open(self):
        self.path.touch()


FOREVER = 'println!("running"); loop { std::thread::sleep(std::time::Duration::from_millis(20)); }'


class Cells(Kernel):
    def test_counting_begins_at_one_and_skips_what_is_not_stored(self):
        km, kc = self.km, self.kc
        first = self.ok("1")
        count = first.content["execution_count"]
        self.assertEqual(first.of("execute_input")[0]["execution_count"], count)
        self.assertEqual(first.of("execute_result")[0]["execution_count"], count)
        self.assertEqual(self.ok("2", store_history=False).content["execution_count"], count)
        self.assertEqual(self.ok("3", silent=True).content["execution_count"], count)
        self.assertEqual(self.ok("4").content["execution_count"], count + 1)

    def test_a_silent_cell_publishes_its_status_only(self):
        answer = self.ok('println!("a"); 1 + 1', silent=True)
        self.assertEqual(answer.kinds(), ["status", "status"])
        failed = self.cell('panic!("quiet")', silent=True)
        self.assertEqual(failed.content["status"], "error")
        self.assertEqual(failed.kinds(), ["status", "status"])

    def test_streams_arrive_in_order_and_while_the_cell_runs(self):
        gate = Gate(self)
        identifier = self.start_and_wait(f'println!("running"); {gate.wait} println!("end");')
        with self.assertRaises(queue.Empty):
            self.kc.get_shell_msg(timeout=0.1)
        gate.open()
        answer = self.finish_cell(identifier)
        self.assertEqual(answer.text("stdout"), "running\nend\n")
        answer = self.ok('print!("a"); eprintln!("b"); print!("c");')
        self.assertEqual(answer.text("stdout"), "ac")
        self.assertEqual(answer.text("stderr"), "b\n")

    def test_text_without_an_end_of_line_returns(self):
        self.assertEqual(self.ok('print!("x")').text("stdout"), "x")

    def test_an_error_is_in_the_reply_and_published(self):
        for code, name in [("let n: i32 = \"a\";", "E0308"), ('panic!("no")', "Panic"),
                           ('"x".parse::<i32>()?;', "ParseIntError")]:
            answer = self.cell(code)
            self.assertEqual(answer.content["status"], "error")
            self.assertEqual(answer.content["ename"], name)
            error, = answer.of("error")
            for field in ["ename", "evalue", "traceback"]:
                self.assertEqual(error[field], answer.content[field])
            self.assertTrue(error["evalue"] and all(isinstance(line, str) for line in error["traceback"]))

    def test_variables_survive_errors(self):
        self.ok("let kept = 41;")
        self.cell('panic!("no")')
        self.cell("let n: i32 = \"a\";")
        self.cell('"x".parse::<i32>()?;')
        self.assertEqual(self.ok("kept + 1").of("execute_result")[0]["data"]["text/plain"], "42")

    def test_user_expressions_succeed_and_fail_each_for_itself(self):
        answer = self.ok("let a = 20;", user_expressions={"twice": "a * 2", "bad": "no_such_name"})
        values = answer.content["user_expressions"]
        self.assertEqual(values["twice"]["status"], "ok")
        self.assertEqual(values["twice"]["data"]["text/plain"], "40")
        self.assertEqual(values["bad"]["status"], "error")
        self.assertTrue(values["bad"]["ename"] and values["bad"]["traceback"])
        self.assertEqual(answer.kinds(), ["status", "execute_input", "status"])

    def test_a_failure_aborts_what_waits_unless_told_otherwise(self):
        gate = Gate(self)
        first = self.start_cell(f'{gate.wait} panic!("no")')
        waiting = [self.start_cell("1"), self.start_cell("2")]
        # Its reply comes after everything that was sent before has arrived.
        self.ask("kernel_info_request")
        gate.open()
        self.assertEqual(self.finish_cell(first).content["status"], "error")
        for identifier in waiting:
            answer = self.finish_cell(identifier)
            self.assertEqual(answer.content["status"], "aborted")
            self.assertEqual(answer.kinds(), ["status", "status"])
        gate = Gate(self)
        first = self.start_cell(f'{gate.wait} panic!("no")', stop_on_error=False)
        second = self.start_cell("1 + 1")
        self.ask("kernel_info_request")
        gate.open()
        self.assertEqual(self.finish_cell(first).content["status"], "error")
        self.assertEqual(self.finish_cell(second).content["status"], "ok")

    def test_displays_come_one_by_one_can_change_and_be_cleared(self):
        answer = self.ok(
            'let mut shown = kovacs::display::Bundle::new(); shown.text("text/html", "<b>1</b>"); shown.show();'
            'let handle = shown.show_live(); handle.update(&shown); kovacs::display::clear_output(true);'
        )
        kinds = [kind for kind in answer.kinds() if kind not in ("status", "execute_input")]
        self.assertEqual(kinds, ["display_data", "display_data", "update_display_data", "clear_output"])
        named, changed = answer.of("display_data")[1], answer.of("update_display_data")[0]
        self.assertEqual(named["transient"]["display_id"], changed["transient"]["display_id"])
        self.assertEqual(answer.of("clear_output"), [{"wait": True}])

    def test_output_of_a_thread_arrives_after_its_cell(self):
        gate = Gate(self)
        identifier = self.start_cell(f'std::thread::spawn(|| {{ {gate.wait} println!("late"); }});')
        self.finish_cell(identifier)
        gate.open()
        message = self.wait_for(identifier, lambda message: message["msg_type"] == "stream", SHORT)
        self.assertEqual(message["content"]["text"], "late\n")

    def test_words_for_leaving_are_for_the_front_end(self):
        for word in ["exit", "quit()"]:
            answer = self.ok(word)
            # A console takes with it the kernel that it has started, and no other.
            self.assertEqual(answer.content["payload"], [{"source": "ask_exit", "keepkernel": True}])
        self.assertEqual(self.ok("1 + 1").of("execute_result")[0]["data"]["text/plain"], "2")
        self.ok("let quit = 7;")
        self.assertEqual(self.ok("quit").of("execute_result")[0]["data"]["text/plain"], "7")

    def test_what_was_reset_is_not_offered_any_more(self):
        def offered():
            answer = self.ask("complete_request", {"code": "only_of_th", "cursor_pos": 10}).content
            return "only_of_this_session" in " ".join(answer["matches"])

        def until(expected):
            deadline = time.monotonic() + LONG
            while offered() is not expected:
                self.assertLess(time.monotonic(), deadline)
                time.sleep(0.2)

        self.ok("fn only_of_this_session() {}")
        until(True)
        self.ok(":reset")
        until(False)

    def test_a_name_with_a_question_mark_is_looked_up_or_an_error(self):
        answer = self.cell("?no_such_thing_anywhere")
        self.assertEqual(answer.content["status"], "error")
        self.assertIn("no_such_thing_anywhere", answer.content["evalue"])

    def test_a_flood_ends_in_an_error_and_the_kernel_goes_on(self):
        answer = self.cell('let line = "x".repeat(1 << 16); loop { println!("{line}"); }')
        self.assertEqual(answer.content["ename"], "OutputLimit")
        self.ok("1")


class Input(Kernel):
    def setUp(self):
        self.ok("1")

    def question(self, timeout=SHORT):
        return self.kc.get_stdin_msg(timeout=timeout)

    def test_a_cell_asks_and_reads_the_answer(self):
        identifier = self.start_cell('kovacs::input("name? ")', allow_stdin=True)
        question = self.question()
        self.assertEqual(question["msg_type"], "input_request")
        self.assertEqual(question["parent_header"]["msg_id"], identifier)
        self.assertEqual(question["content"], {"prompt": "name? ", "password": False})
        self.kc.input("Kovacs")
        self.assertIn("Kovacs", str(self.finish_cell(identifier).of("execute_result")))

    def test_a_password_is_asked_for_as_one(self):
        identifier = self.start_cell('kovacs::password("secret? ")', allow_stdin=True)
        self.assertTrue(self.question()["content"]["password"])
        self.kc.input("x")
        self.assertEqual(self.finish_cell(identifier).content["status"], "ok")

    def test_plain_standard_input_works(self):
        identifier = self.start_cell(
            "let mut line = String::new(); std::io::stdin().read_line(&mut line)?; line.trim().to_owned()",
            allow_stdin=True,
        )
        self.question()
        self.kc.input("a line")
        self.assertIn("a line", str(self.finish_cell(identifier).of("execute_result")))

    def test_nobody_is_asked_where_nobody_can_answer(self):
        answer = self.cell("let mut line = String::new(); std::io::stdin().read_line(&mut line)?", allow_stdin=False)
        self.assertEqual(answer.of("execute_result")[0]["data"]["text/plain"], "0")
        with self.assertRaises(queue.Empty):
            self.question(timeout=0.2)

    def test_a_cell_that_waits_for_input_can_be_interrupted(self):
        identifier = self.start_cell('kovacs::input("never? ")', allow_stdin=True)
        self.question()
        self.ask("interrupt_request", channel="control")
        self.assertEqual(self.finish_cell(identifier).content["status"], "error")
        self.ok("1")


class Meanwhile(Kernel):
    """What works while a cell runs."""

    def setUp(self):
        self.ok("1")
        self.running = self.start_and_wait(FOREVER)

    def tearDown(self):
        self.ask("interrupt_request", channel="control")
        answer = self.finish_cell(self.running)
        self.assertEqual(answer.content["ename"], "Interrupted")

    def test_the_kernel_answers_on_control_and_shell_with_their_status(self):
        for channel in ["control", "shell"]:
            answer = self.ask("kernel_info_request", channel=channel)
            self.assertEqual(answer.content["protocol_version"], "5.5")
            self.assertEqual(answer.kinds(), ["status", "status"])
            self.assertEqual([state["execution_state"] for state in answer.of("status")], ["busy", "idle"])

    def test_completion_inspection_and_history_do_not_wait(self):
        for kind, content in [
            ("complete_request", {"code": "std::ve", "cursor_pos": 7}),
            ("inspect_request", {"code": "Vec::push", "cursor_pos": 9, "detail_level": 0}),
            ("is_complete_request", {"code": "fn f() {"}),
            ("history_request", {"hist_access_type": "tail", "n": 1, "raw": True, "output": False}),
            ("comm_info_request", {}),
        ]:
            self.assertIn(self.ask(kind, content).content["status"], ["ok", "incomplete"])

    def test_sigint_is_an_interrupt(self):
        os.kill(self.km.provisioner.process.pid, signal.SIGINT)
        self.assertEqual(self.finish_cell(self.running).content["ename"], "Interrupted")
        self.ok("1")
        self.running = self.start_and_wait(FOREVER)

    def test_the_variables_of_before_are_shown(self):
        reply = self.ask("debug_request", {"type": "request", "seq": 1, "command": "inspectVariables"}, "control")
        self.assertTrue(reply.content["success"])


class Subshells(Kernel):
    def test_they_are_made_listed_used_and_removed(self):
        info = self.ask("kernel_info_request").content
        self.assertIn("kernel subshells", info["supported_features"])
        made = self.ask("create_subshell_request", channel="control").content
        self.assertEqual(made["status"], "ok")
        subshell = made["subshell_id"]
        self.assertEqual(self.ask("list_subshell_request", channel="control").content["subshell_id"], [subshell])
        header = {"subshell_id": subshell}
        self.ok("let shared = 5;")
        answer = self.finish_cell(self.start_cell("shared + 1", header=header))
        self.assertEqual(answer.of("execute_result")[0]["data"]["text/plain"], "6")
        # The whole header of the parent comes back.
        self.assertEqual(answer.reply["parent_header"]["subshell_id"], subshell)
        # A failure aborts its own queue only.
        gate = Gate(self)
        failing = self.start_cell(f'{gate.wait} panic!("no")')
        own, other = self.start_cell("1"), self.start_cell("2", header=header)
        self.ask("kernel_info_request")
        gate.open()
        self.assertEqual(self.finish_cell(failing).content["status"], "error")
        self.assertEqual(self.finish_cell(own).content["status"], "aborted")
        self.assertEqual(self.finish_cell(other).content["status"], "ok")
        gone = self.ask("delete_subshell_request", {"subshell_id": subshell}, "control")
        self.assertEqual(gone.content["status"], "ok")
        self.assertEqual(self.ask("list_subshell_request", channel="control").content["subshell_id"], [])
        again = self.ask("delete_subshell_request", {"subshell_id": subshell}, "control")
        self.assertEqual(again.content["status"], "error")
        lost = self.finish_cell(self.start_cell("1", header=header))
        self.assertEqual(lost.content["ename"], "SubshellNotFound")


class Questions(Kernel):
    def test_what_the_kernel_says_of_itself(self):
        info = self.ask("kernel_info_request").content
        self.assertEqual(info["language_info"]["name"], "rust")
        self.assertRegex(info["language_info"]["version"], r"^1\.\d+")
        self.assertEqual(info["language_info"]["pygments_lexer"], "rust")
        self.assertTrue(info["banner"] and info["debugger"])

    def test_ports(self):
        ports = self.ask("connect_request").content
        self.assertEqual(ports["shell_port"], self.km.shell_port)
        self.assertEqual(ports["control_port"], self.km.control_port)

    def test_indentation_is_suggested(self):
        content = self.ask("is_complete_request", {"code": "fn f() {"}).content
        self.assertEqual((content["status"], content["indent"]), ("incomplete", "    "))

    def test_history_has_results_and_globs(self):
        self.ok("let answer = 40;")
        self.ok("answer + 2")
        tail = self.ask("history_request", {"hist_access_type": "tail", "n": 2, "raw": True, "output": True}).content
        self.assertEqual([entry[2] for entry in tail["history"]], [["let answer = 40;", None], ["answer + 2", "42"]])
        session, line, _ = tail["history"][1]
        for question, expected in [
            ({"hist_access_type": "range", "session": session, "start": line, "stop": line + 1}, ["answer + 2"]),
            ({"hist_access_type": "range", "session": 0, "start": line, "stop": None}, ["answer + 2"]),
            ({"hist_access_type": "search", "pattern": "answer ?*", "unique": True, "n": 1}, ["answer + 2"]),
        ]:
            found = self.ask("history_request", {"raw": True, "output": False, **question}).content["history"]
            self.assertEqual([entry[2] for entry in found], expected)

    def test_comms_without_a_target_are_closed_and_widgets_are_told_that_there_are_none(self):
        def comm(kind, content):
            return Answer(None, self.published_for(self.send(kind, content)))

        closed = comm("comm_open", {"comm_id": "a", "target_name": "nobody", "data": {}})
        self.assertEqual(closed.of("comm_close"), [{"comm_id": "a", "data": {}}])
        opened = comm("comm_open", {"comm_id": "b", "target_name": "jupyter.widget.control", "data": {}})
        self.assertEqual(opened.of("comm_close"), [])
        self.assertEqual(
            self.ask("comm_info_request", {"target_name": "jupyter.widget.control"}).content["comms"],
            {"b": {"target_name": "jupyter.widget.control"}},
        )
        self.assertEqual(self.ask("comm_info_request", {"target_name": "jupyter.widget"}).content["comms"], {})
        asked = comm("comm_msg", {"comm_id": "b", "data": {"method": "request_states"}})
        self.assertEqual(asked.of("comm_msg")[0]["data"], {"method": "update_states", "states": {}, "buffer_paths": []})
        comm("comm_close", {"comm_id": "b", "data": {}})
        self.assertEqual(self.ask("comm_info_request").content["comms"], {})

    def test_the_debugger_lists_variables_and_refuses_the_rest(self):
        self.ok("let strain = 0.25_f64;")

        def debug(command, **arguments):
            request = {"type": "request", "seq": 7, "command": command, "arguments": arguments}
            return self.ask("debug_request", request, "control")

        self.assertTrue(debug("initialize").content["success"])
        attached = debug("attach")
        self.assertEqual(attached.of("debug_event")[0]["event"], "initialized")
        self.assertIn("isStarted", debug("debugInfo").content["body"])
        listed = debug("inspectVariables").content
        self.assertEqual(listed["request_seq"], 7)
        variable, = [entry for entry in listed["body"]["variables"] if entry["name"] == "strain"]
        self.assertEqual((variable["type"], variable["value"]), ("f64", "0.25"))
        rich = debug("richInspectVariables", variableName="strain").content["body"]["data"]["text/plain"]
        self.assertEqual(rich, "strain: f64 = 0.25  // 8 bytes")
        # While a cell runs, what was seen last.
        gate = Gate(self)
        running = self.start_and_wait(f'println!("running"); {gate.wait}')
        listed = debug("inspectVariables").content["body"]["variables"]
        gate.open()
        self.assertIn("strain", [entry["name"] for entry in listed])
        self.assertEqual(self.finish_cell(running).content["status"], "ok")
        self.assertFalse(debug("stepIn").content["success"])


def ready(socket_type):
    """The command by which a ZeroMQ socket says what it is."""
    body = b"\x05READY\x0bSocket-Type" + struct.pack(">I", len(socket_type)) + socket_type
    return bytes([4, len(body)]) + body


class BadMessages(Kernel):
    def frames(self, kind="kernel_info_request", key=None, content=b"{}", header=None):
        session = self.kc.session
        if header is None:
            now = datetime.now(timezone.utc)
            header = json.dumps({
                "msg_id": os.urandom(8).hex(), "session": "s", "username": "u", "date": now.isoformat(),
                "msg_type": kind, "version": "5.5",
            }).encode()
        parts = [header, b"{}", b"{}", content]
        if key is None:
            signature = session.sign(parts)
        else:
            signature = key
        return [b"<IDS|MSG>", signature, *parts]

    def raw(self, frames):
        self.kc.shell_channel.socket.send_multipart(frames)

    def nothing(self):
        with self.assertRaises(queue.Empty):
            self.kc.get_shell_msg(timeout=0.3)
        self.assertEqual(self.ask("kernel_info_request").content["status"], "ok")

    def test_wrong_signatures_and_frames_are_ignored(self):
        good = self.frames()
        for frames in [
            self.frames(key=b"0" * 64), self.frames(key=b""), self.frames(key=b"not hexadecimal"),
            good[1:], good[:1], good[:4], [b""], [b"<IDS|MSG>"] * 9, [b"\x00" * 70000],
            self.frames(header=b"{}"), self.frames(header=b"["), self.frames(content=b"\xff"),
            self.frames(content=b"[" * 200000),
        ]:
            self.raw(frames)
        self.nothing()

    def test_a_message_is_taken_once(self):
        frames = self.frames()
        self.raw(frames)
        self.kc.get_shell_msg(timeout=SHORT)
        self.raw(frames)
        self.nothing()

    def test_buffers_are_no_part_of_the_signature(self):
        self.raw(self.frames() + [b"\x00\x01"])
        self.assertEqual(self.kc.get_shell_msg(timeout=SHORT)["msg_type"], "kernel_info_reply")

    def test_unknown_types_are_ignored(self):
        self.raw(self.frames(kind="no_such_request"))
        self.nothing()

    def test_messages_on_the_wrong_channel_are_ignored(self):
        self.raw(self.frames(kind="input_reply", content=b'{"value": "x"}'))
        self.kc.stdin_channel.socket.send_multipart(self.frames())
        self.nothing()

    def test_contents_that_cannot_be_read_are_answered(self):
        for kind in ["execute_request", "complete_request", "inspect_request", "is_complete_request",
                     "history_request"]:
            answer = self.ask(kind, {"code": 7, "hist_access_type": "sideways"})
            self.assertEqual(answer.content["status"], "error", kind)
            self.assertEqual(answer.content["ename"], "BadRequest")

    def test_what_is_no_zeromq_is_survived(self):
        greeting = b"\xff" + bytes(8) + b"\x7f\x03\x00NULL" + bytes(48)
        huge = struct.pack(">BQ", 2, 1 << 46)
        for port in [self.km.shell_port, self.km.iopub_port, self.km.hb_port]:
            for noise in [b"GET / HTTP/1.1\r\n\r\n", os.urandom(4096), greeting[:11], b"", greeting + huge,
                          greeting + ready(b"DEALER") + huge]:
                with socket.create_connection(("127.0.0.1", port), timeout=SHORT) as connection:
                    connection.sendall(noise)
                    time.sleep(0.1)
        self.nothing()
        self.assertEqual(self.ok("1 + 1").of("execute_result")[0]["data"]["text/plain"], "2")


class SlowClient(Kernel):
    def test_a_client_that_stops_reading_stops_nobody(self):
        self.ok("1")
        stopped = self.kc.context.socket(zmq.SUB)
        stopped.setsockopt(zmq.RCVHWM, 1)
        stopped.setsockopt(zmq.RCVBUF, 1024)
        stopped.setsockopt(zmq.LINGER, 0)
        stopped.subscribe(b"")
        stopped.connect(f"tcp://127.0.0.1:{self.km.iopub_port}")
        stopped.recv_multipart()
        try:
            answer = self.ok('let line = "x".repeat(1 << 16); for _ in 0..500 { println!("{line}"); }')
            self.assertEqual(len(answer.text("stdout")), 500 * ((1 << 16) + 1))
            self.ok("2")
        finally:
            stopped.close()


class Welcome(Kernel):
    def test_a_subscriber_is_welcomed(self):
        client = self.kc.context.socket(zmq.SUB)
        client.setsockopt(zmq.LINGER, 0)
        client.setsockopt(zmq.RCVTIMEO, SHORT * 1000)
        client.subscribe(b"kernel.")
        client.connect(f"tcp://127.0.0.1:{self.km.iopub_port}")
        try:
            _, parts = self.kc.session.feed_identities(client.recv_multipart())
            message = self.kc.session.deserialize(parts)
            self.assertEqual(message["msg_type"], "iopub_welcome")
            self.assertEqual(message["content"], {"subscription": "kernel."})
            self.assertEqual(message["parent_header"], {})
        finally:
            client.close()

    def test_the_heart_beats_back_what_it_gets(self):
        client = self.kc.context.socket(zmq.REQ)
        client.setsockopt(zmq.LINGER, 0)
        client.setsockopt(zmq.RCVTIMEO, SHORT * 1000)
        client.connect(f"tcp://127.0.0.1:{self.km.hb_port}")
        try:
            client.send(b"any bytes \x00\xff")
            self.assertEqual(client.recv(), b"any bytes \x00\xff")
        finally:
            client.close()


class Sockets(Kernel):
    transport = "ipc"

    def test_ipc_works_and_its_files_are_the_users_alone(self):
        self.assertEqual(self.ok("1 + 1").of("execute_result")[0]["data"]["text/plain"], "2")
        files = list(Path(self.folder.name).iterdir())
        self.assertEqual(len(files), 5)
        for file in files:
            self.assertEqual(file.stat().st_mode & 0o777, 0o600, file)

    def test_the_files_are_gone_with_the_kernel(self):
        with tempfile.TemporaryDirectory(prefix="kernel-") as folder:
            km = KernelManager(kernel_name=KERNEL, transport="ipc", ip=os.path.join(folder, "k"))
            # Left by a kernel that was killed.
            left = socket.socket(socket.AF_UNIX)
            km.write_connection_file()
            left.bind(os.path.join(folder, f"k-{km.shell_port}"))
            left.close()
            km.start_kernel(stderr=subprocess.DEVNULL)
            kc = km.blocking_client()
            kc.start_channels()
            kc.wait_for_ready(timeout=SHORT)
            kc.shutdown()
            kc.get_control_msg(timeout=SHORT)
            kc.stop_channels()
            km.provisioner.process.wait(timeout=SHORT)
            self.assertEqual(list(Path(folder).iterdir()), [])
            km.shutdown_kernel(now=True)

    def test_cells_keep_the_users_mask(self):
        path = Path(self.folder.name) / "written"
        before = os.umask(0o022)
        os.umask(before)
        self.ok(f'std::fs::write("{path}", "x")?;')
        self.assertEqual(path.stat().st_mode & 0o777, 0o666 & ~before)
        path.unlink()


class Listening(Kernel):
    @unittest.skipUnless(sys.platform == "linux", "reads /proc")
    def test_it_listens_on_the_five_ports_and_nothing_else(self):
        pid = self.km.provisioner.process.pid
        inodes = set()
        for descriptor in Path(f"/proc/{pid}/fd").iterdir():
            try:
                target = os.readlink(descriptor)
            except OSError:
                continue
            if target.startswith("socket:["):
                inodes.add(target[8:-1])
        listening = set()
        for table in ["tcp", "tcp6", "udp", "udp6"]:
            for line in Path(f"/proc/net/{table}").read_text().splitlines()[1:]:
                fields = line.split()
                if fields[9] in inodes and (table.startswith("udp") or fields[3] == "0A"):
                    address, port = fields[1].split(":")
                    listening.add((address, int(port, 16)))
        km = self.km
        ports = {km.shell_port, km.iopub_port, km.stdin_port, km.control_port, km.hb_port}
        self.assertEqual(listening, {("0100007F", port) for port in ports})


def family(process):
    """A process and all that it has started, directly or not."""
    members = [process]
    for parent in members:
        for children in Path(f"/proc/{parent}/task").glob("*/children"):
            members += [int(child) for child in children.read_text().split()]
    return members


def is_alive(process):
    try:
        return os.readlink(f"/proc/{process}/exe") != ""
    except OSError:
        # Gone, or a zombie that nobody has waited for.
        return False


class Ending(unittest.TestCase):
    def start(self):
        km = KernelManager(kernel_name=KERNEL)
        km.start_kernel(stderr=subprocess.DEVNULL)
        kc = km.blocking_client()
        kc.start_channels()
        kc.wait_for_ready(timeout=SHORT)
        self.addCleanup(lambda: km.shutdown_kernel(now=True))
        self.addCleanup(kc.stop_channels)
        return km, kc

    def ends(self, process, seconds=SHORT):
        deadline = time.monotonic() + seconds
        while process.poll() is None:
            self.assertLess(time.monotonic(), deadline, "the kernel does not end")
            time.sleep(0.05)

    def end(self, processes):
        deadline = time.monotonic() + SHORT
        while left := [process for process in processes if is_alive(process)]:
            self.assertLess(time.monotonic(), deadline, f"processes are left: {left}")
            time.sleep(0.05)

    def test_shutdown_is_answered_and_announced_also_while_a_cell_runs(self):
        for restart in [False, True]:
            km, kc = self.start()
            kc.execute(FOREVER)
            while "running" not in str(kc.get_iopub_msg(timeout=LONG)["content"].get("text")):
                pass
            kc.shutdown(restart=restart)
            reply = kc.get_control_msg(timeout=SHORT)
            self.assertEqual(reply["content"], {"status": "ok", "restart": restart})
            while (message := kc.get_iopub_msg(timeout=SHORT))["msg_type"] != "shutdown_reply":
                pass
            self.assertEqual(message["content"]["restart"], restart)
            self.ends(km.provisioner.process)

    def test_no_process_is_left(self):
        km, kc = self.start()
        kc.execute_interactive("std::process::id()", timeout=LONG, output_hook=lambda message: None)
        processes = family(km.provisioner.process.pid)
        self.assertGreater(len(processes), 2)
        km.shutdown_kernel()
        self.end(processes)

    def test_a_restarted_kernel_counts_from_one_and_knows_nothing(self):
        km, kc = self.start()
        kc.execute_interactive("let lost = 1;", timeout=LONG, output_hook=lambda message: None)
        km.restart_kernel()
        kc.wait_for_ready(timeout=SHORT)
        reply = kc.execute_interactive("lost", timeout=LONG, output_hook=lambda message: None)
        self.assertEqual(reply["content"]["execution_count"], 1)
        self.assertEqual(reply["content"]["status"], "error")

    def test_it_ends_with_the_process_that_started_it(self):
        program = (
            "import sys, time; from jupyter_client.manager import KernelManager;"
            f"km = KernelManager(kernel_name={KERNEL!r}); km.start_kernel();"
            "kc = km.blocking_client(); kc.start_channels(); kc.wait_for_ready(timeout=60);"
            "print(km.provisioner.process.pid, flush=True); time.sleep(600)"
        )
        parent = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True)
        processes = family(int(parent.stdout.readline()))
        parent.kill()
        parent.wait()
        parent.stdout.close()
        self.end(processes)

    def test_two_kernels_start_at_the_same_time(self):
        managers = [KernelManager(kernel_name=KERNEL) for _ in range(2)]
        # With nothing of what sessions share there, both have to make it.
        cache = tempfile.TemporaryDirectory(prefix="cache-")
        self.addCleanup(cache.cleanup)
        for km in managers:
            km.start_kernel(env=os.environ | {"KOVACS_CACHE_DIR": cache.name}, stderr=subprocess.DEVNULL)
            self.addCleanup(lambda km=km: km.shutdown_kernel(now=True))
        for number, km in enumerate(managers):
            kc = km.blocking_client()
            kc.start_channels()
            self.addCleanup(kc.stop_channels)
            kc.wait_for_ready(timeout=SHORT)
            results = []
            kc.execute_interactive(
                f"40 + {number}", timeout=LONG,
                output_hook=lambda message: results.append(message["content"].get("data", {}).get("text/plain")),
            )
            self.assertIn(str(40 + number), results)
        # One was faster, and nothing is left of the other's work.
        made = os.listdir(Path(cache.name) / "sessions")
        self.assertEqual(len([name for name in made if name != "dependencies"]), 1, made)

    def test_a_connection_file_that_is_none_is_named(self):
        arguments = KernelSpecManager().get_kernel_spec(KERNEL).argv
        arguments = ["/no/such/file.json" if argument == "{connection_file}" else argument for argument in arguments]
        ended = subprocess.run(arguments, capture_output=True, text=True, timeout=SHORT)
        self.assertNotEqual(ended.returncode, 0)
        self.assertIn("/no/such/file.json", ended.stderr)


if __name__ == "__main__":
    unittest.main(verbosity=2)
