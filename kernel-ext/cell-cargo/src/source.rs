//! What is replaced in the source that evcxr generates, without moving a line.
//!
//! - The module with the store of variables, 80 lines of generic code in every cell that has a variable, becomes a
//!   path to the same store in the prelude, compiled once.
//! - evcxr turns `?` into `EvcxrUserCodeError::from(error)`, which prints the error and forgets where it came from.
//!   The print becomes a call of ours, and the function is marked `#[track_caller]`.
//! - evcxr's second attempt at showing the last expression, which only knows `{:?}`, shows rich values too.
//!
//! Lines keep their numbers, so every place in the compiler's messages stays right. If a text is not found (another
//! evcxr), it stays as it is.

const MODULE: &str = "mod evcxr_internal_runtime {\n";
const MODULE_END: &str = "    Box::into_raw(Box::new(VariableStore::new()))\n}\n";
/// Length and digest of what stands between `MODULE` and the end of `MODULE_END` in evcxr 0.22.0.
const MODULE_LENGTH: usize = 2644;
const MODULE_DIGEST: u64 = 0x5e2a_68d5_2347_918d;

const FUNCTION: &str = "fn from(error: T) -> Self {";
const TRACKED: &str = "#[track_caller] fn from(error: T) -> Self {";
const PRINTS: &str = "eprintln!(\"{}\", error);";
const REPORTS: &str = "::kovacs::rt::early_return(::std::any::type_name::<T>(), &::std::format!(\"{:#}\", error));";
/// evcxr's second attempt at the last expression, and what takes its place, with as many parentheses to close.
const SECOND_ATTEMPT: &str = "evcxr_send_text_plain(&format!(\"{:?}\",&(\n";
const SHOWS: &str = "::kovacs::show_value!(((\n";

/// The source to compile.
pub(crate) fn rewrite(source: &str) -> String {
    report_early_returns(&share_the_store(source)).replacen(SECOND_ATTEMPT, SHOWS, 1)
}

fn share_the_store(source: &str) -> String {
    let Some(start) = source.find(MODULE).map(|start| start + MODULE.len()) else { return source.to_owned() };
    let Some(length) = source[start..].find(MODULE_END).map(|length| length + MODULE_END.len()) else {
        return source.to_owned();
    };
    let (head, rest) = source.split_at(start);
    let (module, tail) = rest.split_at(length);
    if module.len() != MODULE_LENGTH || digest(module.as_bytes()) != MODULE_DIGEST {
        return source.to_owned();
    }
    format!("{head}pub use ::kovacs::variables::*;{}{tail}", "\n".repeat(module.matches('\n').count()))
}

fn report_early_returns(source: &str) -> String {
    let Some(start) = source.find("struct EvcxrUserCodeError {}") else { return source.to_owned() };
    let (head, tail) = source.split_at(start);
    if !tail.contains(FUNCTION) || !tail.contains(PRINTS) {
        return source.to_owned();
    }
    format!("{head}{}", tail.replacen(FUNCTION, TRACKED, 1).replacen(PRINTS, REPORTS, 1))
}

/// FNV-1a: tells texts apart, defends against nobody.
pub(crate) fn digest(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As evcxr 0.22.0 generates it.
    const GENERATED: &str = "let user = 1;\n            struct EvcxrUserCodeError {}\n            impl<T: std::fmt::Display> \
        From<T> for EvcxrUserCodeError {\n                fn from(error: T) -> Self {\n                    \
        eprintln!(\"{}\", error);\n                    println!(\"{}\", evcxr_internal_runtime::USER_ERROR_OCCURRED);\n";

    #[test]
    fn the_report_replaces_the_print_and_no_line_moves() {
        let rewritten = rewrite(GENERATED);
        assert!(rewritten.contains(REPORTS) && rewritten.contains(TRACKED) && !rewritten.contains(PRINTS));
        assert_eq!(rewritten.lines().count(), GENERATED.lines().count());
    }

    #[test]
    fn the_second_attempt_shows_rich_values_and_no_line_moves() {
        let generated = "evcxr_send_text_plain(&format!(\"{:?}\",&(\nfigure.panel(panel)\n)));";
        assert_eq!(rewrite(generated), "::kovacs::show_value!(((\nfigure.panel(panel)\n)));");
        assert_eq!(rewrite("(figure).evcxr_display();"), "(figure).evcxr_display();");
    }

    #[test]
    fn other_sources_are_left_alone() {
        let source = format!("eprintln!(\"{{}}\", error);\n{MODULE}// not evcxr's\n{MODULE_END}");
        assert_eq!(rewrite(&source), source);
    }
}
