//! What people write as a protocol, and what a model receives.

use kovacs_core::{Control, Protocol, ProtocolError, Segment, TwoStep};

#[track_caller]
fn check(protocol: Protocol, message: &str) {
    assert_eq!(protocol.nodes().unwrap_err().to_string(), message);
}

#[test]
fn a_step_is_two_nodes_at_one_time() {
    let nodes = Protocol::two_step(0.005, 0.003, 900.0, 1e4, 593.0).nodes().unwrap();
    assert_eq!(nodes.time, [0.0, 0.0, 900.0, 900.0, 10_900.0]);
    assert_eq!(nodes.drive, [0.0, 0.005, 0.005, 0.003, 0.003]);
    assert_eq!(nodes.temperature, [593.0; 5]);
    assert_eq!(nodes.control, [0.0; 5]);
}

#[test]
fn ramps_have_one_rate_and_the_waiting_time_lies_between_them() {
    let test = TwoStep { ramp: Some(10.0), duration: 100.0, ..TwoStep::new(0.005, 0.003, 900.0, 593.0) };
    let nodes = test.protocol().unwrap().nodes().unwrap();
    assert_eq!(nodes.time, [0.0, 10.0, 910.0, 914.0, 1014.0]);
    assert_eq!((test.first_stage_end(), test.second_stage_start()), (910.0, 914.0));
    let level = TwoStep { eps2: 0.005, ..test };
    assert_eq!(level.protocol().unwrap().stages().unwrap().len(), 1, "no unloading, one long stage");
    assert_eq!(level.second_stage_start(), 910.0);
}

#[test]
fn recovery_changes_control_in_a_jump() {
    let nodes = Protocol::at(593.0).step(0.005).hold(900.0).stress_step(0.0).hold(1e4).nodes().unwrap();
    assert_eq!(nodes.control, [0.0, 0.0, 0.0, 1.0, 1.0]);
    assert_eq!(nodes.drive, [0.0, 0.005, 0.005, 0.0, 0.0]);
    let creep = Protocol::at(593.0).stress_ramp(50.0, 2.0).hold(10.0).nodes().unwrap();
    assert_eq!(creep.control, [1.0; 3], "at rest under stress control there is nothing to change");
}

#[test]
fn the_thermal_protocol_is_the_same_type() {
    let protocol = Protocol::at(313.15)
        .temperature_step(283.15)
        .hold(3.6e5)
        .temperature_step(303.15)
        .hold(1e5)
        .temperature_ramp(313.15, 600.0);
    assert_eq!(protocol.temperature_curve().unwrap().y, [313.15, 283.15, 283.15, 303.15, 303.15, 313.15]);
    assert_eq!(protocol.temperature_at(3.6e5).unwrap(), 303.15);
    assert_eq!(protocol.temperature_at(460_300.0).unwrap(), 308.15);
    assert_eq!(protocol.strain_at(10.0).unwrap(), Some(0.0));
    assert_eq!(protocol.duration(), 460_600.0);
}

#[test]
fn values_in_between_and_outside() {
    let protocol = Protocol::at(300.0).ramp(0.01, 10.0).hold(5.0).step(0.004).hold(5.0).stress_step(1.0).hold(1.0);
    for (time, strain) in [(-5.0, 0.0), (0.0, 0.0), (5.0, 0.005), (12.0, 0.01), (15.0, 0.004), (19.0, 0.004)] {
        assert_eq!(protocol.strain_at(time).unwrap(), Some(strain), "at {time} s");
    }
    assert_eq!(protocol.drive_at(20.0).unwrap(), (Control::Stress, 1.0));
    assert_eq!(protocol.strain_at(99.0).unwrap(), None, "only a model knows the strain under stress control");
    assert_eq!(
        protocol.strain_curve().unwrap_err().to_string(),
        "segment 5 prescribes stress; the strain there follows from a model"
    );
}

#[test]
fn stages_are_where_nothing_changes() {
    let protocol = Protocol::at(300.0).ramp(0.01, 10.0).hold(5.0).hold(5.0).step(0.004).hold(5.0).step(0.004).hold(1.0);
    let stages: Vec<_> = protocol.stages().unwrap().iter().map(|stage| (stage.start, stage.end, stage.level)).collect();
    assert_eq!(stages, [(10.0, 20.0, 0.01), (20.0, 26.0, 0.004)]);
}

#[test]
fn refusals_name_segment_field_value_and_remedy() {
    check(Protocol::at(593.0), "the protocol has no segment; add a step and a hold");
    check(Protocol::at(593.0).step(0.1), "the protocol lasts 0 s; add a hold after the step");
    check(Protocol::at(-3.0).hold(1.0), "start temperature = -3 K, but it must be finite and above 0 K");
    check(
        Protocol::at(593.0).step(0.1).hold(-1.0),
        "segment 2: duration = -1 s, but it must be finite and not below 0 s",
    );
    check(Protocol::at(593.0).ramp(f64::NAN, 1.0), "segment 1: target = NaN 1, but it must be finite");
    check(
        Protocol::at(593.0).hold(1.0).temperature_step(0.0).hold(1.0),
        "segment 2: temperature = 0 K, but it must be finite and above 0 K",
    );
    check(
        Protocol::at(593.0).step(0.1).step(0.2).hold(1.0),
        "segment 2 is a second step at 0 s; put a hold between them, or change strain and temperature in one segment",
    );
    check(
        Protocol::at(593.0).step(0.1).hold(1.0).stress_ramp(0.0, 3.0),
        "segment 3 goes from strain to stress control within 3 s; control changes only in a step: put a step of 0 s \
         to the first stress before it",
    );
    check(
        Protocol::at(593.0).step(0.1).hold(900.0).ramp(0.2, 1e-20),
        "segment 3: duration = 0.00000000000000000001 s cannot be resolved at 900 s; write a step of 0 s or a longer \
         segment",
    );
    check(
        Protocol::at(593.0).hold(f64::MAX).hold(f64::MAX),
        &format!(
            "segment 2: duration = {0} s cannot be resolved at {0} s; write a step of 0 s or a longer segment",
            f64::MAX
        ),
    );
}

#[test]
fn strain_and_temperature_may_jump_together() {
    let both = Segment { duration: 0.0, control: Control::Strain, target: 0.01, temperature: 600.0 };
    let nodes = Protocol::at(593.0).then(both).hold(1.0).nodes().unwrap();
    assert_eq!((nodes.time, nodes.temperature), (vec![0.0, 0.0, 1.0], vec![593.0, 600.0, 600.0]));
}

#[test]
fn a_two_step_test_names_its_bad_field() {
    let good = TwoStep::new(0.005, 0.003, 900.0, 593.0);
    let message = |test: TwoStep| test.protocol().unwrap_err().to_string();
    assert_eq!(message(TwoStep { eps1: 0.0, ..good }), "eps1 = 0 (strain), but it must be finite and not 0");
    assert_eq!(message(TwoStep { t_w: f64::NAN, ..good }), "t_w = NaN s, but it must be finite and above 0");
    assert_eq!(
        message(TwoStep { ramp: Some(0.0), ..good }),
        "ramp = 0 s, but it must be finite and above 0; leave it out for an exact step"
    );
    assert_eq!(
        message(TwoStep { dead_time: 2e6, ..good }),
        "dead time = 2000000 s, but it must be at least 0 and shorter than the second stage"
    );
    assert!(matches!(
        TwoStep { temperature: -1.0, ..good }.protocol(),
        Err(ProtocolError::Setting { field: "temperature", .. })
    ));
}
