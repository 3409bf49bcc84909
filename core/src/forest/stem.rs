//! What names have in common that differ by a number only: the stem of `worker-17` is `worker`.

/// Characters between a name and the number behind it, and around that.
const BETWEEN: &str = "-_.:#~ @+=/\\,([{<>}])";

/// Shortest part of a name that counts as a number although it has letters `a` … `f`.
const HEX: usize = 8;

/// A name without the numbers at its end, and without what stands between: `worker-1`, `worker[2]` and
/// `worker 10.0.0.1:80` all have the stem `worker`. Hexadecimal numbers of eight digits or more count,
/// too, and so do UUIDs. Empty for what is nothing but a number; all of a name that has none.
pub(super) fn stem(name: &str) -> &str {
    let mut rest = name;
    loop {
        let open = rest.trim_end_matches(|c| BETWEEN.contains(c));
        let shorter = without_number(open);
        if shorter.len() == open.len() {
            // What stands between belongs to the number behind it only.
            return if rest.len() == name.len() { name } else { open };
        }
        rest = shorter;
    }
}

fn without_number(text: &str) -> &str {
    if let Some(shorter) = without_uuid(text) {
        return shorter;
    }
    let shorter = text.trim_end_matches(|c: char| c.is_ascii_digit());
    let plain = text.trim_end_matches(|c: char| c.is_ascii_hexdigit());
    let hex = text.get(plain.len()..).unwrap_or_default();
    let stands_alone = plain.chars().next_back().is_none_or(|c| BETWEEN.contains(c));
    let is_hex = hex.len() >= HEX && hex.bytes().any(|b| b.is_ascii_digit());
    if stands_alone && is_hex { plain } else { shorter }
}

fn without_uuid(text: &str) -> Option<&str> {
    let at = text.len().checked_sub(36)?;
    let (rest, uuid) = text.split_at_checked(at)?;
    let is_part = |(n, byte): (usize, u8)| match n {
        8 | 13 | 18 | 23 => byte == b'-',
        _ => byte.is_ascii_hexdigit(),
    };
    uuid.bytes().enumerate().all(is_part).then_some(rest)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn numbers_at_the_end_are_no_part_of_a_stem() {
        for (name, expected) in [
            ("worker-17", "worker"),
            ("worker17", "worker"),
            ("worker[17]", "worker"),
            ("worker (2)", "worker"),
            ("Connection~3", "Connection"),
            ("conn 10.0.0.1:5000", "conn"),
            ("room-3-worker-7", "room-3-worker"),
            ("session-3f2a9c1e", "session"),
            ("job 550e8400-e29b-41d4-a716-446655440000", "job"),
            ("550e8400-e29b-41d4-a716-446655440000", ""),
            ("42", ""),
            ("store-write", "store-write"),
            ("reader-", "reader-"),
            ("coffee-decade", "coffee-decade"),
            ("übung-9", "übung"),
            ("9é", "9é"),
            ("", ""),
        ] {
            assert_eq!(stem(name), expected, "{name:?}");
        }
    }

    proptest! {
        #[test]
        fn a_stem_has_itself_as_stem_and_begins_the_name(name in any::<String>()) {
            let short = stem(&name);
            prop_assert!(name.starts_with(short));
            prop_assert_eq!(stem(short), short);
        }

        #[test]
        fn numbers_do_not_change_it(stem_of in "[a-z]{1,5}[g-z]", a in any::<u32>(), b in any::<u32>()) {
            let (first, second) = (format!("{stem_of}-{a}"), format!("{stem_of}-{b}"));
            prop_assert_eq!(stem(&first), stem(&second));
        }
    }
}
