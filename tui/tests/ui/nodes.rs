//! Several agents at once: the list of them, their tabs, and that each keeps its own state.

use crate::bench::Bench;
use crate::world::INSTANCE;
use actorscope::ui::input::{Command, Found, Look, Problem};
use actorscope::ui::screens::{ScreenId, tree};
use actorscope::ui::wanted;
use actorscope_client::{Target, Update};
use actorscope_core::InstanceId;
use std::time::Duration;

const SIZE: (u16, u16) = (100, 24);

fn agent(name: &str, pid: u32, instance: InstanceId) -> Found {
    Found {
        name: name.to_owned(),
        pid,
        instance: Some(instance),
        uptime_ns: Some(61_000_000_000),
        actors: Some(7),
        problem: None,
        target: Target::Named(name.to_owned()),
    }
}

/// The service itself, another one, one that refuses, and a socket of a dead one.
fn look() -> Look {
    let refused = Found {
        instance: None,
        uptime_ns: None,
        actors: None,
        problem: Some("unix:/run/vault.sock refused this client: uid 1000 has no role".to_owned()),
        ..agent("vault", 77, InstanceId(9))
    };
    Look {
        places: vec!["/run".to_owned()],
        agents: vec![
            agent("billing", 311, InstanceId(0xb1)),
            agent("parlor", 4_242, INSTANCE),
            refused,
        ],
        problems: vec![Problem {
            name: "shop".to_owned(),
            pid: 12,
            path: "/run/shop-12-ab12.sock".to_owned(),
            why: "nobody is listening there; its process has ended".to_owned(),
        }],
    }
}

fn list() -> Bench {
    let mut bench = Bench::connected(SIZE);
    bench.go(ScreenId::Nodes);
    bench.looked(look());
    bench
}

/// Attached to both services, the second one in front.
fn both() -> Bench {
    let mut bench = list();
    bench.press("<down><enter>");
    bench.connect_as("billing", 311, 0xb1);
    bench
}

fn attached(bench: &Bench) -> Vec<Target> {
    let target = |command: &Command| match command {
        Command::Attach { target, .. } => Some(target.clone()),
        _ => None,
    };
    bench.commands.iter().filter_map(target).collect()
}

fn detached(bench: &Bench) -> usize {
    bench.commands.iter().filter(|c| matches!(c, Command::Detach(_))).count()
}

#[test]
fn every_agent_of_the_machine_is_listed_with_what_stands_in_the_way() {
    let bench = list();
    assert!(bench.line("● parlor").contains("this one"));
    assert!(bench.line("billing").contains("61 s"));
    bench
        .shows("uid 1000 has no role")
        .shows("nobody is listening there; its process has ended")
        .shows("3 agents on this machine");
}

#[test]
fn while_the_list_is_shown_agents_are_looked_for_again_and_again() {
    let looks =
        |bench: &Bench| bench.commands.iter().filter(|c| matches!(c, Command::Look)).count();
    let mut bench = Bench::connected(SIZE);
    bench.wait(5_000);
    assert_eq!(looks(&bench), 0, "nobody would see what is found");
    bench.go(ScreenId::Nodes);
    bench.wait(1);
    assert_eq!(looks(&bench), 1);
    bench.shows("looking for agents");
    bench.wait(5_000);
    assert_eq!(looks(&bench), 1, "one look at a time");
    bench.looked(look());
    bench.wait(1_000);
    assert_eq!(looks(&bench), 2);
    bench.looked(look());
    bench.press("<down>");
    // Another one starts in between: the selection stays with its agent.
    let mut more = look();
    more.agents.insert(0, agent("accounts", 5, InstanceId(5)));
    bench.looked(more);
    bench.press("<enter>");
    assert_eq!(attached(&bench).last(), Some(&Target::Named("billing".to_owned())));
}

#[test]
fn enter_opens_a_tab_or_goes_to_it() {
    let mut bench = list();
    assert_eq!(attached(&bench).len(), 1);
    bench.shows_not("parlor !");
    bench.press("<down><enter>");
    assert_eq!(attached(&bench).last(), Some(&Target::Named("billing".to_owned())));
    bench.shows("connecting to billing (pid 311)").shows("parlor !");
    bench.connect_as("billing", 311, 0xb1);
    bench.shows("pid 311").shows("parlor ! │ billing");
    bench.go(ScreenId::Nodes);
    bench.looked(look());
    bench.press("<home><enter>");
    bench.shows("pid 4242");
    assert_eq!(attached(&bench).len(), 2, "it has a tab already");
    assert_eq!(detached(&bench), 0);
}

#[test]
fn each_tab_keeps_its_own_screen_selection_and_history() {
    let mut bench = Bench::connected(SIZE);
    bench.press("<down><down><down>");
    let selected = bench.selected();
    bench.go(ScreenId::Nodes);
    bench.looked(look());
    bench.go(ScreenId::Tree).go(ScreenId::Nodes).press("<down><enter>");
    bench.connect_as("billing", 311, 0xb1);
    bench.go(ScreenId::Events);
    bench.press("N");
    bench.shows("pid 4242");
    assert_eq!(bench.app.agent().unwrap().screen, ScreenId::Nodes);
    bench.go(ScreenId::Tree);
    assert_eq!(bench.selected(), selected);
    bench.press("n");
    bench.shows("pid 311");
    assert_eq!(bench.app.agent().unwrap().screen, ScreenId::Events);
    bench.press("n");
    bench.shows("pid 4242");
}

