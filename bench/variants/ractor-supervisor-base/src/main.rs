//! ractor-supervisor, observed by nobody.

include!("../../ractor_supervisor.rs");

#[derive(Default)]
struct Kit {
    nursery: Nursery,
}

impl Kit {
    fn prepare(_: &str) -> (Self, Option<String>) {
        (Self::default(), None)
    }

    async fn supervisor(
        options: DynamicSupervisorOptions,
    ) -> Result<ActorRef<DynamicSupervisorMsg>, SpawnErr> {
        Ok(DynamicSupervisor::spawn("nursery".to_owned(), options).await?.0)
    }

    async fn child(supervisor: ActorCell, id: String) -> Result<ActorCell, SpawnErr> {
        let (child, _) = DynamicSupervisor::spawn_linked(id, Child, (), supervisor).await?;
        Ok(child.get_cell())
    }
}
