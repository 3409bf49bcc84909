//! The agents attached to, each with a tab and a state of its own.

use super::attached::Attached;

/// One agent attached to, from attaching to leaving it: this program's own number. The service behind
/// it may be restarted meanwhile; which life of it answers is the [`Attached`]'s `instance`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct NodeId(pub u32);

/// All agents attached to, in the order of their tabs; never none. One is in front: it is shown, and
/// keys are about it. The others stay connected and know how they are doing.
#[derive(Debug)]
pub struct Nodes {
    front: Box<Attached>,
    /// To the left of the front one.
    left: Vec<Attached>,
    /// To its right.
    right: Vec<Attached>,
}

impl Nodes {
    /// A single one.
    pub fn new(only: Attached) -> Self {
        Self { front: Box::new(only), left: Vec::new(), right: Vec::new() }
    }

    /// The one that is shown.
    pub const fn front(&self) -> &Attached {
        &self.front
    }

    /// The one that is shown, to change it.
    pub const fn front_mut(&mut self) -> &mut Attached {
        &mut self.front
    }

    /// How many there are, at least one.
    pub const fn count(&self) -> usize {
        self.left.len() + 1 + self.right.len()
    }

    /// All of them, in the order of their tabs.
    pub fn iter(&self) -> impl Iterator<Item = &Attached> {
        self.left.iter().chain([self.front()]).chain(&self.right)
    }

    /// All of them, to change them.
    pub fn iter_mut(&mut self) -> impl Iterator<Item = &mut Attached> {
        self.left.iter_mut().chain([&mut *self.front]).chain(&mut self.right)
    }

    /// One of them, to change it.
    pub fn get_mut(&mut self, id: NodeId) -> Option<&mut Attached> {
        self.iter_mut().find(|node| node.id == id)
    }

    /// Whether this one is shown.
    pub fn is_front(&self, id: NodeId) -> bool {
        self.front.id == id
    }

    /// Another one, at the right end and in front.
    pub fn add(&mut self, node: Attached) {
        self.right.push(node);
        self.show(self.count() - 1);
    }

    /// Shows this one; false if there is no such.
    pub fn go(&mut self, id: NodeId) -> bool {
        let place = self.iter().position(|node| node.id == id);
        if let Some(place) = place {
            self.show(place);
        }
        place.is_some()
    }

    /// Shows the one some tabs to the right, round and round.
    pub fn step(&mut self, steps: isize) {
        let at = self.left.len() as isize + steps;
        self.show(at.rem_euclid(self.count() as isize) as usize);
    }

    /// Leaves one; false if it is the only one or there is no such. The tab to the right takes the
    /// place of the front one, or the last one does.
    pub fn remove(&mut self, id: NodeId) -> bool {
        if self.is_front(id) {
            let next = if self.right.is_empty() {
                match self.left.pop() {
                    Some(next) => next,
                    None => return false,
                }
            } else {
                self.right.remove(0)
            };
            *self.front = next;
            return true;
        }
        let before = self.count();
        self.left.retain(|node| node.id != id);
        self.right.retain(|node| node.id != id);
        self.count() < before
    }

    /// Shows the n-th, from 0.
    fn show(&mut self, place: usize) {
        while place < self.left.len()
            && let Some(node) = self.left.pop()
        {
            self.right.insert(0, std::mem::replace(&mut *self.front, node));
        }
        while place > self.left.len() && !self.right.is_empty() {
            let node = self.right.remove(0);
            self.left.push(std::mem::replace(&mut *self.front, node));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::screens::ScreenId;
    use actorscope_client::Target;

    fn node(id: u32) -> Attached {
        let target = Target::Named(format!("n{id}"));
        Attached::new(NodeId(id), target.to_string(), target, ScreenId::Tree)
    }

    fn three() -> Nodes {
        let mut nodes = Nodes::new(node(1));
        nodes.add(node(2));
        nodes.add(node(3));
        nodes
    }

    fn ids(nodes: &Nodes) -> Vec<u32> {
        nodes.iter().map(|node| node.id.0).collect()
    }

    #[test]
    fn the_newest_is_in_front_and_tabs_keep_their_order() {
        let mut nodes = three();
        assert_eq!((ids(&nodes), nodes.front().id), (vec![1, 2, 3], NodeId(3)));
        for (steps, front) in [(1, 1), (1, 2), (-2, 3), (-1, 2), (3, 2), (-7, 1)] {
            nodes.step(steps);
            assert_eq!((ids(&nodes), nodes.front().id), (vec![1, 2, 3], NodeId(front)));
        }
        assert!(nodes.go(NodeId(2)) && !nodes.go(NodeId(9)));
        assert_eq!((ids(&nodes), nodes.front().id), (vec![1, 2, 3], NodeId(2)));
        assert_eq!(nodes.get_mut(NodeId(3)).map(|node| node.id), Some(NodeId(3)));
    }

    #[test]
    fn the_neighbour_takes_the_place_of_one_that_is_left() {
        let mut nodes = three();
        nodes.go(NodeId(2));
        assert!(nodes.remove(NodeId(2)));
        assert_eq!((ids(&nodes), nodes.front().id), (vec![1, 3], NodeId(3)));
        assert!(nodes.remove(NodeId(3)));
        assert_eq!(nodes.front().id, NodeId(1));
        assert!(!nodes.remove(NodeId(1)), "the last one stays");
        assert!(!nodes.remove(NodeId(9)));
        let mut nodes = three();
        assert!(nodes.remove(NodeId(1)));
        assert_eq!((ids(&nodes), nodes.front().id), (vec![2, 3], NodeId(3)));
    }
}
