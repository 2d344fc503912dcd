"""Three kernels side by side: this one, evcxr_jupyter as released, and ipykernel.

Run: python tests/conformance/kernel_bench.py [--install] [--rounds 20] [--json FILE], with a Python that has
`jupyter_client`. The kernels take turns within every round, so that whatever else the machine does meets all of them
alike; what is printed is a table of medians, in Markdown. Ours is the program given by `--kovacs`, else
`target/debug/kovacs`, the build that people run. `--install` fetches evcxr_jupyter (compiled for some minutes) and
ipykernel into `target/bench`; without it a kernel that is not there is named and left out.

A time runs from the request until its reply and the idle status have both arrived. A wrong answer ends the bench. A
kernel that gives no answer within its limit is started again, its turn is repeated, and both are counted below the
table; one that is silent three times in a row is left out from there on. Every number is written after every round,
so that a run which is interrupted has what was measured until then, and still prints its table.
"""

import argparse
import contextlib
import json
import os
import queue
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
import venv
from pathlib import Path

import zmq
from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import KernelManager

EVCXR = "0.22.0"
IPYKERNEL = "7.4.0"
# How long installing may take, making what sessions share, a kernel until its first answer, and any other answer, in s.
INSTALLATION = 3600
SET_UP = 1200
START = 60
ANSWER = 120
# A first question is asked again after so long, in s, as Jupyter's own client does: without a reply, and with one of
# which nothing was published that arrived here, for the channel of that may be there a little later.
AGAIN = 1
AGAIN_PUBLISHED = 0.05
# So many times in a row a kernel is started for one turn before it is given up.
ATTEMPTS = 3
# Rows that are MB.
MEMORY = {"memory", "memory_later", "memory_frame"}
# How long a person looks at the result of the first cell, in s: a kernel may get warm meanwhile.
READING = 6
# How long a cell runs while something else is asked, in s.
BUSY = 2
LATER = 40
# How long completion and inspection may take to get ready, in s.
WARM = 60
FOLDER = Path("target/bench")
RUN = ["kernel", "run", "--connection-file"]

# Label of a row and the aim for ours: s, or MB of memory.
ROWS = {
    "info": ("reply to `kernel_info` after start", 0.3),
    "first": ("first cell (`1 + 1`) done after start", 2.0),
    "let": ("first assignment, once warm", 0.3),
    "trivial": ("`1 + 1`", 0.08),
    "print": ("print a line", None),
    "type_error": ("type error", 0.15),
    "complete": ("complete a method", 0.05),
    "inspect": ("inspect a name", 0.08),
    "complete_busy": ("complete while a cell runs for 2 s", 0.05),
    "inspect_busy": ("inspect while a cell runs for 2 s", 0.08),
    "later": (f"`1 + 1` after {LATER} more cells with a variable and a function", None),
    "package": ("load a package and show its table", 0.12),
    "figure": ("predict a curve and draw it", 0.15),
    "frame": ("group a polars DataFrame and show it", 0.35),
    "after_frame": ("`1 + 1` with a DataFrame alive", 0.08),
    "memory": ("memory after the first assignment", 350),
    "memory_later": ("memory in the end", 350),
    "memory_frame": ("memory in the end of a session with polars and figures", None),
}


class Wrong(Exception):
    """A kernel gave another answer than the bench asked for."""


class Silent(Exception):
    """A kernel gave no answer at all."""


class Ended(Silent):
    """A kernel's process is gone."""


class Language:
    """The same steps in one language. `{n}` is a number that is new in every round."""

    def __init__(self, **steps):
        self.__dict__.update(steps)