#[test]
fn those_behind_are_only_asked_how_they_are_doing() {
    let bench = both();
    let mut nodes = bench.app.nodes();
    let views = |node: &actorscope::ui::attached::Attached| {
        let mut views: Vec<u32> = node.asked.keys().copied().collect();
        views.sort_unstable();
        views
    };
    assert_eq!(views(nodes.next().unwrap()), [wanted::SUMMARY]);
    let front = views(nodes.next().unwrap());
    assert!(front.contains(&wanted::SLOWEST) && front.contains(&tree::VIEW), "{front:?}");
    drop(nodes);
    let mut bench = bench;
    let before = bench.app.nodes().next().unwrap().history.samples().count();
    bench.run(5, |_, _| {});
    let after = bench.app.nodes().next().unwrap().history.samples().count();
    assert_eq!(after, before + 5, "its charts go on");
}

#[test]
fn a_lost_node_keeps_its_tab_and_comes_back() {
    let mut bench = both();
    let other = bench.app.nodes().next().unwrap().id;
    let lost = Update::Lost {
        reason: "the agent hung up".to_owned(),
        retry_in: Duration::from_millis(400),
    };
    bench.update_of(other.0, lost);
    bench.shows("parlor ✗ │ billing").shows("● live");
    bench.go(ScreenId::Nodes);
    bench.looked(Look { agents: look().agents[..1].to_vec(), ..look() });
    bench.wait(2_000);
    assert!(bench.line("✗ parlor").contains("lost 2.0 s ago: the agent hung up"));
    let node = bench.world.node(INSTANCE, crate::bench::operator());
    bench.update_of(other.0, Update::Connected(node));
    bench.shows("parlor: connected again").shows("parlor ! │ billing");
}

#[test]
fn a_key_closes_a_tab_and_the_last_one_leads_to_the_choice() {
    let mut bench = both();
    bench.go(ScreenId::Nodes);
    bench.looked(look());
    bench.press("<home>d");
    assert_eq!(detached(&bench), 1);
    bench.shows("pid 311").shows_not("parlor !");
    // The one that is shown is closed: the list stays.
    bench.press("<home>");
    assert!(bench.line("● billing").contains("this one"));
    bench.press("<end>d");
    bench.shows("this agent is not attached to");
    bench.press("<home>d");
    assert_eq!(detached(&bench), 2);
    bench.shows("3 agents on this machine").shows("AGENT");
    bench.looked(look());
    assert_eq!(attached(&bench).len(), 2, "nothing is attached to without asking");
}

#[test]
fn one_that_does_not_answer_can_be_left_for_the_others() {
    let mut bench = list();
    bench.press("<down><enter>");
    bench.shows("connecting to billing");
    bench.press("N");
    bench.shows("pid 4242");
    bench.press("n");
    bench.shows("connecting to billing");
    bench.press("<esc>");
    bench.shows("pid 4242").shows_not("│ billing");
    assert_eq!(detached(&bench), 1);
}

#[test]
fn what_cannot_be_attached_to_says_why() {
    let mut bench = list();
    bench.press("<end><enter>");
    bench.shows("nothing to attach to: nobody is listening there; its process has ended");
    assert_eq!(attached(&bench).len(), 1);
}

#[test]
fn a_click_on_a_tab_shows_its_node() {
    let mut bench = both();
    bench.click(bench.find("parlor !"));
    bench.shows("pid 4242");
    bench.click(bench.find("billing"));
    bench.shows("pid 311");
    // Without room for all tabs it is told which one it is.
    bench.feed(actorscope::ui::input::Input::Resize(34, 24));
    bench.shows("2/2 billing");
}

#[test]
fn services_of_one_name_are_told_apart() {
    let mut bench = list();
    bench.press("<down><enter>");
    bench.connect_as("parlor", 9_000, 0xb2);
    bench.shows("parlor-4242 ! │ parlor-9000");
}

#[test]
fn reports_of_a_session_that_was_ended_are_nobodys() {
    let mut bench = both();
    let gone = bench.node();
    bench.go(ScreenId::Nodes);
    bench.looked(look());
    bench.press("<home><down>d");
    bench.shows("pid 4242");
    let node = bench.world.node(InstanceId(0xb1), crate::bench::operator());
    bench.update_of(gone.0, Update::Connected(node));
    assert_eq!(bench.app.nodes().count(), 1);
    assert_eq!(bench.app.agent().unwrap().instance, Some(INSTANCE));
}

#[test]
fn a_verb_that_is_out_reports_whoever_is_in_front() {
    let mut bench = both();
    bench.press("N");
    bench.go(ScreenId::Tree);
    bench.outcome = None;
    bench.press("wX<enter><tab><tab><enter><enter>n");
    let request = bench.commands.iter().rev().find_map(|command| match command {
        Command::Act { request, node, .. } => Some((*request, *node)),
        _ => None,
    });
    let (request, node) = request.unwrap();
    assert_eq!(Some(node), bench.app.nodes().next().map(|node| node.id));
    let result = Ok((actorscope_core::Outcome::Done, "it ended".to_owned()));
    bench.feed(actorscope::ui::input::Input::Acted { request, result });
    bench.shows("pid 311").shows("kill /parlor/signaling-supervisor/signaling-1: done. it ended");
}
