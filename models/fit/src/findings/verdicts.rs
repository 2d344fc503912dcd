//! The criteria that turn a study into verdicts. Each says what it asks for; none knows which model it looks at.

use super::study::{Course, Study};
use super::{FINDINGS, Finding, Numbers, Verdict};
use crate::critical_time::critical_time;
use crate::line::{Line, fit_line};
use crate::recovery_line::PAPER_LINE;
use kovacs_core::BOLTZMANN;

/// A rise of `t_p` over the whole range of temperatures that is less than this could not be measured.
const VISIBLE_RISE: f64 = 1.05;

/// The last increment of a convex series must exceed the first by this factor, or it is a straight line.
const VISIBLE_BEND: f64 = 1.05;

/// How many times steeper the growth must be after a critical waiting time.
const CLEAR_BREAK: f64 = 2.0;

/// A rise of the activation energy in units of `kT ln 10` per decade: a flat distribution of barriers gives 1 whatever
/// the material does, so that a finding needs clearly more.
const MORE_THAN_LOGARITHMIC: f64 = 1.25;

/// A rise of the activation energy below this, eV over the whole series, is none.
const VISIBLE_ENERGY: f64 = 0.05;

/// Recovered fractions that count as complete and as incomplete.
const COMPLETE: f64 = 0.999;
const INCOMPLETE: f64 = 0.95;

/// How far off the line of the paper another may be and still be called the same.
const SAME_LINE: f64 = 1.5;
const GOOD_LINE: f64 = 0.97;

/// Judges a study: one finding each, in the order of [`FINDINGS`].
pub fn judge(study: &Study) -> Vec<Finding> {
    let cells = [
        hump_only_after_unloading(study),
        height_with_depth_and_strain(study),
        time_and_height_with_strain(study),
        time_with_temperature(study),
        height_convex_in_temperature(study),
        critical_waiting_time(study),
        rising_activation_energy(study),
        recovery_becomes_incomplete(study),
        recovery_line_waiting(study),
        recovery_line_temperature(study),
        recovery_line_strain(study),
    ];
    FINDINGS
        .into_iter()
        .zip(cells)
        .map(|((finding, _), Cell { verdict, reason, numbers })| Finding { finding, verdict, reason, numbers })
        .collect()
}

struct Cell {
    verdict: Verdict,
    reason: String,
    numbers: Vec<Numbers>,
}

fn cell(verdict: Verdict, reason: String, numbers: Vec<Numbers>) -> Cell {
    Cell { verdict, reason, numbers }
}

fn yes_if(condition: bool) -> Verdict {
    if condition { Verdict::Yes } else { Verdict::No }
}

fn numbers(what: &str, unit: &'static str, values: Vec<Option<f64>>) -> Numbers {
    Numbers { what: what.to_owned(), unit, values }
}

/// Three significant digits: `0.0985`, `409`, `1.2e4`.
pub(super) fn short(value: f64) -> String {
    // Rounded first: 0.9996 has as many decimals as 1.
    let rounded = format!("{value:.2e}").parse().unwrap_or(value);
    if rounded == 0.0 || !f64::is_finite(rounded) {
        return value.to_string();
    }
    let digits = rounded.abs().log10().floor();
    if !(-4.0..6.0).contains(&digits) {
        return format!("{value:.2e}");
    }
    let decimals = (2.0 - digits).max(0.0);
    format!("{value:.*}", decimals as usize)
}

/// Values of a series in a line.
fn list(values: &[Option<f64>]) -> String {
    let words = values.iter().map(|value| value.map_or_else(|| "none".to_owned(), short));
    words.collect::<Vec<_>>().join(", ")
}

/// All there and strictly rising.
fn rises(values: &[Option<f64>]) -> bool {
    values.iter().all(Option::is_some) && values.windows(2).all(|pair| matches!(pair, [a, b] if b > a))
}

fn first(values: &[Option<f64>]) -> f64 {
    values.first().copied().flatten().unwrap_or(f64::NAN)
}

fn last(values: &[Option<f64>]) -> f64 {
    values.last().copied().flatten().unwrap_or(f64::NAN)
}

/// A peak for every `eps2 < eps1`, and none for the others.
fn hump_only_after_unloading(study: &Study) -> Cell {
    let right = |step: &super::Step| (step.stage.hump.kind() == "peak") == (step.at < study.glass.eps1);
    let humps = study.depth.0.iter().map(|step| format!("{} {}", short(step.at), step.stage.hump.kind()));
    let reason = format!("eps2 = {}", humps.collect::<Vec<_>>().join(", ").replace('_', " "));
    let rest = vec![numbers("eps2", "1", study.depth.at()), numbers("t_p", "s", study.depth.times())];
    cell(yes_if(study.depth.0.iter().all(right)), reason, rest)
}

