//! What the environment tells of the terminal: which colours it has and whether it shows Unicode.

use super::ColorChoice;
use super::theme::{Colors, Theme};

/// Terminals that have true colour and say so only by their names.
const TRUE_COLOR: [&str; 7] =
    ["kitty", "alacritty", "wezterm", "foot", "ghostty", "contour", "-direct"];

/// How things look where the environment is `env`.
pub fn theme(color: ColorChoice, ascii: bool, env: impl Fn(&str) -> Option<String>) -> Theme {
    let set = |name: &str| env(name).filter(|value| !value.is_empty());
    Theme { colors: colors(color, &set), ascii: ascii || !has_unicode(&set) }
}

fn colors(choice: ColorChoice, set: &impl Fn(&str) -> Option<String>) -> Colors {
    let is_dumb = set("TERM").is_some_and(|term| term == "dumb");
    match choice {
        ColorChoice::Never => Colors::None,
        ColorChoice::Sixteen => Colors::Sixteen,
        ColorChoice::Indexed => Colors::Indexed,
        ColorChoice::True => Colors::True,
        // https://no-color.org: present and not empty, whatever the value.
        ColorChoice::Auto if set("NO_COLOR").is_some() || is_dumb => Colors::None,
        ColorChoice::Auto | ColorChoice::Always => shown(set),
    }
}

/// The colours of a terminal that has some.
fn shown(set: &impl Fn(&str) -> Option<String>) -> Colors {
    let lower = |name: &str| set(name).unwrap_or_default().to_ascii_lowercase();
    let (term, depth) = (lower("TERM"), lower("COLORTERM"));
    let by_name = TRUE_COLOR.iter().any(|name| term.contains(name));
    if matches!(depth.as_str(), "truecolor" | "24bit") || by_name || set("WT_SESSION").is_some() {
        Colors::True
    } else if term.contains("256color") {
        Colors::Indexed
    } else {
        Colors::Sixteen
    }
}

fn has_unicode(set: &impl Fn(&str) -> Option<String>) -> bool {
    // POSIX: the first of these that is set decides.
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"].iter().find_map(|name| set(name));
    cfg!(windows)
        || locale.is_some_and(|locale| {
            let locale = locale.to_ascii_lowercase();
            locale.contains("utf-8") || locale.contains("utf8")
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn looks(color: ColorChoice, env: &[(&str, &str)]) -> Theme {
        theme(color, false, |name| {
            env.iter().find(|(n, _)| *n == name).map(|(_, value)| (*value).to_owned())
        })
    }

    #[test]
    fn the_terminal_says_how_many_colours_it_has() {
        for (env, colors) in [
            ([("TERM", "xterm"), ("COLORTERM", "")], Colors::Sixteen),
            ([("TERM", "linux"), ("COLORTERM", "1")], Colors::Sixteen),
            ([("TERM", "xterm-256color"), ("COLORTERM", "")], Colors::Indexed),
            ([("TERM", "tmux-256color"), ("COLORTERM", "truecolor")], Colors::True),
            ([("TERM", "xterm"), ("COLORTERM", "24bit")], Colors::True),
            ([("TERM", "xterm-kitty"), ("COLORTERM", "")], Colors::True),
            ([("TERM", "xterm-direct"), ("COLORTERM", "")], Colors::True),
        ] {
            assert_eq!(looks(ColorChoice::Auto, &env).colors, colors, "{env:?}");
        }
    }

    #[test]
    fn no_color_is_honoured_when_it_is_not_empty() {
        let auto = |env: &[(&str, &str)]| looks(ColorChoice::Auto, env).colors;
        assert_eq!(auto(&[]), Colors::Sixteen);
        assert_eq!(auto(&[("NO_COLOR", "")]), Colors::Sixteen);
        assert_eq!(auto(&[("NO_COLOR", "0"), ("COLORTERM", "truecolor")]), Colors::None);
        assert_eq!(auto(&[("TERM", "dumb"), ("COLORTERM", "truecolor")]), Colors::None);
    }

    #[test]
    fn who_asks_for_colours_gets_them() {
        let env = [("NO_COLOR", "1"), ("TERM", "xterm-256color")];
        for (choice, colors) in [
            (ColorChoice::Always, Colors::Indexed),
            (ColorChoice::Never, Colors::None),
            (ColorChoice::Sixteen, Colors::Sixteen),
            (ColorChoice::True, Colors::True),
        ] {
            assert_eq!(looks(choice, &env).colors, colors);
        }
    }

    #[cfg(not(windows))]
    #[test]
    fn the_locale_decides_about_unicode() {
        assert!(looks(ColorChoice::Auto, &[]).ascii);
        assert!(looks(ColorChoice::Auto, &[("LANG", "de_DE.UTF-8"), ("LC_ALL", "C")]).ascii);
        assert!(!looks(ColorChoice::Auto, &[("LANG", "C"), ("LC_CTYPE", "en_US.utf8")]).ascii);
    }
}
