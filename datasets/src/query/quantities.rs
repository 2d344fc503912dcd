//! Numbers with units in the text of a query: `t_w > 15 min`, `eps2 = 0.3 %`, `temperature >= 320 °C`.
//!
//! SQL has no such thing. The text is cut into tokens by the SQL parser's own tokenizer; a number that is followed by a
//! unit becomes a placeholder, an identifier that no text can spell, and what it stands for is kept aside until its
//! column is known. A `%` before another operand stays the remainder of a division. What looks like a unit and is none
//! is an error: after a number, SQL itself has a word only in an alias, for which there is `as`.

use super::error::QueryError;
use kovacs_core::units::{Unit, UnitError, parse_unit};
use sqlparser::dialect::GenericDialect;
use sqlparser::keywords::Keyword;
use sqlparser::tokenizer::{Token, TokenWithSpan, Tokenizer, Word};

/// Begins every placeholder; a control character, which is refused in a query.
const MARK: char = '\u{1}';

/// Tokens that a unit has at most: `1/(MPa.s)` has eight.
const LONGEST_UNIT: usize = 8;

/// A number with its unit, as it stands in a query.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Quantity {
    pub(crate) value: f64,
    pub(crate) unit: Unit,
    /// As written.
    pub(crate) text: String,
}

/// A query cut into tokens, its quantities replaced by placeholders.
#[derive(Debug)]
pub(crate) struct Tokens {
    pub(crate) tokens: Vec<TokenWithSpan>,
    pub(crate) quantities: Vec<Quantity>,
}

/// The number of a placeholder, if this identifier is one.
pub(crate) fn placeholder(identifier: &str) -> Option<usize> {
    identifier.strip_prefix(MARK)?.parse().ok()
}

/// Cuts a query into tokens.
pub(crate) fn tokens(text: &str) -> Result<Tokens, QueryError> {
    let syntax = |reason: String| QueryError::Syntax { text: text.to_string(), reason };
    if let Some(odd) = text.chars().find(|c| c.is_control() && !c.is_whitespace()) {
        return Err(syntax(format!("it holds the control character U+{:04X}", odd as u32)));
    }
    let plain = text.replace('\u{2212}', "-");
    let all =
        Tokenizer::new(&GenericDialect, &plain).tokenize_with_location().map_err(|error| syntax(error.to_string()))?;
    let mut found = Tokens { tokens: Vec::with_capacity(all.len()), quantities: Vec::new() };
    let mut rest = all.as_slice();
    while let [token, after @ ..] = rest {
        rest = after;
        if let Token::Number(number, _) = &token.token
            && let Some((unit, length)) = unit_after(number, after)?
        {
            let written = Text(after.get(..length).unwrap_or_default()).to_string();
            found.quantity(number, unit, &written, token).map_err(syntax)?;
            rest = after.get(length..).unwrap_or_default();
        } else {
            found.tokens.push(token.clone());
        }
    }
    Ok(found)
}

impl Tokens {
    fn quantity(&mut self, number: &str, unit: Unit, written: &str, at: &TokenWithSpan) -> Result<(), String> {
        let mut value: f64 = number.parse().map_err(|_| format!("`{number}` is not a number"))?;
        let mut text = format!("{number}{written}");
        if let Some(sign) = self.sign() {
            // -5 °C is 268.15 K, not the negative of 5 °C: the sign belongs to the number.
            self.tokens.truncate(sign);
            (value, text) = (-value, format!("-{text}"));
        }
        if !value.is_finite() {
            return Err(format!("`{text}` is not finite"));
        }
        let name = format!("{MARK}{}", self.quantities.len());
        self.tokens.push(TokenWithSpan { token: Token::make_word(&name, Some('"')), span: at.span });
        self.quantities.push(Quantity { value, unit, text });
        Ok(())
    }

    /// Where the minus sign of the number to come stands, if it has one and nothing is left of it to subtract from.
    fn sign(&self) -> Option<usize> {
        let solid = |token: &&(usize, &TokenWithSpan)| !matches!(token.1.token, Token::Whitespace(_));
        let numbered: Vec<_> = self.tokens.iter().enumerate().collect();
        let mut back = numbered.iter().rev().filter(solid);
        let (place, _) = back.next().filter(|(_, token)| token.token == Token::Minus)?;
        let binary = back.next().is_some_and(|(_, token)| match &token.token {
            Token::Word(word) => !is_structural(word),
            Token::Number(..) | Token::SingleQuotedString(_) | Token::RParen => true,
            _ => false,
        });
        (!binary).then_some(*place)
    }
}

/// Tokens as they were written.
struct Text<'a>(&'a [TokenWithSpan]);

impl std::fmt::Display for Text<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.iter().try_for_each(|token| write!(f, "{}", token.token))
    }
}

