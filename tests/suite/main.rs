//! Whole behaviours, through the built executable: what a person at a shell sees.
//!
//! Everything runs as the user runs it: the `kovacs` program, plugins loaded from their files, notebooks executed by
//! real sessions. What one crate promises is tested beside its code, not here.
//!
//! Tests that read measured files look for them in `../shared/data`, or where `KOVACS_TEST_DATA` says, and say so when
//! they skip because there are none.

/// A session as a front end has it.
mod desk;
/// Starts the program, reads what it says.
mod program;
/// Writes small notebooks, reads executed ones.
mod scratch;

/// Books of a plain mdBook: its protocol through the program; figures as files for an article.
mod books;
/// How cells are compiled, and that no failure of it costs a variable.
mod cells;
/// Models that are closures in cells: swapped, wrong, stopped.
mod closures;
/// Help, versions, completions, exit codes of wrong command lines.
mod command_line;
/// `:commands` in cells: help, variables, models, data, time, files, and what is refused.
mod commands;
/// polars, ndarray, plotly, statrs in cells, and `:dep`.
mod crates;
/// Packages: listing, checking, damage, generating, importing a measured workbook.
mod data;
/// What is shown below a cell that failed.
mod errors;
/// `kovacs findings`: the computed table, its numbers, the book's copy of it.
mod findings;
/// `kovacs fit`, `compare` and `linear`: truth recovered, results found again, refusals.
mod fit;
/// Fits in cells: lines, energies, critical times, recoveries, Eq. (1); what is refused.
mod fits;
/// The guide's cells run as they stand.
mod guide;
/// `kovacs data import`: what is shown, asked and remembered; an article's workbook on its way into a figure.
mod import;
/// An installation: packed, moved, run without the workspace, installed, removed; completions, manual, citations.
mod installation;
/// What meets a session from outside: a full disk, killed compilers.
mod misfortunes;
/// Libraries of models: found, shadowed, broken, missing.
mod models;
/// A new model from nothing to a notebook: written, built, checked, listed, approved.
mod new_model;
/// Notebooks: outputs, failures of every kind, limits, interrupts, several at once.
mod notebooks;
/// `kovacs data observe`: humps with their errors, of shipped packages and of an imported record.
mod observe;
/// Plugins that are rebuilt, that misbehave, that nobody has approved, that are not in the lock.
mod plugins;
/// `kovacs predict` against independently computed values, and what it refuses.
mod predict;
/// `kovacs reproduce` and `kovacs book` on a small project.
mod reproduce;
/// The runner: parameters, kept results, references, resumed and killed runs, reports for CI.
mod runner;
/// The scorecard of this project, against the committed list of its claims.
mod scorecard;
/// Sessions as a front end has them: failures, input, displays, cells that ruin their process.
mod sessions;
/// `kovacs structure`: patterns, G(r), widths, written files, what is refused.
mod structure;
/// Questions over packages, rows at a shell, tables in cells.
mod tables;
