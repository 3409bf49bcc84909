//! What a screen looks like without colours and without Unicode.

use crate::bench::Bench;
use actorscope::ui::theme::Colors;
use ratatui::buffer::Buffer;
use ratatui::style::{Color, Modifier};
use std::fmt::Write as _;

const SIZE: (u16, u16) = (80, 24);

/// Every screen that differs from the others.
const KEYS: [&str; 21] = [
    "",
    "<overview>",
    "<system>",
    "<system><end>",
    "<nodes>",
    "wi",
    "wX<down><down><down><enter><tab>",
    "<table>",
    "<events>",
    "<events>/kind:exit",
    "w",
    "wX",
    "wX<enter><tab>",
    "X<enter>",
    "?",
    "e",
    "/sig",
    ":",
    ":sort ",
    ":nothing<enter>",
    "c<down> ",
];

#[test]
fn without_colour_nothing_is_coloured_and_the_selection_is_reversed() {
    for keys in KEYS {
        let mut bench = Bench::connected(SIZE);
        bench.app.settings.theme.colors = Colors::None;
        bench.press(keys);
        let buffer = bench.buffer();
        for cell in &buffer.content {
            assert!(matches!((cell.fg, cell.bg), (Color::Reset, Color::Reset)), "{keys}: {cell:?}");
        }
    }
    let mut bench = Bench::connected(SIZE);
    bench.app.settings.theme.colors = Colors::None;
    bench.press("<down>");
    let buffer = bench.buffer();
    let reversed =
        |y: u16| (0..SIZE.0).all(|x| buffer[(x, y)].modifier.contains(Modifier::REVERSED));
    let rows: Vec<u16> = (0..SIZE.1).filter(|y| reversed(*y)).collect();
    assert_eq!(rows.len(), 1, "one selected row");
    let row: String = (0..SIZE.0).map(|x| buffer[(x, rows[0])].symbol()).collect();
    assert!(row.contains("store"), "{row}");
}

#[test]
fn the_worst_row_stands_out_with_and_without_colour() {
    let mut bench = Bench::connected(SIZE);
    let y = |bench: &Bench| {
        let screen = bench.screen();
        screen.lines().position(|l| l.contains("· signaling-1")).unwrap() as u16
    };
    let buffer = bench.buffer();
    let cell = &buffer[(7, y(&bench))];
    assert_eq!((cell.fg, cell.modifier), (Color::LightRed, Modifier::BOLD));
    bench.app.settings.theme.colors = Colors::None;
    let buffer = bench.buffer();
    assert_eq!(buffer[(0, y(&bench))].symbol(), "▌");
    assert!(buffer[(7, y(&bench))].modifier.contains(Modifier::BOLD));
}

/// What is styled: the line, the cells, the style, the text.
fn styles(buffer: &Buffer) -> String {
    let mut out = String::new();
    for y in 0..buffer.area.height {
        let mut x = 0;
        while x < buffer.area.width {
            let style = |x: u16| {
                let cell = &buffer[(x, y)];
                (cell.fg, cell.bg, cell.modifier)
            };
            let (fg, bg, modifier) = style(x);
            let end = (x..buffer.area.width).find(|next| style(*next) != style(x));
            let end = end.unwrap_or(buffer.area.width);
            let text: String = (x..end).map(|x| buffer[(x, y)].symbol()).collect();
            if (fg, bg, modifier) != (Color::Reset, Color::Reset, Modifier::empty()) {
                let bg = if bg == Color::Reset { String::new() } else { format!(" on {bg}") };
                let _ = writeln!(out, "{y:>2} {x:>2} {fg}{bg} {modifier:?} {:?}", text.trim_end());
            }
            x = end;
        }
    }
    out
}

#[test]
fn every_colour_mode_has_its_styles() {
    for colors in Colors::ALL {
        let mut bench = Bench::connected(SIZE);
        bench.app.settings.theme.colors = colors;
        bench.press("<down>");
        insta::with_settings!({ snapshot_path => "snapshots", prepend_module_to_snapshot => false }, {
            insta::assert_snapshot!(format!("styles_{}", colors.word()), styles(&bench.buffer()));
        });
    }
}

#[test]
fn ascii_is_ascii_everywhere() {
    for keys in KEYS {
        let mut bench = Bench::connected(SIZE);
        bench.app.settings.theme.ascii = true;
        bench.press(keys);
        let screen = bench.screen();
        assert!(screen.is_ascii(), "{keys}\n{screen}");
    }
    let mut bench = Bench::connected(SIZE);
    bench.app.settings.theme.ascii = true;
    bench.shows("* handling").shows("10.5 us").shows("x 1 failed").shows("room x30");
    insta::with_settings!({ snapshot_path => "snapshots", prepend_module_to_snapshot => false }, {
        insta::assert_snapshot!("tree_ascii_80x24", bench.screen());
        bench.press("w<pgdn>");
        insta::assert_snapshot!("detail_ascii_80x24", bench.screen());
    });
}

#[test]
fn the_first_screen_has_its_styles_in_every_colour_mode() {
    let mut bench = Bench::connected(SIZE);
    bench.press("<overview><down><right>");
    for colors in Colors::ALL {
        bench.app.settings.theme.colors = colors;
        let name = format!("overview_styles_{}", colors.word());
        insta::with_settings!({ snapshot_path => "snapshots", prepend_module_to_snapshot => false }, {
            insta::assert_snapshot!(name, styles(&bench.buffer()));
        });
    }
}
