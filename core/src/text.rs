//! Names and paths. Everything that comes from a remote process is hostile until it went through
//! here.

/// Longest name of one actor, in bytes; longer ones are cut and marked.
pub const MAX_NAME: usize = 96;

/// Makes a name safe to draw, to print and to be a path segment: control characters become `␀`-like
/// pictures or `�`, `/` becomes `∕`, empty becomes `_`, and what is too long is cut with `…`.
pub fn segment(raw: &str) -> String {
    let mut out = String::with_capacity(raw.len().min(MAX_NAME));
    for c in raw.trim().chars() {
        let c = match c {
            // U+2215, looks the same and is no separator.
            '/' => '\u{2215}',
            c => visible(c),
        };
        if out.len() + c.len_utf8() > MAX_NAME - '…'.len_utf8() {
            out.push('…');
            break;
        }
        out.push(c);
    }
    if out.is_empty() { "_".to_owned() } else { out }
}

/// Whether [`segment`] would leave a name as it is; may say no for one that it would.
pub fn is_segment(raw: &str) -> bool {
    let fits = (1..=MAX_NAME - '…'.len_utf8()).contains(&raw.len());
    fits && raw.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'/')
}

/// Makes any text safe to draw on one line: no control characters, no direction changes, no line
/// breaks, at most `max` bytes.
pub fn line(raw: &str, max: usize) -> String {
    let mut out = String::with_capacity(raw.len().min(max));
    for c in raw.chars().map(visible) {
        if out.len() + c.len_utf8() + '…'.len_utf8() > max {
            out.push('…');
            break;
        }
        out.push(c);
    }
    out
}

/// A drawable stand-in for `c` if `c` could move the cursor, hide text or reorder it.
fn visible(c: char) -> char {
    match c {
        // The control pictures block mirrors the C0 controls.
        '\u{00}'..='\u{1f}' => char::from_u32(0x2400 + c as u32).unwrap_or('\u{fffd}'),
        '\u{7f}' => '\u{2421}',
        '\u{80}'..='\u{9f}'
        | '\u{200b}'..='\u{200f}'
        | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}'
        | '\u{feff}'
        | '\u{fff9}'..='\u{fffb}'
        | '\u{e0000}'..='\u{e007f}' => '\u{fffd}',
        c => c,
    }
}

/// The short form of a Rust type name: `my_app::rooms::Room<alloc::string::String>` →
/// `Room<String>`, `my_app::store::write::{{closure}}` → `write`.
pub fn short_type(full: &str) -> String {
    let full = full.replace("::{{closure}}", "");
    let mut out = String::with_capacity(full.len());
    let mut word = String::new();
    let mut chars = full.chars().peekable();
    while let Some(c) = chars.next() {
        if c == ':' && chars.peek() == Some(&':') {
            chars.next();
            word.clear();
        } else if c.is_alphanumeric() || c == '_' {
            word.push(c);
        } else {
            out.push_str(&word);
            word.clear();
            out.push(c);
        }
    }
    out.push_str(&word);
    out
}

/// Every digit of a number, in groups of three: `9,812`.
pub fn grouped(n: u64) -> String {
    let digits = n.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (i, c) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(c);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn numbers_are_grouped() {
        assert_eq!(grouped(0), "0");
        assert_eq!(grouped(999), "999");
        assert_eq!(grouped(9_812), "9,812");
        assert_eq!(grouped(1_234_567), "1,234,567");
    }

    #[test]
    fn hostile_names_become_harmless() {
        assert_eq!(segment("a/b"), "a∕b");
        assert_eq!(segment("\u{1b}[31mred"), "␛[31mred");
        assert_eq!(segment("  "), "_");
        assert_eq!(segment("room\nname"), "room␊name");
        assert_eq!(line("evil\u{202e}txt.exe", 100), "evil\u{fffd}txt.exe");
    }

    #[test]
    fn type_names_are_shortened_inside_generics_too() {
        assert_eq!(short_type("my_app::rooms::Room"), "Room");
        assert_eq!(short_type("a::Pool<b::Worker, alloc::vec::Vec<u8>>"), "Pool<Worker, Vec<u8>>");
        assert_eq!(short_type("&mut a::B"), "&mut B");
        assert_eq!(short_type("a::store::write<a::Log>::{{closure}}::{{closure}}"), "write<Log>");
    }

    proptest! {
        #[test]
        fn a_segment_is_short_printable_and_no_path(raw in any::<String>()) {
            let s = segment(&raw);
            prop_assert!(!s.is_empty() && s.len() <= MAX_NAME);
            prop_assert!(!s.contains('/') && !s.chars().any(char::is_control));
        }
    }
}
