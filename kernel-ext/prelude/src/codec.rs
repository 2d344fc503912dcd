//! How the types of the core cross the seam. Both sides use these functions, one beside the other for each type.

use crate::wire::{Reader, WireError, Writer};
use kovacs_core::model::{Capabilities, ModelDescription, Preset, Quantity};
use kovacs_core::recovery::StrainParts;
use kovacs_core::thermal_kovacs::{Lasts, ThermalKovacs, ThermalStage};
use kovacs_core::{
    Control, Curve, History, Hump, Origin, Protocol, Recovery, RecoveryTest, Relaxation, SampledHump, SecondStage,
    Segment, TwoStep,
};

type Read<T> = Result<T, WireError>;

/// Writes a curve.
pub fn write_curve(writer: &mut Writer, curve: &Curve) {
    writer.f64s(&curve.x);
    writer.f64s(&curve.y);
    for text in [&curve.x_name, &curve.x_unit, &curve.y_name, &curve.y_unit, &curve.label] {
        writer.text(text);
    }
    writer.text(curve.origin.word());
    writer.sequence(&curve.provenance, |writer, (name, value)| {
        writer.text(name);
        writer.text(value);
    });
}

/// Reads a curve.
///
/// # Errors
/// The message is damaged; so for every function below.
pub fn read_curve(reader: &mut Reader<'_>) -> Read<Curve> {
    let (x, y) = (reader.f64s()?, reader.f64s()?);
    let mut texts = || reader.text();
    let (x_name, x_unit, y_name, y_unit, label) = (texts()?, texts()?, texts()?, texts()?, texts()?);
    let origin = read_origin(reader)?;
    let provenance = reader.sequence(|reader| Ok((reader.text()?, reader.text()?)))?;
    let mut curve = Curve::new(label, x, y)
        .map_err(|_| WireError { expected: "a curve" })?
        .x_axis(x_name, x_unit)
        .y_axis(y_name, y_unit)
        .from_origin(origin);
    curve.provenance = provenance;
    Ok(curve)
}

/// Reads the word of an origin.
///
/// # Errors
/// The message is damaged.
pub fn read_origin(reader: &mut Reader<'_>) -> Read<Origin> {
    Origin::from_word(&reader.text()?).ok_or(WireError { expected: "the origin of numbers" })
}

/// Writes the nodes of a history.
pub fn write_history(writer: &mut Writer, history: &History) {
    for column in [&history.time, &history.temperature, &history.control, &history.drive] {
        writer.f64s(column);
    }
}

/// Reads the nodes of a history.
///
/// # Errors
/// The message is damaged.
pub fn read_history(reader: &mut Reader<'_>) -> Read<History> {
    Ok(History { time: reader.f64s()?, temperature: reader.f64s()?, control: reader.f64s()?, drive: reader.f64s()? })
}

/// Writes a protocol.
pub fn write_protocol(writer: &mut Writer, protocol: &Protocol) {
    writer.f64(protocol.start_temperature);
    writer.sequence(&protocol.segments, |writer, segment| {
        writer.f64(segment.duration);
        writer.bool(segment.control == Control::Stress);
        writer.f64(segment.target);
        writer.f64(segment.temperature);
    });
}

/// Reads a protocol.
///
/// # Errors
/// The message is damaged.
pub fn read_protocol(reader: &mut Reader<'_>) -> Read<Protocol> {
    let mut protocol = Protocol::at(reader.f64()?);
    protocol.segments = reader.sequence(|reader| {
        Ok(Segment {
            duration: reader.f64()?,
            control: if reader.bool()? { Control::Stress } else { Control::Strain },
            target: reader.f64()?,
            temperature: reader.f64()?,
        })
    })?;
    Ok(protocol)
}

/// Writes a two-step test.
pub fn write_two_step(writer: &mut Writer, test: &TwoStep) {
    for value in [test.eps1, test.eps2, test.t_w, test.temperature, test.duration, test.dead_time] {
        writer.f64(value);
    }
    writer.option(test.ramp, Writer::f64);
}

/// Reads a two-step test.
///
/// # Errors
/// The message is damaged.
pub fn read_two_step(reader: &mut Reader<'_>) -> Read<TwoStep> {
    let mut next = || reader.f64();
    let (eps1, eps2, t_w, temperature, duration, dead_time) = (next()?, next()?, next()?, next()?, next()?, next()?);
    let ramp = reader.option(Reader::f64)?;
    Ok(TwoStep { eps1, eps2, t_w, temperature, duration, ramp, dead_time })
}

/// Writes what a second stage shows.
pub fn write_second_stage(writer: &mut Writer, stage: &SecondStage) {
    write_hump(writer, stage.hump);
    for value in [stage.sigma_0, stage.sigma_tw, stage.dead_time, stage.eps1] {
        writer.f64(value);
    }
}

