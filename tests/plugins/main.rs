//! One deliberately bad library per promise of the interface: the checker names every one of them.
//!
//! The libraries are `crooked.c`, compiled once per fault. For each, the first bad test of the report (or the first
//! warning, where a warning is all there is) must be the one that stands in the table, with that verdict: a checker
//! that calls a fault by another name sends its author to the wrong place. And every test must be named by some
//! library, or stand in the list of those that are tried elsewhere: a test that nothing fails tests nothing.

mod languages;
mod shipped;
mod support;

use kovacs_check::{Finding, Options, Report, Test, Verdict};
use kovacs_host::Manifest;
use std::collections::BTreeSet;
use std::time::Duration;
use support::{Bench, options};

/// A way to be wrong: macros of `crooked.c`, and the test that must name it.
struct Fault {
    macros: &'static [&'static str],
    test: &'static str,
    verdict: Verdict,
    /// What the message must contain.
    says: &'static str,
}

const fn fault(macros: &'static [&'static str], test: &'static str, verdict: Verdict, says: &'static str) -> Fault {
    Fault { macros, test, verdict, says }
}

use Verdict::{Crashed, Failed, Hung, Warning};

/// Libraries that do not open, or whose tables are wrong.
const OF_THE_TABLES: &[Fault] = &[
    fault(&["MISSING_SYMBOL"], "opens", Failed, "exponential_of_nowhere"),
    fault(&["ENTRY_FAILS"], "opens", Failed, "the licence has run out"),
    fault(&["CRASHES_AT_OPENING"], "opens", Crashed, "SIGABRT"),
    fault(&["CRASHES_AT_THE_END"], "opens", Crashed, "after the test was over"),
    fault(&["NO_ENTRY"], "exports-the-entry", Failed, "kovacs_plugin_v0"),
    fault(&["OTHER_ABI"], "exports-the-entry", Failed, "is built for ABI 1"),
    fault(&["EXPORTS_MORE"], "exports-only-the-entry", Warning, "`helper_of_somebody`"),
    fault(&["NULL_PLUGIN"], "tables-are-whole", Failed, "NULL"),
    fault(&["NULL_PARAMETERS"], "tables-are-whole", Failed, "`params`"),
    fault(&["NO_EVALUATE"], "tables-are-whole", Failed, "`evaluate`"),
    fault(&["SHORT_MODEL"], "tables-are-whole", Failed, "80 bytes"),
    fault(&["OVERSIZED_MODEL"], "tables-are-whole", Failed, "4294967288 bytes"),
    fault(&["MANY_PARAMETERS"], "tables-are-whole", Failed, "1000000 entries"),
    fault(&["NO_MODELS"], "tables-are-whole", Failed, "no models"),
    fault(&["NOT_UTF8"], "texts-are-utf8", Failed, "not UTF-8"),
    fault(&["ENDLESS_TEXT"], "texts-are-utf8", Failed, "does not end"),
    fault(&["BAD_MODEL_ID"], "model-ids", Failed, "`Maxwell`"),
    fault(&["BAD_VERSION"], "model-ids", Failed, "`one`"),
    fault(&["SAME_ID_TWICE"], "model-ids", Failed, "two models"),
    fault(&["BAD_ID"], "quantity-ids", Failed, "`Elastic Modulus`"),
    fault(&["DUPLICATE_PARAMETER"], "quantity-ids", Failed, "twice"),
    fault(&["NAN_BOUNDS"], "bounds-are-ordered", Failed, "NaN"),
    fault(&["INITIAL_OUTSIDE"], "defaults-inside-bounds", Failed, "outside (0, inf)"),
    fault(&["ZERO_NOMINAL"], "nominal-above-zero", Failed, "`modulus`"),
    fault(&["PRESET_OUTSIDE"], "parameter-sets", Failed, "`soft`"),
    fault(&["UNKNOWN_INPUT"], "inputs-and-outputs", Failed, "`humidity`"),
    fault(&["NO_OUTPUT"], "inputs-and-outputs", Failed, "no output"),
    fault(&["SLOW_TO_OPEN"], "opens-fast", Warning, "ms"),
    fault(&["OTHER_TABLES_AGAIN"], "same-tables-again", Failed, "other tables"),
    fault(&["WRONG_SI"], "units-have-their-si-value", Failed, "`MPa`"),
    fault(&["NO_UNIT"], "units-have-their-si-value", Failed, "no unit"),
    fault(&["CHOICE_BEYOND"], "choices-fit-their-bounds", Failed, "2 choices"),
    fault(&["STRESS_IN_PASCAL"], "outputs-have-their-usual-units", Failed, "`Pa`"),
    fault(&["NO_CITATION"], "citation-and-license", Failed, "`citation` is empty"),
    fault(&["UNKNOWN_LICENSE"], "citation-and-license", Failed, "`free for friends`"),
    fault(&["NO_LABEL"], "quantities-are-explained", Warning, "`modulus`"),
];

