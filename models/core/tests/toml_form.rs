//! Protocol files: what is accepted, what is refused with which words, and the round trip.
#![cfg(feature = "toml")]

use kovacs_core::toml_form::{ProtocolForm, read_protocol, write_protocol};
use kovacs_core::{Control, Protocol, Segment, TwoStep};
use proptest::prelude::*;
use proptest::test_runner::Config;

#[track_caller]
fn refuse(text: &str, message: &str) {
    assert_eq!(read_protocol(text).unwrap_err().to_string(), message);
}

#[test]
fn the_shorthand_of_a_two_step_test() {
    let text = "[two_step]\neps1 = \"0.5 %\"\neps2 = 0.003\nt_w = \"15 min\"\ntemperature = \"319.85 degC\"\n";
    let ProtocolForm::TwoStep(test) = read_protocol(text).unwrap() else { panic!("another form") };
    assert_eq!(test, TwoStep::new(0.005, 0.003, 900.0, 593.0));
    let text = format!("{text}duration = 5000\nramp = '150 ms'\ndead_time = \"1 s\"\n");
    let ProtocolForm::TwoStep(full) = read_protocol(&text).unwrap() else { panic!("another form") };
    assert_eq!(full, TwoStep { duration: 5000.0, ramp: Some(0.15), dead_time: 1.0, ..test });
}

#[test]
fn segments_carry_what_is_not_said() {
    let text = r#"
        temperature = "593 K"
        [[segment]]
        kind = "ramp"
        strain = "0.5 %"
        duration = "2 s"
        [[segment]]
        kind = "hold"
        duration = "15 min"
        [[segment]]
        kind = "step"
        stress = 0
        temperature = 600.0
        [[segment]]
        kind = "ramp"
        temperature = "593 K"
        duration = "1 h"
    "#;
    let expected = Protocol::at(593.0)
        .ramp(0.005, 2.0)
        .hold(900.0)
        .then(Segment { duration: 0.0, control: Control::Stress, target: 0.0, temperature: 600.0 })
        .temperature_ramp(593.0, 3600.0);
    assert_eq!(read_protocol(text), Ok(ProtocolForm::Segments(expected)));
}

#[test]
fn refusals_name_line_place_field_and_remedy() {
    refuse("temperature = ", "line 1: not TOML: string values must be quoted, expected literal string");
    refuse("", "line 1: no protocol here; write a `[two_step]` table or `[[segment]]` tables");
    refuse(
        "[two_step]\n[[segment]]\n",
        "line 2: `[two_step]` and `[[segment]]` cannot stand in one file; leave one of them out",
    );
    refuse(
        "[two_step]\neps1 = 0.005\neps3 = 1\n",
        "line 3, [two_step]: `eps3` means nothing here; accepted are `eps1`, `eps2`, `t_w`, `temperature`, \
         `duration`, `ramp`, `dead_time`",
    );
    refuse(
        "\n[two_step]\neps1 = 0.005\n",
        "line 2, [two_step]: `eps2` is missing; write for example `eps2` = \"0.5 %\" or 0.005",
    );
    refuse(
        "[two_step]\neps1 = 0.005\neps2 = true\n",
        "line 3, [two_step]: `eps2` is of type boolean; write for example `eps2` = \"0.5 %\" or 0.005",
    );
    refuse(
        "[two_step]\neps1 = 0.005\neps2 = 0.003\nt_w = \"593 K\"\ntemperature = 593",
        "line 4, [two_step]: `t_w`: `593 K` is a temperature, not a time; accepted units are s, ms, us, min, h, d",
    );
    refuse(
        "[two_step]\neps1 = 0\neps2 = 0.003\nt_w = 900\ntemperature = 593",
        "line 1: eps1 = 0 (strain), but it must be finite and not 0",
    );
    refuse(
        "two_step = 3",
        "line 1: `two_step` is of type integer; write for example `two_step` = a table with fields of its own",
    );
    let segments = |text: &str, message: &str| refuse(&format!("temperature = 593\n{text}"), message);
    segments(
        "[[segment]]\nkind = \"wait\"\n",
        "line 3, segment 1: `kind` = \"wait\" is not known; accepted are `step`, `hold`, `ramp`",
    );
    segments(
        "[[segment]]\nkind = \"hold\"\nduration = 5\n[[segment]]\nstrain = 1\n",
        "line 5, segment 2: `kind` is missing; write for example `kind` = \"step\", \"hold\" or \"ramp\"",
    );
    segments(
        "[[segment]]\nkind = \"step\"\nstrain = 1\nduration = 5\n",
        "line 5, segment 1: `duration` means nothing here; accepted are `kind`, `strain`, `stress`, `temperature`",
    );
    segments(
        "[[segment]]\nkind = \"step\"\n",
        "line 2, segment 1: nothing to go to; write `strain`, `stress` or `temperature`, or make it a `hold`",
    );
    segments(
        "[[segment]]\nkind = \"step\"\nstrain = 1\nstress = 1\n",
        "line 2, segment 1: `strain` and `stress` cannot both be prescribed; leave one out",
    );
    segments(
        "[[segment]]\nkind = \"step\"\nstrain = 0.1\n\n[[segment]]\nkind = \"hold\"\nduration = -4\n",
        "line 6: segment 2: duration = -4 s, but it must be finite and not below 0 s",
    );
    segments(
        "[[segment]]\nkind = \"hold\"\nduration = nan\n",
        "line 2: segment 1: duration = NaN s, but it must be finite and not below 0 s",
    );
    segments(
        "segment = [1]\n",
        "line 2: `segment` is of type integer; write for example `segment` = a list of tables, each under \
         `[[segment]]`",
    );
}

