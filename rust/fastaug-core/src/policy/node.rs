//! The tree of a policy: leaves are transforms, inner nodes choose among their children.

use super::{Applied, Sampler};
use crate::{Error, Result, ops::filter::ChannelSubset, transforms::Transform};
use serde_json::{Map, Value};

/// One node.
#[derive(Debug)]
pub struct Node {
    /// Numbers the node's random stream; depends on the node's place alone.
    pub id: u32,
    /// `transforms[2].RandomCrop`, for messages.
    pub path: String,
    /// The name it was written with.
    pub name: String,
    /// Probability of being applied, or weight inside `OneOf`.
    pub p: f64,
    /// Draws to repeat instead of drawing.
    pub replay: Option<Map<String, Value>>,
    /// What it does.
    pub kind: Kind,
}

/// What a node does.
#[derive(Debug)]
pub enum Kind {
    /// A transform.
    Transform(Box<dyn Transform>),
    /// A function outside the core, by its number.
    Lambda(u32),
    /// All children in turn.
    Sequential(Vec<Node>),
    /// One child, drawn by the children's `p` as weights.
    OneOf(Vec<Node>),
    /// The first with probability `p`, else the second.
    OneOrOther(Box<[Node; 2]>),
    /// `count` children, each with its own `p`.
    SomeOf {
        /// How many are chosen.
        count: usize,
        /// Whether one may be chosen again.
        replace: bool,
        /// Whether they run in the drawn order instead of the written one.
        shuffled: bool,
        /// What is chosen from.
        children: Vec<Node>,
    },
    /// Children that see some channels only.
    SelectiveChannel {
        /// Which channels.
        channels: Vec<usize>,
        /// What is done to them.
        children: Vec<Node>,
    },
}

/// How a node is visited.
#[derive(Clone, Copy, Debug)]
pub(super) struct Visit {
    /// Chosen by its parent: its own `p` has been taken into account.
    pub chosen: bool,
    /// Tells apart repeated visits to a node within one sample.
    pub number: u32,
}

/// Turns that a node which chooses with replacement may take: so many visits have numbers of their own.
pub(super) const MOST_TURNS: usize = 64;

impl Visit {
    /// The number of a visit in one of the turns of this visit: another one for every turn of every visit.
    fn turn(self, turn: usize) -> u32 {
        self.number.wrapping_mul(MOST_TURNS as u32).wrapping_add(turn as u32 + 1)
    }
}

impl Node {
    /// Whether anything below draws.
    pub fn is_random(&self) -> bool {
        self.p > 0.0 && (self.p < 1.0 || self.is_random_when_applied())
    }

    fn is_random_when_applied(&self) -> bool {
        if self.replay.is_some() {
            return false;
        }
        match &self.kind {
            Kind::Transform(transform) => transform.is_random(),
            // What a function outside the core does cannot be known, so nothing is promised for it.
            Kind::Lambda(_) => true,
            Kind::Sequential(children) | Kind::SelectiveChannel { children, .. } => {
                children.iter().any(Self::is_random)
            }
            Kind::OneOf(children) => {
                let mut possible = children.iter().filter(|child| child.p > 0.0);
                match (possible.next(), possible.next()) {
                    (Some(only), None) => only.is_random_when_applied(),
                    (None, _) => false,
                    _ => true,
                }
            }
            Kind::OneOrOther(children) => children[0].is_random_when_applied(),
            Kind::SomeOf { count, replace, shuffled, children } => {
                let all = !replace && *count >= children.len();
                !(all && (!shuffled || children.len() <= 1)) || children.iter().any(Self::is_random)
            }
        }
    }