/// Libraries that compute wrongly, or not at all.
const OF_THE_CALLS: &[Fault] = &[
    fault(&["CREATE_REJECTS"], "makes-an-instance", Failed, "no licence server"),
    fault(&["NULL_INSTANCE"], "makes-an-instance", Failed, "without an instance"),
    fault(&["SEGFAULTS"], "rows-get-their-status", Crashed, "SIGSEGV"),
    fault(&["ABORTS"], "rows-get-their-status", Crashed, "SIGABRT"),
    fault(&["DIVIDES_BY_ZERO"], "rows-get-their-status", Crashed, "SIGFPE"),
    fault(&["EXITS"], "rows-get-their-status", Crashed, "exit code 0, during: evaluate at"),
    fault(&["BREAKS"], "rows-get-their-status", Failed, "lost my tables"),
    fault(&["STRAY_CANCEL"], "rows-get-their-status", Failed, "nobody asked"),
    fault(&["UNKNOWN_STATUS"], "rows-get-their-status", Failed, "42"),
    fault(&["REJECTS_ALL"], "rows-get-their-status", Failed, "not today"),
    fault(&["SILENT_ROW"], "rows-get-their-status", Failed, "row 0"),
    fault(&["TICKS_WITHOUT_ASKING"], "rows-get-their-status", Crashed, "SIGSEGV"),
    fault(&["KEEPS_POINTERS"], "copies-the-experiment", Failed, "NaN"),
    fault(&["NAN_RESULT"], "finite-at-defaults", Failed, "`stress` = NaN"),
    fault(&["REFUSES_DEFAULTS"], "finite-at-defaults", Failed, "no answer at the defaults"),
    fault(&["COUNTS_CALLS"], "repeats", Failed, "the same call twice"),
    fault(&["FLUSH_TO_ZERO"], "float-state-is-kept", Failed, "opening the library"),
    fault(&["FLUSHES_TO_ZERO_LATER"], "float-state-is-kept", Failed, "`evaluate` leaves"),
    fault(&["CHANGES_FOLDER"], "process-state-is-kept", Failed, "the current folder"),
    fault(&["CHANGES_ENVIRONMENT"], "process-state-is-kept", Failed, "\"CROOKED\""),
    fault(&["CHANGES_LOCALE"], "process-state-is-kept", Failed, "the locale"),
    fault(&["CATCHES_SIGNALS"], "process-state-is-kept", Failed, "signals"),
    fault(&["PRINTS"], "prints-nothing", Failed, "computing"),
    fault(&["PRINTS_ERRORS"], "prints-nothing", Warning, "computing"),
    fault(&["LEAVES_THREAD"], "leaves-no-thread", Failed, "1 more threads"),
    fault(&["LEAVES_FILE"], "leaves-no-file-open", Failed, "more files"),
    fault(&["LEAKS"], "does-not-grow", Failed, "KiB more in use"),
    fault(&["NO_STATE_CHECK"], "evaluate-before-bind", Failed, "E_STATE"),
    fault(&["ADDS_UP"], "binds-again", Failed, "before and after another experiment"),
    fault(&["KEEPS_REFUSED"], "refused-experiment-leaves-none", Failed, "E_STATE"),
    fault(&["ACCEPTS_STRESS"], "refuses-what-it-does-not-announce", Failed, "`stress`"),
    fault(&["ANNOUNCES_STRESS"], "refuses-what-it-does-not-announce", Failed, "it announces `stress`"),
    fault(&["DESTROY_NEEDS_INSTANCE"], "destroys-nothing", Crashed, "SIGSEGV"),
    fault(&["NO_EMPTY_BATCH"], "no-rows", Failed, "nothing to do"),
    fault(&["NEEDS_BEFORE"], "ends-and-jumps", Crashed, "SIGSEGV"),
    fault(&["NEEDS_TWO_POINTS"], "one-and-no-point", Failed, "no curve"),
    fault(&["REFUSES_LARGER_STRUCTS"], "accepts-a-later-host", Failed, "odd size"),
    fault(&["SETTING_UNCHECKED"], "settings-outside-bounds", Failed, "`points_per_decade`"),
    fault(&["MESSAGE_NOT_UTF8"], "messages-are-text", Failed, "not UTF-8"),
    fault(&["MESSAGE_WITHOUT_END"], "messages-are-text", Failed, "ends within its field"),
    fault(&["REFUSES_PARAMETER_SET"], "finite-at-parameter-sets", Failed, "`soft`"),
    fault(&["WRITES_PAST_END"], "writes-within-its-arrays", Failed, "1 past the end of `out`"),
    fault(&["WRITES_BEFORE_START"], "writes-within-its-arrays", Failed, "1 before the beginning of `out`"),
    fault(&["CHANGES_PARAMETERS"], "leaves-inputs-alone", Failed, "value 0 of `params`"),
    fault(&["NAN_WHEN_SLOW"], "finite-or-refused-within-bounds", Failed, "`stress` = NaN"),
    fault(&["ACCEPTS_OUTSIDE"], "refuses-outside-bounds", Failed, "`modulus`"),
    fault(&["ACCEPTS_NAN"], "refuses-what-is-no-number", Failed, "NaN"),
    fault(&["ROWS_DEPEND"], "batch-equals-rows", Failed, "in a batch of 8 and alone"),
    fault(&["IGNORES_SEED"], "seeds-decide", Failed, "two seeds"),
    fault(&["IGNORES_WANTED"], "wanted-outputs-stand-alone", Failed, "`strain`"),
];

