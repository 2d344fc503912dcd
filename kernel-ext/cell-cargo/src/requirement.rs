//! A line of `:dep`, as far as it must be understood here: which crate, which versions, which features.
//!
//! cargo reads the line itself. Here it is only judged whether a crate that comes with Kovacs is what it asks for.

/// What a line of `[dependencies]` asks for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Dependency {
    /// The name by which cells call it, with underscores.
    pub(crate) name: String,
    /// The name in the registry, if it is another one.
    pub(crate) package: Option<String>,
    /// The versions that would do.
    pub(crate) version: Option<String>,
    /// Features that are asked for.
    pub(crate) features: Vec<String>,
    /// The folder that it comes from.
    pub(crate) path: Option<String>,
    /// Whether it comes from a folder or a repository.
    pub(crate) is_elsewhere: bool,
}

impl Dependency {
    /// Reads `name = "1"` or `name = { version = "1", features = ["a"] }`; `None` if it is neither.
    pub(crate) fn parse(line: &str) -> Option<Dependency> {
        let (name, value) = line.split_once('=')?;
        let name = name.trim().trim_matches('"').replace('-', "_");
        let mut dependency = Dependency { name, ..Dependency::default() };
        let value = value.trim();
        if value.starts_with('"') {
            dependency.version = strings(value).next();
            return Some(dependency);
        }
        let inside = value.strip_prefix('{')?.strip_suffix('}')?;
        for (key, value) in entries(inside) {
            match key.as_str() {
                "version" => dependency.version = strings(&value).next(),
                "package" => dependency.package = strings(&value).next(),
                "features" => dependency.features = strings(&value).collect(),
                "path" => (dependency.is_elsewhere, dependency.path) = (true, strings(&value).next()),
                "git" => dependency.is_elsewhere = true,
                _ => {}
            }
        }
        Some(dependency)
    }

    /// The name in the registry, with underscores.
    pub(crate) fn package(&self) -> String {
        self.package.as_ref().unwrap_or(&self.name).replace('-', "_")
    }

    /// Whether this version is among those asked for.
    pub(crate) fn accepts(&self, version: &str) -> bool {
        let Some(requirement) = &self.version else { return true };
        requirement.split(',').all(|part| accepts(part.trim(), version))
    }
}

/// What stands in quotes.
fn strings(text: &str) -> impl Iterator<Item = String> {
    text.split('"').skip(1).step_by(2).map(str::to_owned)
}

/// The entries of an inline table.
fn entries(text: &str) -> Vec<(String, String)> {
    let mut parts = vec![String::new()];
    let (mut depth, mut is_quoted) = (0_i32, false);
    for character in text.chars() {
        match character {
            '"' => is_quoted = !is_quoted,
            '[' | '{' if !is_quoted => depth += 1,
            ']' | '}' if !is_quoted => depth -= 1,
            ',' if !is_quoted && depth == 0 => {
                parts.push(String::new());
                continue;
            }
            _ => {}
        }
        if let Some(part) = parts.last_mut() {
            part.push(character);
        }
    }
    let entry =
        |part: &String| part.split_once('=').map(|(key, value)| (key.trim().to_owned(), value.trim().to_owned()));
    parts.iter().filter_map(entry).collect()
}

/// One comparison, by the rules of cargo.
fn accepts(comparison: &str, version: &str) -> bool {
    let operators = [">=", "<=", "=", ">", "<", "~", "^"];
    let (operator, text) = operators
        .iter()
        .find_map(|operator| Some((*operator, comparison.strip_prefix(operator)?)))
        .unwrap_or(("^", comparison));
    let Some(wanted) = numbers(text) else { return false };
    let Some(have) = numbers(version) else { return false };
    // Of the numbers that are written, the first `same` must agree.
    let agrees = |same: usize| have.iter().zip(&wanted).take(same).all(|(have, wanted)| have == wanted);
    let is_at_least = have.iter().zip(wanted.iter().chain([&0; 3])).take(3).find(|(have, wanted)| have != wanted);
    let is_at_least = is_at_least.is_none_or(|(have, wanted)| have > wanted);
    match operator {
        "=" => agrees(3),
        ">=" => is_at_least,
        ">" => is_at_least && !agrees(3),
        "<" => !is_at_least,
        "<=" => !is_at_least || agrees(3),
        "~" => is_at_least && agrees(wanted.len().min(2)),
        _ => {
            // Up to the first number that is not zero.
            let significant = wanted.iter().position(|number| *number != 0).map_or(wanted.len(), |index| index + 1);
            is_at_least && agrees(significant)
        }
    }
}

/// `1.2` of `1.2`, `1.2.*` and `1.2.3-beta` (then `1.2.3`); none of `*`.
fn numbers(text: &str) -> Option<Vec<u64>> {
    let text = text.trim();
    let end = text.find(['-', '+']).unwrap_or(text.len());
    text[..end].split('.').take_while(|part| !matches!(*part, "*" | "x" | "X")).map(|part| part.parse().ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn version(requirement: &str) -> Dependency {
        Dependency::parse(&format!("polars = \"{requirement}\"")).expect("a line of a manifest")
    }

    #[test]
    fn versions_are_judged_as_cargo_does() {
        for requirement in
            ["0.55", "0.55.1", "^0.55.2", "=0.55.2", "*", "0.*", "~0.55", ">=0.50, <0.60", "<=0.55.2", "0"]
        {
            assert!(version(requirement).accepts("0.55.2"), "{requirement}");
        }
        for requirement in ["0.54", "0.55.3", "1", "=0.55.1", "~0.54", ">=0.56", "<0.55", ">0.55.2", "nonsense"] {
            assert!(!version(requirement).accepts("0.55.2"), "{requirement}");
        }
        assert!(
            version("1.2").accepts("1.4.0") && !version("1.2").accepts("2.0.0") && !version("1.2").accepts("1.1.9")
        );
    }

    #[test]
    fn tables_are_read() {
        let line = "frames-of-data = { version = \"0.55\", package = \"polars\", features = [\"lazy\", \"sql\"], optional = false }";
        let dependency = Dependency::parse(line).expect("a line of a manifest");
        assert_eq!(dependency.name, "frames_of_data");
        assert_eq!(dependency.package(), "polars");
        assert_eq!(dependency.version.as_deref(), Some("0.55"));
        assert_eq!(dependency.features, ["lazy", "sql"]);
        assert!(!dependency.is_elsewhere);
        assert!(Dependency::parse("own = { path = \"/a, b/c\" }").expect("a line").is_elsewhere);
        assert_eq!(Dependency::parse("[features]"), None);
    }
}
