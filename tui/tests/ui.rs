//! The terminal UI from the outside: keys in, screens out.

#[path = "ui/bench.rs"]
mod bench;
#[path = "ui/columns.rs"]
mod columns;
#[path = "ui/copy.rs"]
mod copy;
#[path = "ui/docs.rs"]
mod docs;
#[path = "ui/events.rs"]
mod events;
#[path = "ui/folds.rs"]
mod folds;
#[path = "ui/keys.rs"]
mod keys;
#[path = "ui/looks.rs"]
mod looks;
#[path = "ui/mouse.rs"]
mod mouse;
#[path = "ui/night.rs"]
mod night;
#[path = "ui/nodes.rs"]
mod nodes;
#[path = "ui/overview.rs"]
mod overview;
#[path = "ui/palette.rs"]
mod palette;
#[path = "ui/screens.rs"]
mod screens;
#[path = "ui/state.rs"]
mod state;
#[path = "ui/storm.rs"]
mod storm;
#[path = "ui/svg.rs"]
mod svg;
#[path = "ui/tabs.rs"]
mod tabs;
#[path = "ui/verbs.rs"]
mod verbs;
#[path = "ui/world.rs"]
mod world;
