//! Rule: look-up tables that follow each other become one table.

use super::Step;
use crate::ops::{
    Op,
    pointwise::{Lut, Pointwise},
};

/// Applies the rule at the first place where it can be; true if there was one.
pub fn apply(steps: &mut [Step]) -> bool {
    for step in steps {
        let Step::Pass(pass) = step else { continue };
        for index in 0..pass.body.len().saturating_sub(1) {
            if let (Op::Pointwise(Pointwise::Lut(first)), Op::Pointwise(Pointwise::Lut(second))) =
                (&pass.body[index], &pass.body[index + 1])
            {
                let composed = compose(first, second);
                pass.body.splice(index..index + 2, [composed.into()]);
                return true;
            }
        }
    }
    false
}

/// First one table, then the other.
fn compose(first: &Lut, second: &Lut) -> Lut {
    let tables = (0..first.channels().max(second.channels()))
        .map(|channel| first.table(channel).map(|value| second.table(channel)[value as usize]))
        .collect();
    Lut::new(if first.label() == second.label() { first.label() } else { "composed" }, tables)
}