    /// Samples the node.
    pub(super) fn sample<'a>(&'a self, sampler: &mut Sampler<'a>, visit: Visit) -> Result<()> {
        let mut choice = sampler.seeds.stream(self.id, visit.number);
        let applied = choice.unit() < self.p;
        if let Kind::OneOrOther(children) = &self.kind {
            let child = &children[usize::from(!applied)];
            return child.sample(sampler, Visit { chosen: true, ..visit });
        }
        if !(applied || visit.chosen) {
            return Ok(());
        }
        match &self.kind {
            Kind::Transform(transform) => {
                sampler.leaf(self, choice, |sampler| transform.sample(sampler)).map_err(|error| error.at(&self.path))
            }
            Kind::Lambda(callback) => {
                sampler.leaf(self, choice, |sampler| sampler.call(*callback)).map_err(|error| error.at(&self.path))
            }
            Kind::Sequential(children) => {
                for child in children {
                    child.sample(sampler, Visit { chosen: false, ..visit })?;
                }
                Ok(())
            }
            Kind::OneOf(children) => {
                let weights: Vec<f64> = children.iter().map(|child| child.p).collect();
                if weights.iter().all(|&weight| weight <= 0.0) {
                    return Ok(());
                }
                children[choice.weighted(&weights)].sample(sampler, Visit { chosen: true, ..visit })
            }
            Kind::SomeOf { count, replace, shuffled, children } => {
                let mut order: Vec<usize> = if *replace {
                    (0..*count).map(|_| choice.index(children.len())).collect()
                } else {
                    let mut order = choice.permutation(children.len());
                    order.truncate(*count);
                    order
                };
                if !shuffled {
                    order.sort_unstable();
                }
                for (turn, index) in order.into_iter().enumerate() {
                    // With replacement a child may come again; each turn then draws anew.
                    let number = if *replace { visit.turn(turn) } else { visit.number };
                    children[index].sample(sampler, Visit { chosen: false, number })?;
                }
                Ok(())
            }
            Kind::OneOrOther(_) => unreachable!("handled above"),
            Kind::SelectiveChannel { channels, children } => {
                sampler.subset(self, channels, children, visit).map_err(|error| error.at(&self.path))
            }
        }
    }
}

impl<'a> Sampler<'a> {
    /// Samples one transform with its own stream and record.
    fn leaf(
        &mut self,
        node: &'a Node,
        stream: crate::rng::Stream,
        sample: impl FnOnce(&mut Self) -> Result<()>,
    ) -> Result<()> {
        self.stream = stream;
        self.replay = node.replay.as_ref();
        sample(self)?;
        self.settle(false);
        if let Some(drawn) = &mut self.drawn {
            let drawn = std::mem::take(drawn);
            self.applied.push(Applied {
                name: node.name.clone(),
                path: node.path.clone(),
                drawn,
                children: Vec::new(),
            });
        }
        Ok(())
    }

    /// Samples children that see some channels only.
    fn subset(&mut self, node: &'a Node, channels: &[usize], children: &'a [Node], visit: Visit) -> Result<()> {
        let outer = self.format;
        if let Some(channel) = channels.iter().find(|&&channel| channel >= outer.shape.channels) {
            return Err(Error::Shape(format!(
                "channel {channel} was selected of an image with {} channels",
                outer.shape.channels
            )));
        }
        let ops_before = std::mem::take(&mut self.ops);
        let applied_before = std::mem::take(&mut self.applied);
        self.format.shape.channels = channels.len();
        let inner = self.format;
        self.inside_subset = true;
        let result = children.iter().try_for_each(|child| child.sample(self, Visit { chosen: false, ..visit }));
        self.inside_subset = false;
        let ops = std::mem::replace(&mut self.ops, ops_before);
        let children = std::mem::replace(&mut self.applied, applied_before);
        let made = std::mem::replace(&mut self.format, outer);
        result?;
        if made != inner {
            return Err(Error::Shape(format!(
                "the transforms inside must keep size, channel count and type; they made {:?} of {:?}",
                made.shape, inner.shape
            )));
        }
        if !ops.is_empty() {
            self.push(ChannelSubset { channels: channels.to_vec(), ops });
        }
        if self.drawn.is_some() {
            self.applied.push(Applied {
                name: node.name.clone(),
                path: node.path.clone(),
                drawn: Map::new(),
                children,
            });
        }
        Ok(())
    }
}