/// Libraries that fail where several parameters, instances or threads meet, or physics is looked at.
const OF_MANY: &[Fault] = &[
    fault(&["LINEAR_LIES"], "linear-response-gives-the-stress", Failed, "kovacs.linear/1"),
    fault(&["JACOBIAN_LIES"], "sensitivities-agree-with-differences", Failed, "differences give"),
    fault(&["NAN_DERIVATIVE"], "sensitivities-agree-with-differences", Failed, "is NaN"),
    fault(&["JACOBIAN_IGNORES_ORDER"], "sensitivities-honour-subset-and-order", Failed, "`relaxation_time`"),
    fault(
        &["JACOBIAN_UNANNOUNCED", "NO_DERIVATIVES"],
        "sensitivities-refused-if-not-announced",
        Failed,
        "E_UNSUPPORTED",
    ),
    fault(&["SHARED_INSTANCE"], "interleaved-instances", Failed, "two instances in turns"),
    fault(&["SHARED_SCRATCH", "NO_DERIVATIVES"], "eight-threads", Failed, "eight threads and one"),
    fault(&["ONE_THREAD_ONLY"], "moves-between-threads", Failed, "another thread"),
    fault(&["TICKS_ELSEWHERE"], "ticks-on-the-calling-thread", Failed, "did not call"),
    fault(&["STARTS_THREADS"], "uses-the-threads-it-may", Failed, "`max_threads` = 1"),
    fault(&["THREADS_CHANGE_BITS"], "threads-do-not-change-bits", Failed, "one thread and two"),
    fault(&["NEVER_TICKS"], "announced-ticks-come", Failed, "does not tick once"),
    fault(&["IGNORES_CANCEL"], "stops-at-the-first-tick", Failed, "it must answer CANCELLED"),
    fault(&["SLOW_TO_STOP"], "stops-at-the-first-tick", Failed, "200 are allowed"),
    fault(&["BROKEN_AFTER_CANCEL"], "stops-at-the-first-tick", Failed, "E_STATE"),
    fault(&["STRESS_RISES", "NO_DERIVATIVES", "NO_LINEAR"], "stress-relaxes", Failed, "rises"),
    fault(&["STRAIN_TWICE"], "strain-is-what-was-prescribed", Failed, "was prescribed"),
    fault(&["FROM_TIME_ZERO"], "time-has-no-origin", Failed, "started 1000 s later"),
    fault(&["COARSE_IS_BETTER", "NO_DERIVATIVES", "NO_LINEAR"], "grid-refinement-converges", Failed, "four times"),
    fault(&["OLD_FICTIVE_TEMPERATURE", "NO_DERIVATIVES"], "fictive-temperature-rests", Failed, "300 K"),
];

/// Libraries that do not come to an end; tried with a short time limit.
const HANGING: &[Fault] = &[
    fault(&["HANGS_AT_OPENING"], "opens", Hung, "during: open the library"),
    fault(&["HANGS_AT_THE_END"], "opens", Hung, "after the test was over"),
    fault(&["HANGS"], "rows-get-their-status", Hung, "during: evaluate at"),
];

/// Correct variants of the same library: what the faults are departures from.
const CORRECT: &[&[&str]] = &[
    &[],
    &["LATER_MINOR"],
    &["FOUR_INPUTS"],
    &["TWO_OUTPUTS"],
    &["NO_DERIVATIVES", "NO_LINEAR"],
    &["WITH_SETTING"],
    &["WITH_CHOICE"],
];

