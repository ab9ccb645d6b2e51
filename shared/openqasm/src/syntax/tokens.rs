//! Which kinds of words, numbers and signs are there?

use super::names::Symbol;
use crate::diagnostics::Span;

#[derive(Debug, Clone, Copy)]
pub(crate) struct Token {
    pub(crate) kind: TokenKind,
    pub(crate) span: Span,
    /// Of a name; of a keyword too, for the places where it may be one.
    pub(crate) symbol: Symbol,
}

macro_rules! token_kinds {
    (words { $($word:ident => $word_text:literal,)* } signs { $($sign:ident => $sign_text:literal,)* }) => {
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(crate) enum TokenKind {
            Name,
            /// `$7`
            PhysicalQubit,
            Integer,
            Float,
            /// A number with `im` after it.
            Imaginary,
            /// A number with a unit of time after it.
            Timing,
            /// A quoted text; the span includes the quotes.
            Text,
            /// `#pragma …` or `pragma …`, up to the end of the line.
            Pragma,
            /// `#pragma braket`, whose line follows as tokens.
            BraketPragma,
            /// Where the line of a pragma of Braket ends.
            PragmaEnd,
            /// `@word …`, up to the end of the line.
            Annotation,
            /// Not readable, and already reported.
            Broken,
            End,
            $($word,)*
            $($sign,)*
        }

        impl TokenKind {
            /// As it is written, if it is always written the same.
            pub(crate) fn text(self) -> &'static str {
                match self {
                    $(Self::$word => $word_text,)*
                    $(Self::$sign => $sign_text,)*
                    Self::Name => "a name",
                    Self::PhysicalQubit => "a physical qubit",
                    Self::Integer | Self::Float => "a number",
                    Self::Imaginary => "an imaginary number",
                    Self::Timing => "a duration",
                    Self::Text => "a quoted text",
                    Self::Pragma | Self::BraketPragma => "a pragma",
                    Self::PragmaEnd => "the end of the line",
                    Self::Annotation => "an annotation",
                    Self::Broken => "something unreadable",
                    Self::End => "the end of the program",
                }
            }

            pub(crate) fn is_fixed(self) -> bool {
                matches!(self, $(Self::$word)|* $(| Self::$sign)*)
            }

            pub(crate) fn is_word(self) -> bool {
                matches!(self, $(Self::$word)|*)
            }
        }

        /// The keywords of OpenQASM 3, to be looked through.
        const WORDS: &[(&str, TokenKind)] = &[$(($word_text, TokenKind::$word),)*];
    };
}

token_kinds! {
    words {
        Openqasm => "OPENQASM",
        Include => "include",
        Defcalgrammar => "defcalgrammar",
        Def => "def",
        Cal => "cal",
        Defcal => "defcal",
        Gate => "gate",
        Extern => "extern",
        Box => "box",
        Let => "let",
        Break => "break",
        Continue => "continue",
        If => "if",
        Else => "else",
        EndWord => "end",
        Return => "return",
        For => "for",
        While => "while",
        In => "in",
        Switch => "switch",
        Case => "case",
        Default => "default",
        Nop => "nop",
        Input => "input",
        Output => "output",
        Const => "const",
        Readonly => "readonly",
        Mutable => "mutable",
        Qreg => "qreg",
        Qubit => "qubit",
        Creg => "creg",
        Bool => "bool",
        Bit => "bit",
        Int => "int",
        Uint => "uint",
        FloatWord => "float",
        Angle => "angle",
        Complex => "complex",
        Array => "array",
        Void => "void",
        Duration => "duration",
        Stretch => "stretch",
        Gphase => "gphase",
        Inv => "inv",
        Pow => "pow",
        Ctrl => "ctrl",
        Negctrl => "negctrl",
        Durationof => "durationof",
        Delay => "delay",
        Reset => "reset",
        Measure => "measure",
        Barrier => "barrier",
        True => "true",
        False => "false",
        Opaque => "opaque",
    }
    signs {
        LeftBracket => "[",
        RightBracket => "]",
        LeftBrace => "{",
        RightBrace => "}",
        LeftParenthesis => "(",
        RightParenthesis => ")",
        Colon => ":",
        Semicolon => ";",
        Dot => ".",
        Comma => ",",
        Equals => "=",
        Arrow => "->",
        Plus => "+",
        DoublePlus => "++",
        Minus => "-",
        Star => "*",
        DoubleStar => "**",
        Slash => "/",
        Percent => "%",
        Pipe => "|",
        DoublePipe => "||",
        Ampersand => "&",
        DoubleAmpersand => "&&",
        Caret => "^",
        At => "@",
        Tilde => "~",
        Exclamation => "!",
        DoubleEquals => "==",
        NotEquals => "!=",
        PlusEquals => "+=",
        MinusEquals => "-=",
        StarEquals => "*=",
        SlashEquals => "/=",
        AmpersandEquals => "&=",
        PipeEquals => "|=",
        TildeEquals => "~=",
        CaretEquals => "^=",
        ShiftLeftEquals => "<<=",
        ShiftRightEquals => ">>=",
        PercentEquals => "%=",
        DoubleStarEquals => "**=",
        Less => "<",
        LessEquals => "<=",
        Greater => ">",
        GreaterEquals => ">=",
        ShiftLeft => "<<",
        ShiftRight => ">>",
        Dim => "#dim",
    }
}

/// Length of the longest keyword.
const LONGEST_WORD: usize = 13;

/// Where the keywords of a length with a first letter begin in [`WORDS`]; a bit for each word.
const WORDS_BY_SHAPE: [u64; 1 << 9] = words_by_shape();

const fn shape(text: &[u8]) -> usize {
    // the letter's low five bits and the length's low four
    ((text[0] as usize & 31) << 4) | (text.len() & 15)
}

const fn words_by_shape() -> [u64; 1 << 9] {
    let mut found = [0; 1 << 9];
    let mut at = 0;
    while at < WORDS.len() {
        found[shape(WORDS[at].0.as_bytes())] |= 1 << at;
        at += 1;
    }
    found
}

/// The keyword of OpenQASM 3 that a name is.
pub(crate) fn keyword(name: &str) -> Option<TokenKind> {
    if name.is_empty() || name.len() > LONGEST_WORD {
        return None;
    }
    let mut candidates = WORDS_BY_SHAPE[shape(name.as_bytes())];
    while candidates != 0 {
        let (word, kind) = WORDS[candidates.trailing_zeros() as usize];
        if word == name {
            return Some(kind);
        }
        candidates &= candidates - 1;
    }
    None
}

/// Whether a keyword is one in OpenQASM 2 too; the others are ordinary names there.
pub(crate) fn is_old_keyword(kind: TokenKind) -> bool {
    matches!(
        kind,
        TokenKind::Openqasm
            | TokenKind::Include
            | TokenKind::Qreg
            | TokenKind::Creg
            | TokenKind::Gate
            | TokenKind::Opaque
            | TokenKind::Barrier
            | TokenKind::Measure
            | TokenKind::Reset
            | TokenKind::If
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_keyword_is_found_and_nothing_else() {
        assert!(WORDS.len() <= 64);
        for (word, kind) in WORDS {
            assert!(word.len() <= LONGEST_WORD);
            assert_eq!(keyword(word), Some(*kind));
            assert_eq!(keyword(&format!("{word}s")), None);
        }
        assert_eq!(keyword("cx"), None);
        assert_eq!(keyword(""), None);
    }
}