/// The height falls with `eps2` where there is a hump, and rises with `eps1`.
fn height_with_depth_and_strain(study: &Study) -> Cell {
    let unloaded: Vec<_> = study.depth.0.iter().filter(|step| step.at < study.glass.eps1).cloned().collect();
    let mut by_depth = Course(unloaded).heights();
    by_depth.reverse();
    let by_strain = study.strain.heights();
    let reason = format!("Delta-sigma = {} MPa as eps2 falls, {} MPa as eps1 rises", list(&by_depth), list(&by_strain));
    let verdict = yes_if(rises(&by_depth) && rises(&by_strain));
    cell(verdict, reason, vec![numbers("by depth", "MPa", by_depth), numbers("by strain", "MPa", by_strain)])
}

/// Both rise strictly.
fn time_and_height_with_strain(study: &Study) -> Cell {
    let (times, heights) = (study.strain.times(), study.strain.heights());
    let reason = format!("t_p = {} s, Delta-sigma = {} MPa as eps1 rises", list(&times), list(&heights));
    let rest = vec![
        numbers("eps1", "1", study.strain.at()),
        numbers("t_p", "s", times.clone()),
        numbers("height", "MPa", heights.clone()),
    ];
    cell(yes_if(rises(&times) && rises(&heights)), reason, rest)
}

/// `t_p` rises strictly, by 5 % at least.
fn time_with_temperature(study: &Study) -> Cell {
    let times = study.temperature.times();
    let ratio = last(&times) / first(&times);
    let rising = rises(&times);
    let verdict = yes_if(rising && ratio >= VISIBLE_RISE);
    let comment = match (rising, verdict) {
        (true, Verdict::No) => format!(": a rise by {} % is none", short(100.0 * (ratio - 1.0))),
        (false, _) => ": not monotone".to_owned(),
        _ => String::new(),
    };
    let reason = format!("t_p = {} s as T rises{comment}", list(&times));
    cell(verdict, reason, vec![numbers("T", "K", study.temperature.at()), numbers("t_p", "s", times)])
}

/// Rising increments, the last one larger than the first by 5 % at least.
fn height_convex_in_temperature(study: &Study) -> Cell {
    let heights = study.temperature.heights();
    let increments: Vec<Option<f64>> =
        heights.windows(2).map(|pair| Some(pair.last().copied()?? - pair.first().copied()??)).collect();
    let ratio = last(&increments) / first(&increments);
    let verdict = yes_if(rises(&heights) && rises(&increments) && ratio >= VISIBLE_BEND);
    let reason =
        format!("Delta-sigma = {} MPa as T rises, last increment {} times the first", list(&heights), short(ratio));
    let rest = vec![numbers("T", "K", study.temperature.at()), numbers("height", "MPa", heights)];
    cell(verdict, reason, rest)
}

/// Two lines against `log10 t_w` beat one line and a power law (BIC), and the second is twice as steep at least.
fn critical_waiting_time(study: &Study) -> Cell {
    let heights = study.waiting.heights();
    let mut rest = vec![numbers("t_w", "s", study.waiting.at()), numbers("height", "MPa", heights.clone())];
    let points: Option<Vec<(f64, f64)>> =
        study.waiting.0.iter().map(|step| Some((step.at, step.stage.delta_sigma()?))).collect();
    let found = match points.as_deref().map(critical_time) {
        Some(Ok(found)) => found,
        Some(Err(error)) => return cell(Verdict::NotRun, error.to_string(), rest),
        None => return cell(Verdict::No, format!("Delta-sigma = {} MPa", list(&heights)), rest),
    };
    let ratio = found.slope_ratio();
    let steeper = ratio.is_none_or(|ratio| ratio >= CLEAR_BREAK) && found.slope_after > found.slope_before;
    let verdict = yes_if(found.is_supported() && steeper);
    let against = match (verdict, steeper) {
        (Verdict::Yes, _) => "preferred to a power law".to_owned(),
        (_, true) => format!("but a power law t_w^{} explains it better", short(found.power)),
        (_, false) => "less than twice as steep".to_owned(),
    };
    let reason = format!(
        "break at {} s, slope ratio {}, {against}",
        short(found.time),
        ratio.map_or_else(|| "none".to_owned(), short)
    );
    rest.push(numbers("t_c", "s", vec![Some(found.time)]));
    rest.push(numbers("slope ratio", "1", vec![ratio]));
    let criteria = vec![Some(found.bic_two_lines), Some(found.bic_one_line), Some(found.bic_power_law)];
    rest.push(numbers("BIC of two lines, one line, power law", "1", criteria));
    cell(verdict, reason, rest)
}