RUST = Language(
    trivial="1 + 1", let="let first{n} = vec![1.0_f64, 2.0, 3.0];", print='println!("line {n}");',
    type_error='let wrong: i32 = "a";', words="let mut words = vec![1.0_f64];", complete="words.pus", found="push",
    inspect="Vec::push", busy="std::thread::sleep(std::time::Duration::from_secs(%d));" % BUSY,
    pair="let v{n} = {n}; fn f{n}(x: i32) -> i32 {{ x + {n} }}",
)
PYTHON = Language(
    trivial="1 + 1", let="first{n} = [1.0, 2.0, 3.0]", print='print("line {n}")', type_error='1 + "a"',
    words="words = [1.0]", complete="words.app", found="append", inspect="len",
    busy=f"import time; time.sleep({BUSY})", pair="v{n} = {n}\ndef f{n}(x): return x + {n}",
)
# What only this kernel has, in a session of its own, so that the others' steps do not have polars in scope.
BEFORE = "use polars::prelude::*;\nlet frame = Dataset::open(\"pvc\")?.table(\"two-step\")?.df()?;"
OURS = [
    ("package", 'Dataset::open("ti-zr-hf-cu-ni-be")?.table("two-step")?'),
    ("figure", 'let test = TwoStep::new(0.005, 0.003, 300.0, 318.0);\n'
               'Figure::new("Second stage").x("time", "s").log_x().y("stress", "MPa")\n'
               '    .line(&Model::load("kww")?.glass("pvc")?.second_stage_curve(&test, 1e-2)?)'),
    ("frame", 'frame.clone().lazy().group_by([col("t_w")]).agg([col("stress").mean()]).collect()?'),
    ("after_frame", "1 + 1"),
]


class Subject:
    """A kernel under test: how it is started, and what was measured of it."""

    def __init__(self, name, argv, language, own=()):
        self.name, self.argv, self.language, self.own = name, argv, language, own
        self.environment = {}
        self.values = {}
        # What it did not answer.
        self.silences = []
        self.given_up = False

    def add(self, rows):
        for row, value in rows:
            self.values.setdefault(row, []).append(value)

    def median(self, row):
        return statistics.median(self.values[row]) if row in self.values else None


class Running:
    """A started kernel, and what was measured of it in this turn."""

    def __init__(self, subject, specs, context):
        self.subject = subject
        self.measured = []
        self.offered = []
        self.pairs = 0
        self.answers = {}
        self.km = KernelManager(kernel_name=subject.name, kernel_spec_manager=specs, context=context)
        self.started = time.monotonic()
        self.km.start_kernel(env=os.environ | subject.environment, stderr=subprocess.DEVNULL)
        self.kc = self.km.blocking_client()
        self.kc.start_channels(hb=False)
        self.get = {
            self.kc.shell_channel.socket: self.kc.get_shell_msg, self.kc.iopub_channel.socket: self.kc.get_iopub_msg,
        }

    def close(self):
        self.kc.stop_channels()
        self.km.shutdown_kernel(now=True)

    def measure(self, row, value):
        if row:
            self.measured.append((row, value))

    def ready(self, row=None):
        """Asks what kernel it is until it answers, and until what it publishes arrives here too."""
        deadline = time.monotonic() + START
        asked = [self.kc.kernel_info()]
        for with_idle in (False, True):
            while True:
                try:
                    self.wait(asked, with_idle, AGAIN_PUBLISHED if with_idle else AGAIN)
                    break
                except Ended:
                    raise
                except Silent:
                    if time.monotonic() > deadline:
                        raise Silent(f"kernel_info: no answer within {START} s") from None
                    asked.append(self.kc.kernel_info())
            if not with_idle:
                self.measure(row, time.monotonic() - self.started)

    def answered(self, identifiers, with_idle):
        """The reply to one of these requests and what was published for it, once both are there."""
        for answer in map(self.answers.get, identifiers):
            if answer and "reply" in answer and ("idle" in answer or not with_idle):
                return answer["reply"], answer.get("published", [])
        return None

    def wait(self, identifiers, with_idle=True, limit=ANSWER):
        """The same, waited for; everything else that comes meanwhile is kept."""
        deadline = time.monotonic() + limit
        while not (answer := self.answered(identifiers, with_idle)):
            left = deadline - time.monotonic()
            if left <= 0:
                raise Silent(f"no answer within {limit} s")
            # Now and then it is looked whether there is still anybody to wait for.
            ready = zmq.select(list(self.get), [], [], min(left, 1))[0]
            if not ready and self.km.provisioner.process.poll() is not None:
                raise Ended(f"the process ended with {self.km.provisioner.process.returncode}")
            for socket in ready:
                with contextlib.suppress(queue.Empty):
                    self.take(self.get[socket](timeout=AGAIN))
        return answer

    def take(self, message):
        answer = self.answers.setdefault(message["parent_header"].get("msg_id"), {})
        if message["msg_type"].endswith("_reply"):
            answer["reply"] = message["content"]
        elif message["content"].get("execution_state") == "idle":
            answer["idle"] = True
        else:
            answer.setdefault("published", []).append(message["content"])

    def start(self, code):
        return self.kc.execute(code, stop_on_error=False, allow_stdin=False)

    def cell(self, code, row=None, expect="ok", holds=""):
        begun = time.monotonic()
        try:
            reply, published = self.wait([self.start(code)])
        except Silent as silence:
            raise type(silence)(f"{code!r}: {silence}") from None
        taken = time.monotonic() - begun
        shown = json.dumps(published, ensure_ascii=False)
        if reply["status"] != expect or holds not in shown:
            raise Wrong(f"{self.subject.name}: {code!r} gave {reply['status']}: {shown[:2000]}")
        self.measure(row, taken)

    def trivial(self, row=None):
        self.cell(self.subject.language.trivial, row, holds='"2"')

    def assist(self, kind, row=None):
        """Completion or inspection; whether the answer is of use."""
        language = self.subject.language
        begun = time.monotonic()
        try:
            reply, _ = self.wait([getattr(self.kc, kind)(getattr(language, kind))], with_idle=False, limit=WARM)
        except Silent as silence:
            raise type(silence)(f"{kind}: {silence}") from None
        taken = time.monotonic() - begun
        if kind == "complete":
            useful = any(language.found in match for match in reply["matches"])
        else:
            useful = reply["found"]
        if row and not useful:
            raise Wrong(f"{self.subject.name}: {kind} gave {reply}")
        self.measure(row, taken)
        return useful

    def offers(self, kind):
        """Whether the kernel completes or inspects at all, once it is warm."""
        deadline = time.monotonic() + WARM
        try:
            while not self.assist(kind):
                if time.monotonic() > deadline:
                    return False
                time.sleep(0.5)
        except Silent:
            return False
        return True

    def later(self, number):
        """Runs the cells of a long session up to this one; a kernel that was started again has all before it to do."""
        while self.pairs < number:
            self.cell(self.subject.language.pair.format(n=self.pairs))
            self.pairs += 1

    def processes(self):
        """The kernel's process and all that it has started, directly or not."""
        members = [self.km.provisioner.process.pid]
        for parent in members:
            for children in Path(f"/proc/{parent}/task").glob("*/children"):
                members += [int(child) for child in children.read_text().split()]
        return members

    def memory(self):
        """Resident memory of all processes in MB; a page that several of them have counts once."""
        total = 0
        for process in self.processes():
            try:
                lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
            except OSError:
                # It has just ended.
                continue
            total += sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
        return total * 1024 / 1e6


