//! Tokens, read as an expression.

use super::Fault;
use super::lexer::{Token, TokenKind, tokens};

/// Brackets within brackets are followed so far.
const DEEPEST: usize = 64;

/// An expression, with the character (from 1) of what can go wrong in it.
#[derive(Debug, Clone, PartialEq)]
pub(in super::super) enum Expression {
    Number(f64),
    Text(String),
    Name { name: String, place: usize },
    List(Vec<Expression>),
    Negative(Box<Expression>),
    Binary { operator: Operator, left: Box<Expression>, right: Box<Expression>, place: usize },
    Call { function: String, arguments: Vec<Expression>, place: usize },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum Operator {
    Or,
    And,
    Equal,
    Unequal,
    Less,
    AtMost,
    More,
    AtLeast,
    Plus,
    Minus,
    Times,
    Over,
    Power,
}

impl Operator {
    /// The operator of a token, and how tightly it binds.
    fn of(token: &TokenKind) -> Option<(Self, u8)> {
        Some(match token {
            TokenKind::Name(name) => match name.as_str() {
                "OR" => (Self::Or, 1),
                "AND" => (Self::And, 2),
                _ => return None,
            },
            TokenKind::Sign(sign) => match *sign {
                "||" => (Self::Or, 1),
                "&&" => (Self::And, 2),
                "==" => (Self::Equal, 3),
                "!=" => (Self::Unequal, 3),
                "<" => (Self::Less, 3),
                "<=" => (Self::AtMost, 3),
                ">" => (Self::More, 3),
                ">=" => (Self::AtLeast, 3),
                "+" => (Self::Plus, 4),
                "-" => (Self::Minus, 4),
                "*" => (Self::Times, 5),
                "/" => (Self::Over, 5),
                "^" => (Self::Power, 7),
                _ => return None,
            },
            TokenKind::Number(_) | TokenKind::Text(_) | TokenKind::End => return None,
        })
    }

    /// The result of two numbers; none where there is none, as of a division by zero.
    pub(super) fn apply(self, left: f64, right: f64) -> Option<f64> {
        let truth = |holds: bool| if holds { 1.0 } else { 0.0 };
        let result = match self {
            Self::Or => truth(left != 0.0 || right != 0.0),
            Self::And => truth(left != 0.0 && right != 0.0),
            Self::Equal => truth(left == right),
            Self::Unequal => truth(left != right),
            Self::Less => truth(left < right),
            Self::AtMost => truth(left <= right),
            Self::More => truth(left > right),
            Self::AtLeast => truth(left >= right),
            Self::Plus => left + right,
            Self::Minus => left - right,
            Self::Times => left * right,
            Self::Over => left / right,
            Self::Power => left.powf(right),
        };
        result.is_finite().then_some(result)
    }
}

/// How tightly a leading minus binds: looser than a power, tighter than a product.
const NEGATIVE: u8 = 6;

/// Reads a whole expression.
pub(in super::super) fn parse(text: &str) -> Result<Expression, Fault> {
    let tokens = tokens(text)?;
    if let Some(Token { kind: TokenKind::Name(first), place }) = tokens.first()
        && first.eq_ignore_ascii_case("SELECT")
    {
        return Err(Fault::at(*place, "Metrics Insights queries (SELECT …) need CloudWatch"));
    }
    let mut parser = Parser { tokens: &tokens, at: 0, depth: 0 };
    let expression = parser.expression(0)?;
    let rest = parser.peek();
    match rest.kind {
        TokenKind::End => Ok(expression),
        _ => Err(Fault::at(rest.place, format!("{} is not expected here", word(&rest.kind)))),
    }
}

struct Parser<'a> {
    tokens: &'a [Token],
    at: usize,
    depth: usize,
}

/// What stands behind the last token.
const END: Token = Token { kind: TokenKind::End, place: 0 };

