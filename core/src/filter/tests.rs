use super::*;
use crate::spec::ChildKind;
use crate::state::SlotState;
use proptest::prelude::*;

/// A slot of a chat service.
struct Room {
    state: SlotState,
    depth: Option<f64>,
}

impl Subject for Room {
    fn path<T>(&self, look: impl FnOnce(&str) -> T) -> T {
        look("/chat/rooms/Lobby-1")
    }
    fn name<T>(&self, look: impl FnOnce(&str) -> T) -> T {
        look("Lobby-1")
    }
    fn actor_type<T>(&self, look: impl FnOnce(&str) -> T) -> T {
        look("chat::Room<String>")
    }
    fn framework<T>(&self, look: impl FnOnce(&str) -> T) -> T {
        look("kameo")
    }
    fn kind(&self) -> Option<ChildKind> {
        Some(ChildKind::Worker)
    }
    fn state(&self) -> Option<SlotState> {
        Some(self.state)
    }
    fn measure(&self, measure: Measure) -> Option<f64> {
        match measure {
            Measure::Depth => self.depth,
            Measure::Wait(Quantile::P99) => Some(7e6),
            Measure::Busy => Some(0.9),
            Measure::Rate => Some(1_500.0),
            Measure::Age => Some(5e9),
            _ => None,
        }
    }
}

const LOBBY: Room = Room { state: SlotState::Handling, depth: Some(120.0) };

fn takes(filter: &str) -> bool {
    Filter::parse(filter).unwrap_or_else(|why| panic!("{filter:?}: {why}")).matches(&LOBBY)
}

/// What is wrong, with the text and the place below it.
fn wrong(filter: &str) -> String {
    let problem = Filter::parse(filter).expect_err(filter);
    format!("{filter}\n{}\n{problem}", problem.caret(filter))
}

#[test]
fn slots_are_picked_by_what_they_are() {
    for yes in [
        "",
        "  ",
        "lobby",
        "rooms/lobby",
        "\"room<string>\"",
        "'Room<S'",
        "chat::Room",
        "type:room type:String",
        "state:handling",
        "state:failed,handling",
        "framework:kameo",
        "kind:worker",
        "under:/chat",
        "under:/chat/rooms/",
        "under:/chat/rooms/Lobby-1",
        "under:rooms",
        "under:Lobby-1",
        "under:/",
        "name~^Lobby-[0-9]+$",
        "name~(Lobby|Hall)-1",
        "name ~ \"Lobby\"",
        "depth>100",
        "depth > 100 depth<=120 depth=120 depth==120 depth!=7",
        "wait.p99>5ms",
        "busy>80%",
        "rate>=1k",
        "age<10s",
        "!state:idle",
        "!(hall | state:idle)",
        "hall | lobby",
        "(hall|lobby) depth>100",
        "hall | lobby state:handling",
        "!!lobby",
        // Not known, so that neither holds.
        "!capacity>0 !capacity<=0",
    ] {
        assert!(takes(yes), "{yes}");
    }
    for no in [
        "hall",
        "lobby hall",
        "type:lobby",
        "state:idle",
        "framework:ractor",
        "kind:task",
        "under:/chat/room",
        "under:/chat/rooms/Lobby-1/x",
        "under:room",
        "name~lobby",
        "name~^rooms",
        "depth>120",
        "wait.p99>5s",
        "busy<80%",
        "capacity>0",
        "capacity!=0",
        "!lobby",
        "lobby !(chat)",
        "hall | lobby state:idle",
    ] {
        assert!(!takes(no), "{no}");
    }
}

#[test]
fn problems_say_where_and_what_was_expected() {
    let all = [
        "stat:failed",
        "state:failed,idel",
        "depth>many",
        "wait>5",
        "busy>much lobby",
        "room<5",
        "depht>5",
        "depth:5",
        "(lobby",
        "lobby)",
        "lobby | ",
        "! ",
        "größe \"lobby",
        "type:",
        "name~(",
        "type~x",
        "depth>",
        ">5",
    ];
    insta::assert_snapshot!(all.map(wrong).join("\n\n"));
}

#[test]
fn what_is_too_much_is_refused() {
    let long = "x".repeat(Filter::MAX_LEN + 1);
    assert!(Filter::parse(&long).is_err());
    assert_eq!(Filter::containing(&long).text().len(), Filter::MAX_LEN);
    assert!(Filter::parse(&"x ".repeat(MAX_TERMS)).is_ok());
    assert!(Filter::parse(&"x ".repeat(MAX_TERMS + 1)).is_err());
    let nested = |n: usize| "(".repeat(n) + "x" + &")".repeat(n);
    assert!(Filter::parse(&nested(MAX_NESTING)).is_ok());
    assert!(Filter::parse(&nested(MAX_NESTING + 1)).is_err());
    assert!(Filter::parse(&("!".repeat(MAX_NESTING + 1) + "x")).is_err());
    assert!(Filter::parse("name~((a{200}){200}){200}").is_err(), "too large when compiled");
}