class Seat:
    """A kernel's place in the turns: if it falls silent another one takes it, and does the same."""

    def __init__(self, subject, start, prepare):
        self.subject, self.start, self.prepare = subject, start, prepare
        self.kernel = None

    def turn(self, part):
        """Lets the kernel do its part; what is measured counts once all of it is done."""
        for _ in range(ATTEMPTS):
            if self.subject.given_up:
                return
            try:
                if not self.kernel:
                    self.kernel = self.start(self.subject)
                    self.prepare(self.kernel)
                self.kernel.measured.clear()
                part(self.kernel)
            except Silent as silence:
                self.subject.silences.append(str(silence))
                say(f"{self.subject.name}: {silence}; started again")
                self.close()
            else:
                self.subject.add(self.kernel.measured)
                return
        self.subject.given_up = True
        say(f"{self.subject.name}: silent {ATTEMPTS} times in a row, left out from here on")

    def close(self):
        if self.kernel:
            self.kernel.close()
            self.kernel = None


def write_specs(folder, subjects):
    for subject in subjects:
        (folder / subject.name).mkdir()
        text = {"argv": subject.argv, "display_name": subject.name, "language": "any", "env": subject.environment}
        (folder / subject.name / "kernel.json").write_text(json.dumps(text))
    return KernelSpecManager(kernel_dirs=[str(folder)], ensure_native_kernel=False)


def measure_starts(subjects, start, rounds, done):
    def first_cells(kernel, number):
        kernel.ready("info")
        kernel.trivial()
        kernel.measure("first", time.monotonic() - kernel.started)
        time.sleep(READING)
        kernel.cell(kernel.subject.language.let.format(n=number), "let")
        kernel.measure("memory", kernel.memory())

    for number in range(rounds):
        say(f"start {number + 1} of {rounds}")
        for subject in subjects:
            with contextlib.closing(Seat(subject, start, prepare=lambda kernel: None)) as seat:
                seat.turn(lambda kernel: first_cells(kernel, number))
        done("starts")