/// The unit that follows a number, and how many tokens it takes; `None` where what follows is SQL.
fn unit_after(number: &str, after: &[TokenWithSpan]) -> Result<Option<(Unit, usize)>, QueryError> {
    let spaces = after.iter().take_while(|token| matches!(token.token, Token::Whitespace(_))).count();
    let candidate = after.get(spaces..).unwrap_or_default();
    let begins_like_a_unit = match candidate.first().map(|token| &token.token) {
        Some(Token::Word(word)) => word.quote_style.is_none(),
        Some(Token::Char(_) | Token::Mod) => true,
        Some(Token::Number(..)) => spaces > 0,
        _ => false,
    };
    if !begins_like_a_unit {
        return Ok(None);
    }
    let longest = candidate.len().min(LONGEST_UNIT);
    let known = (1..=longest).rev().find_map(|length| {
        let (unit, rest) = candidate.split_at_checked(length)?;
        let ends_solid = unit.last().is_some_and(|token| !matches!(token.token, Token::Whitespace(_)));
        let text = Text(unit).to_string();
        let unit = parse_unit(&text).ok().filter(|_| ends_solid && text != "none" && !goes_on(rest))?;
        Some((unit, spaces + length))
    });
    if known.is_some() {
        return Ok(known);
    }
    match candidate.first().map(|token| &token.token) {
        Some(Token::Word(word)) => match parse_unit(&word.value) {
            Err(UnitError::UnknownUnit { suggestion: None, .. }) if is_structural(word) => Ok(None),
            Err(source) => Err(QueryError::Unit { quantity: format!("`{number} {}`", word.value), source }),
            // A function of this name: `5 min(`.
            Ok(_) => Ok(None),
        },
        Some(Token::Char(odd)) => {
            let source = UnitError::UnknownUnit { text: odd.to_string(), suggestion: None };
            Err(QueryError::Unit { quantity: format!("`{number} {odd}`"), source })
        }
        _ => Ok(None),
    }
}

/// Whether an expression goes on in a way that makes the tokens before part of it and not a unit: `30 % 7`, `5 min(`.
fn goes_on(rest: &[TokenWithSpan]) -> bool {
    match rest.iter().map(|token| &token.token).find(|token| !matches!(token, Token::Whitespace(_))) {
        Some(Token::Word(word)) => !is_structural(word),
        Some(Token::Number(..) | Token::LParen | Token::Char(_) | Token::Period) => true,
        _ => false,
    }
}

/// A word of SQL that may follow a number or stand before one. Names of columns that SQL reserves elsewhere, such as
/// `time`, are not among them.
fn is_structural(word: &Word) -> bool {
    use Keyword as K;
    #[rustfmt::skip]
    let structural = matches!(
        word.keyword,
        K::SELECT | K::DISTINCT | K::FROM | K::WHERE | K::GROUP | K::HAVING | K::QUALIFY | K::ORDER | K::BY | K::LIMIT
            | K::OFFSET | K::FETCH | K::UNION | K::EXCEPT | K::INTERSECT | K::ALL | K::AND | K::OR | K::XOR | K::NOT | K::IN
            | K::IS | K::NULL | K::LIKE | K::ILIKE | K::BETWEEN | K::CASE | K::WHEN | K::THEN | K::ELSE | K::END | K::AS
            | K::ASC | K::DESC | K::NULLS | K::ON | K::USING | K::JOIN | K::INNER | K::LEFT | K::RIGHT | K::FULL | K::CROSS
            | K::NATURAL | K::OVER | K::WINDOW | K::ROW | K::ROWS | K::RANGE | K::PRECEDING | K::FOLLOWING | K::ONLY
            | K::WITHIN | K::FILTER | K::TRUE | K::FALSE
    );
    word.quote_style.is_none() && structural
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The query with its quantities in brackets, in internal units.
    fn read(text: &str) -> String {
        match tokens(text) {
            Ok(found) => {
                let word = |token: &TokenWithSpan| match &token.token {
                    Token::Word(word) => match placeholder(&word.value) {
                        Some(number) => {
                            let quantity = &found.quantities[number];
                            format!("[{} {}]", quantity.value, quantity.unit)
                        }
                        None => word.to_string(),
                    },
                    other => other.to_string(),
                };
                found.tokens.iter().map(word).collect()
            }
            Err(error) => error.to_string().chars().take(60).collect(),
        }
    }

    #[test]
    fn numbers_with_units_are_found_and_sql_is_left_alone() {
        let same = |text: &str| assert_eq!(read(text), text);
        same("select * from curves where t_w > 100 and eps2 < 0.004 order by time limit 10 offset 5");
        same("time % 30 = 0 and 30 % 7 = 2 and (time) % stage = 1");
        same("case when x > 1 then 2 else 3 end");
        same("x between 1 and 2 or glass = '15 min' or \"15 min\" > 3");
        assert_eq!(read("t_w > 15 min"), "t_w > [15 min]");
        assert_eq!(read("t_w>30s and t_w in (5 min, 1 h)"), "t_w>[30 s] and t_w in ([5 min], [1 h])");
        assert_eq!(read("eps2 = 0.3 % and eps1 = 0.5%"), "eps2 = [0.3 %] and eps1 = [0.5 %]");
        assert_eq!(read("eps2 = 0.3 % order by time"), "eps2 = [0.3 %] order by time");
        assert_eq!(read("temperature >= 320 °C"), "temperature >= [320 Cel]");
        assert_eq!(read("temperature > -5 °C"), "temperature > [-5 Cel]");
        assert_eq!(read("time - 5 min > 0"), "time - [5 min] > 0");
        assert_eq!(read("time > time -5min"), "time > time -[5 min]");
        assert_eq!(read("5 % time = 0"), "5 % time = 0");
        assert_eq!(read("rate > 2 %/s or q < 1.5 Å-1"), "rate > [2 %/s] or q < [1.5 Ao-1]");
        assert_eq!(read("j < 3 1/MPa"), "j < [3 1/MPa]");
        assert_eq!(read("t_w between 5 min and 20 min"), "t_w between [5 min] and [20 min]");
    }

    #[test]
    fn what_looks_like_a_unit_and_is_none_is_named() {
        assert!(read("stress > 5 psi").starts_with("`5 psi`: unknown unit `psi`"));
        assert!(read("t_w > 15 MIN").starts_with("`15 MIN`: unknown unit `MIN` (did you mean `min`?)"));
        assert!(read("stress > 5 mpa").contains("did you mean `MPa`"));
        assert!(read("a = 'open").starts_with("cannot understand"));
        assert!(read("a \u{1} b").contains("control"));
    }
}