/// The isoconversional energy rises strictly and faster than the `kT ln 10` per decade of flat barriers.
fn rising_activation_energy(study: &Study) -> Cell {
    let energies: Vec<Option<f64>> = study.energies.iter().map(|found| Some(found.energy)).collect();
    let times: Vec<Option<f64>> = study.energies.iter().map(|found| Some(found.time)).collect();
    let rise = last(&energies) - first(&energies);
    let decades = (last(&times) / first(&times)).log10();
    let in_units = rise / decades / (BOLTZMANN * study.glass.temperature * std::f64::consts::LN_10);
    let rising = rises(&energies);
    let verdict = match rising && rise >= VISIBLE_ENERGY {
        true if in_units >= MORE_THAN_LOGARITHMIC => Verdict::Yes,
        true => Verdict::Partly,
        false => Verdict::No,
    };
    // Of no change nothing but rounding is left: two decimals are enough.
    let reason = format!("E_a = {} eV over waiting times, {in_units:.2} kT ln 10 per decade", list(&energies));
    cell(verdict, reason, vec![numbers("time", "s", times), numbers("E_a", "eV", energies)])
}

/// Complete after the shortest wait; after the longest one incomplete even in a test a hundred times as long.
fn recovery_becomes_incomplete(study: &Study) -> Cell {
    let of = |pick: fn(&super::RecoveryPoint) -> Option<f64>| -> Vec<Option<f64>> {
        study.waiting.0.iter().map(|step| step.recovery.as_ref().and_then(pick)).collect()
    };
    let at_end = of(|recovery| Some(recovery.recovered_at_end));
    let by_fit = of(|recovery| recovery.recovered_by_fit);
    let rest = vec![
        numbers("t_w", "s", study.waiting.at()),
        numbers("recovered at the end", "1", at_end.clone()),
        numbers("recovered by fitted plateau", "1", by_fit),
        numbers("recovered by the model's own split", "1", of(|recovery| recovery.recovered_by_model)),
        numbers("recovered in a test 100 times as long, longest t_w", "1", vec![study.recovered_much_later]),
    ];
    if let Some(reason) = &study.no_recovery {
        return cell(Verdict::NotRun, reason.clone(), rest);
    }
    let later = study.recovered_much_later.unwrap_or(f64::NAN);
    let complete = first(&at_end) >= COMPLETE;
    let verdict = yes_if(complete && last(&at_end) < INCOMPLETE && later < INCOMPLETE);
    let mut reason = format!("recovered {} at the end, {} much later", list(&at_end), short(later));
    if last(&at_end) < INCOMPLETE && later >= INCOMPLETE {
        reason.push_str(": not yet, but it comes back");
    }
    cell(verdict, reason, rest)
}

/// `t_p` against `tau_rec` along a series; `None` with fewer than three points.
fn line_of(course: &Course) -> Option<Line> {
    let points = points_of(course);
    (points.len() > 2).then(|| fit_line(&points).ok()).flatten()
}

fn points_of(course: &Course) -> Vec<(f64, f64)> {
    course.recovery_times().into_iter().zip(course.times()).filter_map(|(x, y)| Some((x?, y?))).collect()
}

fn describe(line: &Line) -> String {
    let Line { slope, intercept, r_squared, .. } = line;
    format!("slope {}, intercept {} s, R2 {}", short(*slope), short(*intercept), short(*r_squared))
}

fn of_line(what: &str, course: &Course, line: &Option<Line>) -> Vec<Numbers> {
    vec![
        numbers(&format!("{what}: tau_rec"), "s", course.recovery_times()),
        numbers(&format!("{what}: t_p"), "s", course.times()),
        numbers(
            &format!("{what}: slope, intercept in s, R2"),
            "1",
            line.map_or_else(Vec::new, |line| vec![Some(line.slope), Some(line.intercept), Some(line.r_squared)]),
        ),
    ]
}

/// The paper's line within a factor of 1.5: yes. A rising line with a negative intercept: partly.
fn waiting_verdict(line: &Line) -> Verdict {
    let near = |value: f64, paper: f64| (1.0 / SAME_LINE..=SAME_LINE).contains(&(value / paper));
    let same = near(line.slope, PAPER_LINE.slope) && near(line.intercept, PAPER_LINE.intercept);
    if same && line.r_squared >= GOOD_LINE {
        Verdict::Yes
    } else if line.slope > 0.0 && line.intercept < 0.0 {
        Verdict::Partly
    } else {
        Verdict::No
    }
}

