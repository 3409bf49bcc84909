use actorscope_actix::{StartObserved, SuperviseObserved};

pub(super) async fn play(program: Program, life: Life) {
    let puppet = match life {
        Life::Once => Puppet::new(&program).start_observed("puppet"),
        Life::Supervised => {
            let program = program.clone();
            Puppet::supervise_observed("puppet", move |_| Puppet::new(&program))
        }
    };
    direct(puppet, program).await;
}
