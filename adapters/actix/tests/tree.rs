//! Who is where: what is started by an actor hangs under it. With either context.
#![allow(dead_code, unused_imports, reason = "the actors are for all of these tests")]

mod plain {
    use actix::Context;
    const KIND: &str = "plain";
    include!("both/actors.rs");
    include!("both/tree.rs");
}

mod ours {
    use actorscope_actix::Context;
    const KIND: &str = "ours";
    include!("both/actors.rs");
    include!("both/tree.rs");
}