fn recovery_line_waiting(study: &Study) -> Cell {
    let line = line_of(&study.waiting);
    let rest = of_line("t_w series", &study.waiting, &line);
    if let Some(reason) = &study.no_recovery {
        return cell(Verdict::NotRun, reason.clone(), rest);
    }
    let Some(line) = line else {
        return cell(Verdict::NotRun, format!("tau_rec = {} s", list(&study.waiting.recovery_times())), rest);
    };
    let variants = study.variants.iter().map(|variant| (variant.ratio, line_of(&variant.waiting)));
    with_variants(waiting_verdict(&line), describe(&line), rest, variants.collect(), waiting_verdict)
}

/// `t_p` and `tau_rec` go the same way: partly; with the slope of the waiting times, and on one line with them: yes.
fn same_line(study: &Study, course: &Course, line: &Line) -> Verdict {
    let waiting = line_of(&study.waiting);
    let parallel = waiting.is_some_and(|waiting| (1.0 / SAME_LINE..=SAME_LINE).contains(&(line.slope / waiting.slope)));
    let all: Vec<(f64, f64)> = points_of(&study.waiting).into_iter().chain(points_of(course)).collect();
    let pooled = fit_line(&all).is_ok_and(|line| line.r_squared >= GOOD_LINE);
    match line.slope > 0.0 && line.r_squared > 0.5 {
        // A short series lies near any line that passes it, so that the pooled fit alone says little.
        true if pooled && parallel => Verdict::Yes,
        true => Verdict::Partly,
        false => Verdict::No,
    }
}

fn recovery_line_temperature(study: &Study) -> Cell {
    let line = line_of(&study.temperature);
    let rest = of_line("T series", &study.temperature, &line);
    if let Some(reason) = &study.no_recovery {
        return cell(Verdict::NotRun, reason.clone(), rest);
    }
    let Some(line) = line else {
        return cell(Verdict::NotRun, format!("tau_rec = {} s", list(&study.temperature.recovery_times())), rest);
    };
    let verdict = |line: &Line| same_line(study, &study.temperature, line);
    let reason = format!("tau_rec = {} s as T rises", list(&study.temperature.recovery_times()));
    let variants = study.variants.iter().map(|variant| (variant.ratio, line_of(&variant.temperature)));
    with_variants(verdict(&line), reason, rest, variants.collect(), |line| {
        if line.slope > 0.0 && line.r_squared > 0.5 { Verdict::Partly } else { Verdict::No }
    })
}

fn recovery_line_strain(study: &Study) -> Cell {
    let times = study.strain.recovery_times();
    let line = line_of(&study.strain);
    let rest = of_line("eps1 series", &study.strain, &line);
    if let Some(reason) = &study.no_recovery {
        return cell(Verdict::NotRun, reason.clone(), rest);
    }
    let spread = last(&times) / first(&times);
    // Recovery times that do not depend on strain differ by the tolerance of the fits only.
    let constant = (spread - 1.0).abs() < 1e-3;
    let reason = format!("tau_rec = {} s while t_p = {} s", list(&times), list(&study.strain.times()));
    match line {
        None if constant => cell(Verdict::No, reason, rest),
        None => cell(Verdict::NotRun, reason, rest),
        Some(_) if constant => cell(Verdict::No, reason, rest),
        Some(line) => cell(same_line(study, &study.strain, &line), reason, rest),
    }
}

/// Adds what other ratios of the moduli would give, and says if they decide.
fn with_variants(
    verdict: Verdict,
    reason: String,
    mut rest: Vec<Numbers>,
    variants: Vec<(f64, Option<Line>)>,
    judge: impl Fn(&Line) -> Verdict,
) -> Cell {
    let lines: Vec<(f64, Line)> = variants.into_iter().filter_map(|(ratio, line)| Some((ratio, line?))).collect();
    if lines.is_empty() {
        return cell(verdict, reason, rest);
    }
    let column = |pick: fn(&(f64, Line)) -> f64| lines.iter().map(|entry| Some(pick(entry))).collect::<Vec<_>>();
    let slopes = column(|(_, line)| line.slope);
    rest.push(numbers("E_R/E_U", "1", column(|(ratio, _)| *ratio)));
    rest.push(numbers("slope at these", "1", slopes.clone()));
    rest.push(numbers("intercept at these", "s", column(|(_, line)| line.intercept)));
    rest.push(numbers("R2 at these", "1", column(|(_, line)| line.r_squared)));
    let verdicts: Vec<Verdict> = lines.iter().map(|(_, line)| judge(line)).collect();
    let all_alike = verdicts.windows(2).all(|pair| matches!(pair, [a, b] if a == b));
    let reason = format!("{reason}; slope {} for E_R/E_U = {}", list(&slopes), list(&column(|(ratio, _)| *ratio)));
    cell(if all_alike { verdict } else { Verdict::Depends }, reason, rest)
}
