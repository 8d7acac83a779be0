//! The letters `go.pest` is written in: each token of Go is one byte.
//!
//! The pre-pass reads the tokens anyway, and a grammar over one byte per token never backtracks inside a token, skips no
//! blanks and can look two tokens ahead for the price of a short comparison.
//!
//! Small letters are the keywords that only statements and declarations begin with. `A` to `H` are ordered so that
//! binary operators (`A` to `E`) and unary ones (`C` to `H`) are ranges. Brackets, `, ; : . =` are themselves.

/// Identifiers and literals.
pub const NAME: u8 = b'N';
pub const NUMBER: u8 = b'0';
pub const STRING: u8 = b'"';
pub const RUNE: u8 = b'\'';

/// Tokens the pre-pass asks for.
pub const STAR: u8 = b'D';
pub const ARROW: u8 = b'H';
pub const INC_DEC: u8 = b'L';
pub const CHAN: u8 = b'Q';
pub const FUNC: u8 = b'T';
pub const MAP: u8 = b'W';

/// The letter of a keyword.
pub fn keyword(word: &[u8]) -> Option<u8> {
    Some(match word {
        b"break" => b'b',
        b"const" => b'k',
        b"continue" => b'c',
        b"defer" => b'd',
        b"fallthrough" => b'h',
        b"for" => b'f',
        b"go" => b'g',
        b"goto" => b'o',
        b"if" => b'i',
        b"return" => b'r',
        b"select" => b'e',
        b"switch" => b's',
        b"type" => b't',
        b"var" => b'v',
        b"case" => b'P',
        b"chan" => CHAN,
        b"default" => b'R',
        b"else" => b'S',
        b"func" => FUNC,
        b"import" => b'U',
        b"interface" => b'V',
        b"map" => MAP,
        b"package" => b'X',
        b"range" => b'Y',
        b"struct" => b'Z',
        _ => return None,
    })
}

/// Length and letter of the operator that begins here, the longest there is.
pub fn operator(rest: &[u8]) -> Option<(usize, u8)> {
    let second = rest.get(1).copied().unwrap_or(0);
    let third = rest.get(2).copied().unwrap_or(0);
    Some(match (*rest.first()?, second, third) {
        (b'.', b'.', b'.') => (3, b'M'),
        (b'<', b'<', b'=') | (b'>', b'>', b'=') | (b'&', b'^', b'=') => (3, b'K'),
        (b'+' | b'-' | b'*' | b'/' | b'%' | b'&' | b'|' | b'^', b'=', _) => (2, b'K'),
        (b':', b'=', _) => (2, b'J'),
        (b'+', b'+', _) | (b'-', b'-', _) => (2, INC_DEC),
        (b'<', b'-', _) => (2, ARROW),
        (b'&', b'&' | b'^', _) | (b'|', b'|', _) | (b'<', b'<' | b'=', _) | (b'>', b'>' | b'=', _) => (2, b'B'),
        (b'=' | b'!', b'=', _) => (2, b'B'),
        (b'/' | b'%' | b'<' | b'>', ..) => (1, b'B'),
        (b'|', ..) => (1, b'A'),
        (b'+' | b'-' | b'^', ..) => (1, b'C'),
        (b'*', ..) => (1, STAR),
        (b'&', ..) => (1, b'E'),
        (b'!', ..) => (1, b'F'),
        (b'~', ..) => (1, b'G'),
        (c @ (b'=' | b':' | b',' | b'.'), ..) => (1, c),
        _ => return None,
    })
}