prop_compose! {
    fn segment()(
        duration in prop::sample::select(vec![1e-3, 0.15, 900.0, 1.0 / 3.0, 1e5]),
        stress in any::<bool>(), target in -1e3..1e3f64, temperature in 1.0..2e3f64,
        same in prop::array::uniform3(any::<bool>()), step in any::<bool>(),
    ) -> (Segment, [bool; 3], bool) {
        let control = if stress { Control::Stress } else { Control::Strain };
        (Segment { duration, control, target, temperature }, same, step)
    }
}

prop_compose! {
    /// Valid protocols: each random segment that lasts follows a step which brings its control.
    fn protocol()(start in 1.0..2e3f64, segments in prop::collection::vec(segment(), 1..6)) -> Protocol {
        segments.into_iter().fold(Protocol::at(start), |protocol, (segment, [target, temperature, hold], step)| {
            let mut next = segment;
            let protocol = if step { protocol.then(Segment { duration: 0.0, ..segment }) } else { protocol };
            let held = protocol.clone().hold(segment.duration);
            let Some(&last) = held.segments.last() else { return held };
            next.control = last.control;
            if target { next.target = last.target }
            if temperature { next.temperature = last.temperature }
            if hold { held } else { protocol.then(next) }
        })
    }
}

proptest! {
    #![proptest_config(Config { failure_persistence: None, ..Config::default() })]

    #[test]
    fn what_is_written_is_read_back_to_the_last_bit(protocol in protocol()) {
        prop_assert!(protocol.nodes().is_ok(), "{:?}", protocol.nodes());
        let form = ProtocolForm::Segments(protocol);
        let text = write_protocol(&form);
        prop_assert_eq!(read_protocol(&text), Ok(form), "{}", text);
    }

    #[test]
    fn two_step_tests_too(
        eps1 in 1e-6..1.0f64, eps2 in -1.0..1.0f64, t_w in 1e-3..1e6f64, temperature in 1.0..2e3f64,
        ramp in prop::option::of(1e-3..1e3f64), dead_time in prop::option::of(1e-3..1e3f64),
    ) {
        let test = TwoStep { ramp, dead_time: dead_time.unwrap_or(0.0), ..TwoStep::new(eps1, eps2, t_w, temperature) };
        let form = ProtocolForm::TwoStep(test);
        prop_assert_eq!(read_protocol(&write_protocol(&form)), Ok(form));
    }

    #[test]
    fn no_text_panics(text in "[\\[\\]a-z0-9_=\"' .\n-]{0,80}") {
        let _ = read_protocol(&text);
        let _ = read_protocol(&format!("temperature = 593\n[[segment]]\nkind = \"ramp\"\n{text}"));
    }
}