#[test]
fn a_filter_completes_itself() {
    let types = ["chat::Room".to_owned(), "chat::Hall of fame".to_owned()];
    let known = Known { types: &types, ..Known::default() };
    let offered = |text: &str| -> Vec<String> {
        let offer = |c: Candidate| {
            let mut text = text.to_owned();
            text.replace_range(c.replaces, &c.with);
            text
        };
        complete(text, text.len(), &known).into_iter().map(offer).collect()
    };
    assert_eq!(offered("lobby st"), ["lobby state:"]);
    assert_eq!(offered("!st"), ["!state:"]);
    assert_eq!(
        offered("state:s"),
        ["state:starting", "state:suspended", "state:stopping", "state:stopped"]
    );
    assert_eq!(offered("state:failed,i"), ["state:failed,idle", "state:failed,ignored"]);
    assert_eq!(offered("type:chat::r"), ["type:chat::Room"]);
    assert_eq!(offered("type:chat::h"), ["type:\"chat::Hall of fame\""]);
    assert_eq!(offered("de"), ["depth>"]);
    assert_eq!(offered("under:"), Vec::<String>::new());
    for offer in offered("").into_iter().chain(offered("wait.")) {
        let value = if offer.ends_with('>') { "0" } else { "" };
        let whole = match offer.as_str() {
            "state:" => "state:idle".to_owned(),
            "kind:" => "kind:task".to_owned(),
            key if key.ends_with([':', '~']) => format!("{key}x"),
            _ => offer + value,
        };
        assert!(Filter::parse(&whole).is_ok(), "{whole}");
    }
}

fn piece() -> impl Strategy<Value = &'static str> {
    prop_oneof![
        Just(" "),
        Just("("),
        Just(")"),
        Just("|"),
        Just("!"),
        Just("\""),
        Just("'"),
        Just("state:"),
        Just("type:"),
        Just("under:"),
        Just("name~"),
        Just("depth"),
        Just(">"),
        Just("<="),
        Just("="),
        Just("5ms"),
        Just("80%"),
        Just("failed"),
        Just(","),
        Just("größe"),
        Just("é"),
        Just(":"),
        Just("::"),
        Just("["),
        Just("*"),
        Just("lobby"),
        Just("\u{3000}"),
    ]
}

/// Filters that are right by construction, with what they must say of the lobby.
fn right() -> impl Strategy<Value = (String, bool)> {
    let leaf = prop_oneof![
        Just(("lobby".to_owned(), true)),
        Just(("hall".to_owned(), false)),
        Just(("state:handling".to_owned(), true)),
        Just(("depth>120".to_owned(), false)),
        Just(("name~^Lob".to_owned(), true)),
        Just(("capacity>0".to_owned(), false)),
    ];
    leaf.prop_recursive(4, 24, 3, |inner| {
        prop_oneof![
            inner.clone().prop_map(|(text, is)| (format!("!({text})"), !is)),
            (inner.clone(), inner.clone())
                .prop_map(|((a, x), (b, y))| (format!("({a}) ({b})"), x && y)),
            (inner.clone(), inner).prop_map(|((a, x), (b, y))| (format!("({a} | {b})"), x || y)),
        ]
    })
}

proptest! {
    #[test]
    fn whatever_is_typed_is_read_or_refused_at_a_place_in_it(
        pieces in proptest::collection::vec(piece(), 0..24), cursor in 0usize..80,
    ) {
        let text = pieces.concat();
        match Filter::parse(&text) {
            Ok(filter) => { filter.matches(&LOBBY); }
            Err(problem) => {
                prop_assert!(problem.at.start <= problem.at.end && problem.at.end <= text.len());
                prop_assert!(text.is_char_boundary(problem.at.start));
                prop_assert!(!problem.message.is_empty());
                problem.caret(&text);
            }
        }
        for candidate in complete(&text, cursor, &Known::default()) {
            prop_assert!(text.get(candidate.replaces).is_some());
        }
    }

    #[test]
    fn terms_combine_as_logic_says((text, is) in right()) {
        prop_assume!(text.len() <= Filter::MAX_LEN);
        prop_assert_eq!(takes(&text), is, "{}", text);
    }
}