/// Checks each library, prints what was found, and gives the mistakes of the checker.
fn try_all(faults: &[Fault], limit: Duration) {
    let bench = Bench::new();
    let options = Options { limit, ..options() };
    let mut mistakes = Vec::new();
    println!("{:24} {:40} {:8} message", "library", "test", "verdict");
    for fault in faults {
        let Some(library) = bench.compile(fault.macros) else { return };
        let report = bench.check(&library, &options);
        let name = fault.macros[0];
        let Some((test, finding)) = first_bad(&report) else {
            mistakes.push(format!("{name}: nothing was found\n{}", report.text(true)));
            continue;
        };
        println!("{name:24} {:40} {:8} {}", test.name(), finding.verdict, finding.message);
        let named = test.name() == fault.test && finding.verdict == fault.verdict;
        if !named || !finding.message.contains(fault.says) {
            let Fault { test, verdict, says, .. } = fault;
            mistakes.push(format!("{name}: not {verdict} {test} with `{says}`\n{}", report.text(false)));
        }
    }
    assert!(mistakes.is_empty(), "{}", mistakes.join("\n"));
}

/// The first bad test; the first warning where that is all there is.
fn first_bad(report: &Report) -> Option<(Test, &Finding)> {
    let warning = || report.tests.iter().find(|test| test.finding.verdict == Warning);
    report.bad().next().or_else(warning).map(|test| (test.test, &test.finding))
}

const PATIENT: Duration = Duration::from_secs(30);

#[test]
fn faults_of_the_tables_are_named() {
    try_all(OF_THE_TABLES, PATIENT);
}

#[test]
fn faults_of_the_calls_are_named() {
    try_all(OF_THE_CALLS, PATIENT);
}

#[test]
fn faults_of_many_are_named() {
    try_all(OF_MANY, PATIENT);
}

/// A manifest of an earlier build beside the library of today.
#[test]
fn a_manifest_of_another_build_is_named() {
    let bench = Bench::new();
    let (Some(library), Some(earlier)) = (bench.compile(&[]), bench.compile(&["ONLY_HERE"])) else { return };
    let handles = kovacs_host::probe::open(&earlier).expect("the library is correct");
    Manifest::of(&handles[0]).write(&earlier).expect("the folder can be written");
    std::fs::copy(Manifest::beside(&earlier), Manifest::beside(&library)).expect("the folder can be written");
    let found = |library| {
        let report = bench.check(library, &Options { limit: PATIENT, only: None, ..options() });
        first_bad(&report).map(|(test, finding)| (test.name(), finding.verdict))
    };
    assert_eq!(found(&library), Some((MANIFEST_TEST, Failed)));
    assert_eq!(found(&earlier), None);
}

const MANIFEST_TEST: &str = "manifest-equals-the-library";

/// The panic stays in the plugin, whose standard library is another one than the checker's, and arrives as words.
#[test]
fn a_panic_is_named_with_its_place() {
    let report = Bench::new().check(&support::built("examples", "panics"), &Options { limit: PATIENT, ..options() });
    let (test, finding) = first_bad(&report).expect("the model panics");
    assert_eq!((test.name(), finding.verdict), ("rows-get-their-status", Failed), "{}", report.text(false));
    assert!(finding.message.contains("panics.rs:") && finding.message.contains("no such day"), "{}", finding.message);
}

#[test]
fn hanging_libraries_are_named_and_do_not_stop_the_check() {
    try_all(HANGING, Duration::from_secs(4));
}

#[test]
fn correct_libraries_pass_everything() {
    let bench = Bench::new();
    for macros in CORRECT {
        let Some(library) = bench.compile(macros) else { return };
        let report = bench.check(&library, &Options { limit: PATIENT, ..options() });
        assert!(report.is_conformant(), "{macros:?}\n{}", report.text(false));
        // Another thing than a warning would hide behind it.
        let warned: Vec<&str> =
            report.tests.iter().filter(|test| test.finding.verdict == Warning).map(|test| test.test.name()).collect();
        assert!(warned.iter().all(|name| *name == "opens-fast"), "{macros:?}\n{}", report.text(false));
    }
}

#[test]
fn every_test_is_failed_by_some_library() {
    let lists = [OF_THE_TABLES, OF_THE_CALLS, OF_MANY, HANGING];
    let mut failed: BTreeSet<&str> = lists.iter().flat_map(|faults| faults.iter()).map(|fault| fault.test).collect();
    failed.insert(MANIFEST_TEST);
    let never: Vec<&str> = Test::all().map(Test::name).filter(|name| !failed.contains(name)).collect();
    assert_eq!(never, [""; 0], "no library fails these tests");
}
