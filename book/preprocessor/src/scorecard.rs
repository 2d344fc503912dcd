//! The scorecard as a part of a page: how many of each figure's claims hold, then the claims themselves, figure by
//! figure, folded.
//!
//! Sixty statements times half a dozen models are no table for one screen. So the page opens with one line per figure,
//! and a figure's claims are one click away: a statement with its answers below it (`kovacs.css`), each with the name of its
//! model.

use crate::html::escape;
use kovacs_runner::{Claim, ClaimStatus, Counts, Scorecard};
use std::path::Path;

/// HTML without blank lines, for a page at `chapter`: an overview and a folded part for each figure, or with `figure`
/// the claims of that figure alone, open.
pub(crate) fn render(card: &Scorecard, chapter: &Path, figure: Option<&str>) -> String {
    let claims: Vec<&Claim> =
        card.claims().iter().filter(|claim| figure.is_none_or(|figure| claim.figure == figure)).collect();
    if claims.is_empty() {
        return "<div class=\"kovacs-problem\">The notebooks made no claims.</div>".to_owned();
    }
    let up = "../".repeat(chapter.components().count().saturating_sub(1));
    let mut html = String::from("<div class=\"kovacs-scorecard\">\n");
    if figure.is_some() {
        html.push_str(&table(&claims));
        html.push_str(&failures(&claims, &up));
    } else {
        if let Some(sentence) = card.about_data() {
            html.push_str(&format!("<p><b>{}.</b></p>\n", capitalised(&escape(&sentence))));
        }
        html.push_str(&overview(&claims));
        html.push_str(&format!("<p><b>{}.</b> {LEGEND}</p>\n", capitalised(&Counts::of(&claims).to_string())));
        for figure in distinct(&claims, |claim| &claim.figure) {
            let own: Vec<&Claim> = claims.iter().copied().filter(|claim| claim.figure == figure).collect();
            let summary = format!("<b>{}</b> {}", escape(&title(figure)), signs(&own));
            html.push_str(&format!("<details><summary>{summary}</summary>\n{}", table(&own)));
            html.push_str(&failures(&own, &up));
            html.push_str("</details>\n");
        }
    }
    html.push_str("</div>");
    html
}

const LEGEND: &str = "✓ holds, ✗ fails, ⊗ fails for a reason that is known and linked. What holds by construction (≡) \
    holds because the shipped curves are synthetic and were made so: it speaks neither for nor against anything. A \
    failure that physics explains stays a failure.";

/// Different values, in the order in which they first appear.
fn distinct<'a>(claims: &[&'a Claim], pick: impl Fn(&'a Claim) -> &'a str) -> Vec<&'a str> {
    let mut found = Vec::new();
    for value in claims.iter().map(|claim| pick(claim)) {
        if !found.contains(&value) {
            found.push(value);
        }
    }
    found
}

/// Column of a claim: its model, or `data` for whatever concerns no model.
fn column(claim: &Claim) -> &str {
    let is_of_no_model = claim.model.starts_with("data (") || claim.model == "protocol";
    if is_of_no_model { "data" } else { &claim.model }
}

/// Models in the order in which they first appear, data last.
fn columns<'a>(claims: &[&'a Claim]) -> Vec<&'a str> {
    let mut found = distinct(claims, column);
    found.sort_by_key(|name| *name == "data");
    found
}

fn title(figure: &str) -> String {
    match figure.starts_with(|first: char| first.is_ascii_digit()) {
        true => format!("Figure {figure}"),
        false => format!("Supplement {}", figure.strip_prefix('S').unwrap_or(figure)).trim_end().to_owned(),
    }
}

/// `✓ 9 ⊗ 2`: how many ended in which way.
fn signs(claims: &[&Claim]) -> String {
    let parts = ClaimStatus::ALL.into_iter().filter_map(|status| {
        let count = claims.iter().filter(|claim| claim.status == status).count();
        (count > 0).then(|| format!("<span class=\"kovacs-{}\">{} {count}</span>", class(status), status.sign()))
    });
    parts.collect::<Vec<_>>().join(" ")
}

/// One line per figure, one column per model: how many claims ended in which way.
fn overview(claims: &[&Claim]) -> String {
    let columns = columns(claims);
    let mut html = head("kovacs-overview", &["Figure"], &columns);
    for figure in distinct(claims, |claim| &claim.figure) {
        html.push_str(&format!("<tr><td>{}</td>", escape(&title(figure))));
        for name in &columns {
            let own: Vec<&Claim> =
                claims.iter().copied().filter(|claim| claim.figure == figure && column(claim) == *name).collect();
            html.push_str(&format!("<td data-model=\"{}\">{}</td>", escape(name), signs(&own)));
        }
        html.push_str("</tr>\n");
    }
    html.push_str("</tbody>\n</table>\n");
    html
}