def prepare_steps(kernel):
    kernel.ready()
    kernel.trivial()
    kernel.cell(kernel.subject.language.words)
    kernel.offered = [kind for kind in ("complete", "inspect") if kernel.offers(kind)]


def prepare_own(kernel):
    kernel.ready()
    kernel.cell(BEFORE)


def cells_of_round(kernel, number):
    language = kernel.subject.language
    kernel.trivial("trivial")
    kernel.cell(language.print.format(n=number), "print", holds=f"line {number}")
    kernel.cell(language.type_error, "type_error", expect="error")


def assists_of_round(kernel):
    for kind in kernel.offered:
        kernel.assist(kind, kind)
        running = kernel.start(kernel.subject.language.busy)
        kernel.assist(kind, f"{kind}_busy")
        kernel.wait([running])


def own_of_round(kernel):
    for row, code in kernel.subject.own:
        kernel.cell(code, row)


def after_more_cells(kernel):
    kernel.later(LATER)
    kernel.trivial("later")


def memory_in_the_end(kernel):
    kernel.later(LATER)
    kernel.measure("memory_later", kernel.memory())


def measure_steps(subjects, start, rounds, done):
    with contextlib.ExitStack() as stack:
        def seat(subject, prepare):
            return stack.enter_context(contextlib.closing(Seat(subject, start, prepare)))

        seats = [seat(subject, prepare_steps) for subject in subjects]
        own = [seat(subject, prepare_own) for subject in subjects if subject.own]

        def all_in_turn(those, part):
            for each in those:
                each.turn(part)

        # All are there and warm before the first is measured.
        all_in_turn(own + seats, lambda kernel: None)
        for number in range(rounds):
            say(f"steps {number + 1} of {rounds}")
            all_in_turn(seats, lambda kernel: cells_of_round(kernel, number))
            all_in_turn(seats, assists_of_round)
            all_in_turn(own, own_of_round)
            done("steps")
        say(f"{LATER} cells more")
        for number in range(LATER):
            all_in_turn(seats, lambda kernel: kernel.later(number + 1))
        for _ in range(rounds):
            all_in_turn(seats, after_more_cells)
        all_in_turn(seats, memory_in_the_end)
        all_in_turn(own, lambda kernel: kernel.measure("memory_frame", kernel.memory()))
        done("later")


def set_up(program, cache):
    """Makes what sessions share; seconds, MB, and the MB of its parts."""
    begun = time.monotonic()
    environment = os.environ | {"KOVACS_CACHE_DIR": str(cache)}
    subprocess.run([program, "setup"], env=environment, check=True, stdout=sys.stderr, timeout=SET_UP)
    seconds = time.monotonic() - begun
    parts = {}
    for file in cache.rglob("*"):
        if file.is_file() and not file.is_symlink():
            below = file.relative_to(cache).parts
            # The names of the second folders are digests.
            part = "/".join((below[0], *below[2:3])) if len(below) > 2 else below[0]
            parts[part] = parts.get(part, 0) + file.stat().st_size / 1e6
    return {"seconds": seconds, "MB": sum(parts.values()), "parts": parts}


def found_subjects(options):
    """The kernels that are there, ours first; the others are installed if that was asked for."""
    subjects = [Subject("kovacs", [options.kovacs, *RUN, "{connection_file}"], RUST, OURS)]
    evcxr = FOLDER / "evcxr/bin/evcxr_jupyter"
    python = FOLDER / "ipykernel/bin/python"
    if options.install and not evcxr.exists():
        command = ["cargo", "install", "--locked", "--root", FOLDER / "evcxr", f"evcxr_jupyter@{EVCXR}"]
        subprocess.run(command, check=True, stdout=sys.stderr, timeout=INSTALLATION)
    if options.install and not python.exists():
        venv.create(FOLDER / "ipykernel", with_pip=True)
        command = [python, "-m", "pip", "install", "--quiet", f"ipykernel=={IPYKERNEL}"]
        subprocess.run(command, check=True, timeout=INSTALLATION)
    others = [
        (evcxr, Subject("evcxr", [str(evcxr), "--control_file", "{connection_file}"], RUST)),
        (python, Subject("ipykernel", [str(python), "-m", "ipykernel_launcher", "-f", "{connection_file}"], PYTHON)),
    ]
    for program, subject in others:
        if program.exists():
            subjects.append(subject)
        else:
            say(f"left out: {subject.name}, for {program} is missing; --install puts it there")
    return subjects