/// Reads what a second stage shows.
///
/// # Errors
/// The message is damaged.
pub fn read_second_stage(reader: &mut Reader<'_>) -> Read<SecondStage> {
    Ok(SecondStage {
        hump: read_hump(reader)?,
        sigma_0: reader.f64()?,
        sigma_tw: reader.f64()?,
        dead_time: reader.f64()?,
        eps1: reader.f64()?,
    })
}

/// Writes a recovery test.
pub fn write_recovery_test(writer: &mut Writer, test: &RecoveryTest) {
    for value in [test.eps1, test.t_w, test.temperature, test.first, test.duration] {
        writer.f64(value);
    }
}

/// Reads a recovery test.
///
/// # Errors
/// The message is damaged.
pub fn read_recovery_test(reader: &mut Reader<'_>) -> Read<RecoveryTest> {
    let mut next = || reader.f64();
    Ok(RecoveryTest { eps1: next()?, t_w: next()?, temperature: next()?, first: next()?, duration: next()? })
}

/// Writes a recovery.
pub fn write_recovery(writer: &mut Writer, recovery: &Recovery) {
    write_recovery_test(writer, &recovery.test);
    writer.f64(recovery.stress_before);
    writer.f64(recovery.strain_0);
    writer.f64s(&recovery.times);
    writer.f64s(&recovery.strain);
    writer.option(recovery.parts.as_ref(), |writer, parts| {
        for part in [&parts.elastic, &parts.anelastic, &parts.viscoplastic] {
            writer.f64s(part);
        }
    });
}

/// Reads a recovery.
///
/// # Errors
/// The message is damaged.
pub fn read_recovery(reader: &mut Reader<'_>) -> Read<Recovery> {
    Ok(Recovery {
        test: read_recovery_test(reader)?,
        stress_before: reader.f64()?,
        strain_0: reader.f64()?,
        times: reader.f64s()?,
        strain: reader.f64s()?,
        parts: reader.option(|reader| {
            Ok(StrainParts { elastic: reader.f64s()?, anelastic: reader.f64s()?, viscoplastic: reader.f64s()? })
        })?,
    })
}

/// Writes a thermal test.
pub fn write_thermal_test(writer: &mut Writer, test: &ThermalKovacs) {
    writer.f64(test.start);
    writer.sequence(&test.stages, |writer, stage| {
        writer.f64(stage.temperature);
        let time = match stage.lasts {
            Lasts::For(time) => Some(time),
            Lasts::UntilEqual => None,
        };
        writer.option(time, Writer::f64);
    });
}

/// Reads a thermal test.
///
/// # Errors
/// The message is damaged.
pub fn read_thermal_test(reader: &mut Reader<'_>) -> Read<ThermalKovacs> {
    Ok(ThermalKovacs {
        start: reader.f64()?,
        stages: reader.sequence(|reader| {
            let temperature = reader.f64()?;
            Ok(ThermalStage { temperature, lasts: reader.option(Reader::f64)?.map_or(Lasts::UntilEqual, Lasts::For) })
        })?,
    })
}

/// Writes a relaxation.
pub fn write_relaxation(writer: &mut Writer, relaxation: &Relaxation) {
    writer.f64(relaxation.temperature);
    writer.f64(relaxation.stress_0);
    writer.f64s(&relaxation.times);
    writer.f64s(&relaxation.stress);
}

/// Reads a relaxation.
///
/// # Errors
/// The message is damaged.
pub fn read_relaxation(reader: &mut Reader<'_>) -> Read<Relaxation> {
    Ok(Relaxation {
        temperature: reader.f64()?,
        stress_0: reader.f64()?,
        times: reader.f64s()?,
        stress: reader.f64s()?,
    })
}

/// Writes what noisy samples show.
pub fn write_sampled_hump(writer: &mut Writer, found: &SampledHump) {
    write_hump(writer, found.hump);
    for bound in [found.t_p_interval.0, found.t_p_interval.1] {
        writer.option(bound, |writer, bound| writer.f64(bound));
    }
    for value in [
        found.sigma_0,
        found.sigma_0_error,
        found.dead_time,
        found.last,
        found.noise,
        found.rise,
        found.delta_sigma_error,
        found.coverage_factor,
        found.window.0,
        found.window.1,
    ] {
        writer.f64(value);
    }
    writer.bool(found.falls_from_start);
    writer.count(found.fitted);
}

/// Reads what noisy samples show.
///
/// # Errors
/// The message is damaged.
pub fn read_sampled_hump(reader: &mut Reader<'_>) -> Read<SampledHump> {
    Ok(SampledHump {
        hump: read_hump(reader)?,
        t_p_interval: (reader.option(Reader::f64)?, reader.option(Reader::f64)?),
        sigma_0: reader.f64()?,
        sigma_0_error: reader.f64()?,
        dead_time: reader.f64()?,
        last: reader.f64()?,
        noise: reader.f64()?,
        rise: reader.f64()?,
        delta_sigma_error: reader.f64()?,
        coverage_factor: reader.f64()?,
        window: (reader.f64()?, reader.f64()?),
        falls_from_start: reader.bool()?,
        fitted: reader.count()?,
    })
}

