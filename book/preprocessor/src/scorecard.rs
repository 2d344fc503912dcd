//! The scorecard as a table of a page.

use crate::html::escape;
use kovacs_runner::{Claim, ClaimStatus, Scorecard};

/// HTML without blank lines: the table, the legend, and why each failed claim failed.
pub(crate) fn render(card: &Scorecard) -> String {
    if card.claims().is_empty() {
        return "<div class=\"kovacs-problem\">The notebooks made no claims.</div>".to_owned();
    }
    let mut html =
        String::from("<div class=\"table-wrapper kovacs-scorecard\">\n<table>\n<thead><tr><th>Fig.</th><th>Claim</th>");
    for model in card.models() {
        html.push_str(&format!("<th>{}</th>", escape(model)));
    }
    html.push_str("</tr></thead>\n<tbody>\n");
    for row in card.rows() {
        html.push_str(&format!("<tr><td>{}</td><td>{}</td>", escape(&row.figure), escape(row.statement)));
        for claim in row.claims {
            html.push_str(&claim.map_or_else(|| "<td></td>".to_owned(), entry));
        }
        html.push_str("</tr>\n");
    }
    html.push_str("</tbody>\n</table>\n</div>\n");
    html.push_str(&format!("<p><b>{}.</b> {}</p>", capitalised(&card.counts().to_string()), LEGEND));
    let failed: Vec<&Claim> = card.claims().iter().filter(|claim| claim.status == ClaimStatus::Failed).collect();
    if !failed.is_empty() {
        html.push_str("\n<p>What failed, and why:</p>\n<ul>\n");
        for claim in failed {
            html.push_str(&format!("<li>{}</li>\n", failure(claim)));
        }
        html.push_str("</ul>");
    }
    html
}

const LEGEND: &str = "What holds by construction (≡) holds because the shipped curves are synthetic and were made so: it \
    speaks neither for nor against anything. A failure that physics explains stays a failure.";

fn entry(claim: &Claim) -> String {
    let class = match claim.status {
        ClaimStatus::Reproduced => "reproduced",
        ClaimStatus::Failed => "failed",
        ClaimStatus::ByConstruction => "by_construction",
        ClaimStatus::NotApplicable => "not_applicable",
    };
    let measure = claim.measure().map(|measure| format!(" {}", escape(&measure))).unwrap_or_default();
    let words = [claim.status.to_string(), claim.expected.clone(), claim.reason.clone()];
    let words: Vec<String> = words.into_iter().filter(|part| !part.is_empty()).collect();
    format!(
        "<td class=\"kovacs-{class}\" title=\"{}\">{}{measure}</td>",
        escape(&words.join("; ")),
        claim.status.sign()
    )
}

fn failure(claim: &Claim) -> String {
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
    format!("{text}. {}.", capitalised(&escape(reason)).trim_end_matches('.'))
}

fn capitalised(text: &str) -> String {
    let mut characters = text.chars();
    characters.next().map(|first| first.to_uppercase().chain(characters).collect()).unwrap_or_default()
}