impl Parser<'_> {
    fn peek(&self) -> &Token {
        self.tokens.get(self.at).or(self.tokens.last()).unwrap_or(&END)
    }

    fn next(&mut self) -> Token {
        let token = self.peek().clone();
        self.at += 1;
        token
    }

    fn takes(&mut self, sign: &str) -> bool {
        let there = matches!(self.peek().kind, TokenKind::Sign(found) if found == sign);
        self.at += usize::from(there);
        there
    }

    fn expects(&mut self, sign: &str) -> Result<(), Fault> {
        if self.takes(sign) {
            return Ok(());
        }
        let found = self.peek();
        Err(Fault::at(found.place, format!("want {sign}, found {}", word(&found.kind))))
    }

    /// Reads operands and operators that bind tighter than `least`.
    fn expression(&mut self, least: u8) -> Result<Expression, Fault> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(Fault::at(self.peek().place, format!("brackets are more than {DEEPEST} deep")));
        }
        let mut left = self.operand()?;
        while let Some((operator, binding)) = Operator::of(&self.peek().kind).filter(|(_, binding)| *binding > least) {
            let place = self.next().place;
            // A power of a power is read from the right.
            let right = self.expression(if operator == Operator::Power { binding - 1 } else { binding })?;
            left = Expression::Binary { operator, left: Box::new(left), right: Box::new(right), place };
        }
        self.depth -= 1;
        Ok(left)
    }

    fn operand(&mut self) -> Result<Expression, Fault> {
        let token = self.next();
        match token.kind {
            TokenKind::Number(number) => Ok(Expression::Number(number)),
            TokenKind::Text(text) => Ok(Expression::Text(text)),
            TokenKind::Name(name) if self.takes("(") => {
                let arguments = self.list(")")?;
                Ok(Expression::Call { function: name, arguments, place: token.place })
            }
            TokenKind::Name(name) => Ok(Expression::Name { name, place: token.place }),
            TokenKind::Sign("-") => Ok(Expression::Negative(Box::new(self.expression(NEGATIVE)?))),
            TokenKind::Sign("+") => self.expression(NEGATIVE),
            TokenKind::Sign("(") => {
                let inner = self.expression(0)?;
                self.expects(")")?;
                Ok(inner)
            }
            TokenKind::Sign("[") => Ok(Expression::List(self.list("]")?)),
            kind @ (TokenKind::Sign(_) | TokenKind::End) => {
                Err(Fault::at(token.place, format!("want a value, found {}", word(&kind))))
            }
        }
    }

    /// Expressions with commas in between, up to the closing sign.
    fn list(&mut self, close: &str) -> Result<Vec<Expression>, Fault> {
        let mut all = Vec::new();
        if self.takes(close) {
            return Ok(all);
        }
        loop {
            all.push(self.expression(0)?);
            if !self.takes(",") {
                self.expects(close)?;
                return Ok(all);
            }
        }
    }
}

/// A token as people read it.
fn word(token: &TokenKind) -> String {
    match token {
        TokenKind::Number(number) => number.to_string(),
        TokenKind::Name(name) => name.chars().take(40).collect(),
        TokenKind::Text(text) => format!("{:?}", text.chars().take(40).collect::<String>()),
        TokenKind::Sign(sign) => (*sign).to_owned(),
        TokenKind::End => "the end".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// An expression with all its brackets.
    fn whole(expression: &Expression) -> String {
        let all = |list: &[Expression]| list.iter().map(whole).collect::<Vec<_>>().join(" ");
        match expression {
            Expression::Number(number) => number.to_string(),
            Expression::Text(text) => format!("{text:?}"),
            Expression::Name { name, .. } => name.clone(),
            Expression::List(list) => format!("[{}]", all(list)),
            Expression::Negative(inner) => format!("(- {})", whole(inner)),
            Expression::Binary { operator, left, right, .. } => {
                format!("({operator:?} {} {})", whole(left), whole(right))
            }
            Expression::Call { function, arguments, .. } => format!("{function}({})", all(arguments)),
        }
    }

    #[test]
    fn operators_bind_as_in_school() {
        for (text, expected) in [
            ("a + b * 2", "(Plus a (Times b 2))"),
            ("(a + b) * 2", "(Times (Plus a b) 2)"),
            ("10 - 3 - 2", "(Minus (Minus 10 3) 2)"),
            ("2 ^ 3 ^ 2", "(Power 2 (Power 3 2))"),
            ("-2 ^ 2", "(- (Power 2 2))"),
            ("a / b < 0.05 AND c > 1e3 OR d", "(Or (And (Less (Over a b) 0.05) (More c 1000)) d)"),
            ("SUM([m1, m2]) / 2", "(Over SUM([m1 m2]) 2)"),
            ("FILL(METRICS('err'), REPEAT)", "FILL(METRICS(\"err\") REPEAT)"),
            ("METRICS()", "METRICS()"),
        ] {
            assert_eq!(whole(&parse(text).unwrap()), expected, "{text}");
        }
    }

    #[test]
    fn faults_name_what_and_where() {
        for (text, place, why) in [
            ("a +", 4, "want a value, found the end"),
            ("a b", 3, "b is not expected here"),
            ("SUM(a", 6, "want ), found the end"),
            ("a + 'x", 5, "the text that begins here lacks its closing '"),
            ("a # b", 3, "'#' is not expected here"),
            ("(a, b)", 3, "want ), found ,"),
            ("SELECT AVG(CPUUtilization)", 1, "Metrics Insights queries (SELECT …) need CloudWatch"),
            ("1e999", 1, "1e999 is no number"),
        ] {
            assert_eq!(parse(text).unwrap_err(), Fault::at(place, why), "{text}");
        }
        assert!(parse(&"(".repeat(2_000)).unwrap_err().why.contains("deep"));
        assert!(parse(&"-".repeat(2_000)).is_err());
    }

    proptest! {
        #[test]
        fn no_text_panics(text in ".{0,80}") {
            let _ = parse(&text);
        }

        #[test]
        fn nothing_that_looks_like_an_expression_panics(text in "[a-cA-C0-2 ()+*/^,.'\"<=\\[\\]-]{0,60}") {
            let _ = parse(&text);
        }
    }
}