fn write_hump(writer: &mut Writer, hump: Hump) {
    let (kind, first, second) = match hump {
        Hump::NoHump => (0, 0.0, 0.0),
        Hump::Peak { t_p, delta_sigma } => (1, t_p, delta_sigma),
        Hump::MonotoneRise { until, rise } => (2, until, rise),
    };
    writer.u8(kind);
    writer.f64(first);
    writer.f64(second);
}

fn read_hump(reader: &mut Reader<'_>) -> Read<Hump> {
    let (kind, first, second) = (reader.u8()?, reader.f64()?, reader.f64()?);
    match kind {
        0 => Ok(Hump::NoHump),
        1 => Ok(Hump::Peak { t_p: first, delta_sigma: second }),
        2 => Ok(Hump::MonotoneRise { until: first, rise: second }),
        _ => Err(WireError { expected: "a kind of hump" }),
    }
}

fn write_quantity(writer: &mut Writer, quantity: &Quantity) {
    for text in [&quantity.id, &quantity.symbol, &quantity.label, &quantity.unit, &quantity.doc] {
        writer.text(text);
    }
    for value in [quantity.lower, quantity.upper, quantity.initial, quantity.nominal] {
        writer.f64(value);
    }
    for flag in [quantity.open_lower, quantity.open_upper, quantity.logarithmic, quantity.integer, quantity.fixed] {
        writer.bool(flag);
    }
    writer.texts(&quantity.choices);
}

fn read_quantity(reader: &mut Reader<'_>) -> Read<Quantity> {
    Ok(Quantity {
        id: reader.text()?,
        symbol: reader.text()?,
        label: reader.text()?,
        unit: reader.text()?,
        doc: reader.text()?,
        lower: reader.f64()?,
        upper: reader.f64()?,
        initial: reader.f64()?,
        nominal: reader.f64()?,
        open_lower: reader.bool()?,
        open_upper: reader.bool()?,
        logarithmic: reader.bool()?,
        integer: reader.bool()?,
        fixed: reader.bool()?,
        choices: reader.texts()?,
    })
}

fn write_preset(writer: &mut Writer, preset: &Preset) {
    for text in [&preset.id, &preset.label, &preset.doc, &preset.origin] {
        writer.text(text);
    }
    writer.f64s(&preset.parameters);
    writer.option(preset.settings.as_deref(), Writer::f64s);
}

fn read_preset(reader: &mut Reader<'_>) -> Read<Preset> {
    Ok(Preset {
        id: reader.text()?,
        label: reader.text()?,
        doc: reader.text()?,
        origin: reader.text()?,
        parameters: reader.f64s()?,
        settings: reader.option(Reader::f64s)?,
    })
}

/// Writes everything that a model says of itself.
pub fn write_description(writer: &mut Writer, model: &ModelDescription) {
    for text in [&model.id, &model.name, &model.version, &model.summary, &model.citation, &model.license] {
        writer.text(text);
    }
    writer.option(model.digest.as_deref(), Writer::text);
    writer.option(model.path.as_deref(), Writer::text);
    for list in [&model.parameters, &model.settings, &model.inputs, &model.outputs] {
        writer.sequence(list, write_quantity);
    }
    writer.sequence(&model.presets, write_preset);
    let can = model.capabilities;
    for flag in [
        can.batch,
        can.jacobian,
        can.deterministic,
        can.seeded,
        can.threads,
        can.ticks,
        can.stress,
        can.temperature,
        can.continuous,
    ] {
        writer.bool(flag);
    }
}

/// Reads everything that a model says of itself.
///
/// # Errors
/// The message is damaged.
pub fn read_description(reader: &mut Reader<'_>) -> Read<ModelDescription> {
    Ok(ModelDescription {
        id: reader.text()?,
        name: reader.text()?,
        version: reader.text()?,
        summary: reader.text()?,
        citation: reader.text()?,
        license: reader.text()?,
        digest: reader.option(Reader::text)?,
        path: reader.option(Reader::text)?,
        parameters: reader.sequence(read_quantity)?,
        settings: reader.sequence(read_quantity)?,
        inputs: reader.sequence(read_quantity)?,
        outputs: reader.sequence(read_quantity)?,
        presets: reader.sequence(read_preset)?,
        capabilities: Capabilities {
            batch: reader.bool()?,
            jacobian: reader.bool()?,
            deterministic: reader.bool()?,
            seeded: reader.bool()?,
            threads: reader.bool()?,
            ticks: reader.bool()?,
            stress: reader.bool()?,
            temperature: reader.bool()?,
            continuous: reader.bool()?,
        },
    })
}