fn head(class: &str, first: &[&str], columns: &[&str]) -> String {
    let names = first.iter().chain(columns).map(|name| format!("<th>{}</th>", escape(name)));
    format!("<table class=\"{class}\">\n<thead><tr>{}</tr></thead>\n<tbody>\n", names.collect::<String>())
}

/// One line per statement, one column per model.
fn table(claims: &[&Claim]) -> String {
    let columns = columns(claims);
    let mut html = head("kovacs-claims", &["Panel", "Statement"], &columns);
    let mut rows: Vec<(&str, &str)> = Vec::new();
    for claim in claims {
        let row = (claim.panel.as_str(), claim.claim.as_str());
        if !rows.contains(&row) {
            rows.push(row);
        }
    }
    for (panel, statement) in rows {
        html.push_str(&format!("<tr><td>{}</td><td>{}</td>", escape(panel), escape(statement)));
        for name in &columns {
            let own = claims.iter().filter(|claim| {
                (claim.panel.as_str(), claim.claim.as_str(), column(claim)) == (panel, statement, *name)
            });
            let entries: Vec<String> = own.map(|claim| entry(claim)).collect();
            html.push_str(&format!("<td data-model=\"{}\">{}</td>", escape(name), entries.join("<br>")));
        }
        html.push_str("</tr>\n");
    }
    html.push_str("</tbody>\n</table>\n");
    html
}

fn class(status: ClaimStatus) -> &'static str {
    match status {
        ClaimStatus::Reproduced => "reproduced",
        ClaimStatus::Failed => "failed",
        ClaimStatus::FailedWithKnownReason => "failed_with_known_reason",
        ClaimStatus::ByConstruction => "by_construction",
        ClaimStatus::NotApplicable => "not_applicable",
    }
}

fn entry(claim: &Claim) -> String {
    let measure = claim.measure().map(|measure| format!(" {}", escape(&measure))).unwrap_or_default();
    let subject = if column(claim) == "data" { claim.model.as_str() } else { "" };
    let words = [subject, &claim.status.to_string(), &claim.expected, &claim.reason];
    let words: Vec<&str> = words.into_iter().filter(|part| !part.is_empty()).collect();
    format!(
        "<span class=\"kovacs-{}\" title=\"{}\">{}{measure}</span>",
        class(claim.status),
        escape(&words.join("; ")),
        claim.status.sign()
    )
}

/// Why what failed failed, folded.
fn failures(claims: &[&Claim], up: &str) -> String {
    let failed: Vec<String> = claims
        .iter()
        .filter(|claim| matches!(claim.status, ClaimStatus::Failed | ClaimStatus::FailedWithKnownReason))
        .map(|claim| format!("<li>{}</li>\n", failure(claim, up)))
        .collect();
    if failed.is_empty() {
        return String::new();
    }
    let count = failed.len();
    format!(
        "<details class=\"kovacs-failures\"><summary>What failed, and why ({count})</summary>\n<ul>\n{}</ul>\n</details>\n",
        failed.concat()
    )
}

fn failure(claim: &Claim, up: &str) -> String {
    let mut text = format!(
        "Fig. {}{}, <b>{}</b>: {}",
        escape(&claim.figure),
        escape(&claim.panel),
        escape(&claim.model),
        escape(&claim.claim)
    );
    if let Some(measure) = claim.measure() {
        text.push_str(&format!(" (found {}", escape(&measure)));
        if !claim.expected.is_empty() {
            text.push_str(&format!(", expected {}", escape(&claim.expected)));
        }
        text.push(')');
    }
    let reason = if claim.reason.is_empty() { "no reason given" } else { &claim.reason };
    let reason = capitalised(&escape(reason));
    let reason = reason.trim_end_matches('.');
    // Pages are named as they lie in the sources; a built book has them as HTML.
    match claim.page.as_str() {
        "" => format!("{text}. {reason}."),
        page => format!("{text}. {reason}: <a href=\"{up}{}\">more</a>.", escape(&page.replace(".md", ".html"))),
    }
}

fn capitalised(text: &str) -> String {
    let mut characters = text.chars();
    characters.next().map(|first| first.to_uppercase().chain(characters).collect()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_overview_says_first_on_which_imported_data_claims_were_judged() {
        let page = |model: &str| {
            let mut card = Scorecard::new();
            card.add(&[Claim { figure: "1".into(), claim: "a hump".into(), model: model.into(), ..Claim::default() }]);
            render(&card, Path::new("index.md"), None)
        };
        let sentence = "<p><b>Claims judged on imported data: measured (example workbook).</b></p>\n";
        let imported = page("data (measured (example workbook))");
        assert!(imported.starts_with(&format!("<div class=\"kovacs-scorecard\">\n{sentence}")), "{imported}");
        assert!(!page("data (synthetic)").contains("imported"));
    }
}