def in_words(seconds):
    return f"{seconds * 1000:.0f} ms" if seconds < 0.9995 else f"{seconds:.2f} s"


def in_memory(megabytes):
    return f"{megabytes:.0f} MB"


def in_times(ratio):
    return f"{ratio:.0f}" if ratio >= 9.5 else f"{ratio:.2g}"


def table(subjects):
    others = subjects[1:]
    head = ["what", "aim", *(subject.name for subject in subjects), *(f"{other.name} / kovacs" for other in others)]
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    for row, (label, aim) in ROWS.items():
        words = in_memory if row in MEMORY else in_words
        values = [subject.median(row) for subject in subjects]
        cells = [label, words(aim) if aim else ""] + [words(value) if value is not None else "" for value in values]
        cells += [in_times(value / values[0]) if value is not None and values[0] else "" for value in values[1:]]
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


def silences(subjects):
    counted = [f"{subject.name} {len(subject.silences)} times" for subject in subjects if subject.silences]
    lines = [f"Started again because there was no answer: {', '.join(counted) or 'none'}."]
    lines += [f"- {subject.name}, {silence}" for subject in subjects for silence in subject.silences]
    lines += [f"**{subject.name} was given up**." for subject in subjects if subject.given_up]
    return "\n".join(lines)


def write(path, options, rounds, made, subjects):
    kernels = {
        subject.name: {
            "medians": {row: subject.median(row) for row in subject.values}, "times": subject.values,
            "silences": subject.silences, "given_up": subject.given_up,
        }
        for subject in subjects
    }
    text = json.dumps({"rounds": options.rounds, "done": rounds, "set_up": made, "kernels": kernels}, indent=1)
    new = path.with_name(path.name + ".new")
    new.write_text(text)
    new.replace(path)


def say(text):
    print(text, file=sys.stderr, flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kovacs", default=shutil.which("kovacs", path="target/debug"), help="the program to measure")
    parser.add_argument("--install", action="store_true", help=f"put the other kernels into {FOLDER}")
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--json", type=Path, default=FOLDER / "rounds.json", metavar="FILE",
                        help="where every single number is written after every round; else %(default)s")
    options = parser.parse_args()
    if not options.kovacs:
        parser.error("there is no target/debug/kovacs: build it, or name another with --kovacs")
    options.kovacs = str(Path(options.kovacs).resolve())
    options.json.parent.mkdir(parents=True, exist_ok=True)
    # Who is asked to end ends its kernels first.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    subjects = found_subjects(options)
    context = zmq.Context()
    # A socket that is not there yet is tried again after this many ms; the usual 100 would be part of the result.
    context.setsockopt(zmq.RECONNECT_IVL, 2)
    context.setsockopt(zmq.LINGER, 0)
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        folder = Path(folder)
        (folder / "specs").mkdir()
        made = set_up(options.kovacs, folder / "cache")
        subjects[0].environment["KOVACS_CACHE_DIR"] = str(folder / "cache")
        specs = write_specs(folder / "specs", subjects)
        rounds = {}

        def start(subject):
            return Running(subject, specs, context)

        def done(part):
            rounds[part] = rounds.get(part, 0) + 1
            write(options.json, options, rounds, made, subjects)

        try:
            measure_starts(subjects, start, options.rounds, done)
            measure_steps(subjects, start, options.rounds, done)
        finally:
            print(table(subjects))
            print("\nRounds done: " + ", ".join(f"{number} {part}" for part, number in rounds.items()))
            print(silences(subjects))
            print(f"Set-up of kovacs, once: {made['seconds']:.1f} s, {made['MB']:.0f} MB: " + ", ".join(
                f"{size:.0f} MB {part}"
                for part, size in sorted(made["parts"].items(), key=lambda item: -item[1]) if size >= 1
            ))
    if any(subject.given_up for subject in subjects):
        sys.exit(1)


if __name__ == "__main__":
    main()
