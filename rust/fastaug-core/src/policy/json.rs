//! Policies as JSON: complete and canonical, so that two policies are equal exactly if their JSON is.
//!
//! A node is `{"transform": name, "p": number, "params": {…}}`; containers hold their children in `params.transforms`.
//! Every mistake is reported with its path: `transforms[2].RandomCrop.height: must be at least 1, got 0`.

use super::{
    Settings,
    node::{Kind, MOST_TURNS, Node},
};
use crate::{Error, Result, param::Probability, transforms};
use serde::Deserialize;
use serde_json::{Map, Value};
use std::collections::HashSet;

/// The version of the JSON format.
pub const FORMAT_VERSION: u32 = 1;
/// The version of the draws: which values a seed gives. Changed only on purpose.
pub const DRAWS_VERSION: u32 = 1;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawNode {
    transform: String,
    p: Probability,
    params: Value,
    #[serde(default)]
    replay: Option<Map<String, Value>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Children {
    transforms: Vec<Value>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SomeOf {
    transforms: Vec<Value>,
    n: usize,
    replace: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Subset {
    transforms: Vec<Value>,
    channels: Vec<usize>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Lambda {
    callback: u32,
}

fn wrong(path: impl Into<String>, reason: impl Into<String>) -> Error {
    Error::Policy { path: path.into(), reason: reason.into() }
}

/// Deserializes with the path of a mistake.
fn parse<'de, T: Deserialize<'de>>(path: &str, value: &'de Value) -> Result<T> {
    serde_path_to_error::deserialize(value).map_err(|error| {
        let inner = error.path().to_string();
        let path = if inner == "." { path.to_owned() } else { join(path, &inner) };
        wrong(path, error.inner().to_string())
    })
}

fn join(path: &str, inner: &str) -> String {
    if path.is_empty() { inner.to_owned() } else { format!("{path}.{inner}") }
}

/// Reads a whole policy.
pub fn policy(text: &str) -> Result<(Settings, Vec<Node>)> {
    let value: Value = serde_json::from_str(text).map_err(|error| {
        let reason = error.to_string();
        // The parser's own bound keeps hostile files from exhausting the stack.
        if reason.contains("recursion limit") {
            wrong("policy", "containers are nested too deeply; about 40 levels are possible")
        } else {
            wrong("policy", format!("not valid JSON: {reason}"))
        }
    })?;
    let version = value.get("fastaug").and_then(Value::as_u64);
    match version {
        Some(version) if version == u64::from(FORMAT_VERSION) => {}
        Some(version) if version > u64::from(FORMAT_VERSION) => {
            return Err(wrong(
                "fastaug",
                format!(
                    "this policy has format version {version}, written by a newer fastaug; this one reads up to {FORMAT_VERSION}: upgrade fastaug to load it"
                ),
            ));
        }
        _ => {
            return Err(wrong(
                "fastaug",
                format!("a policy begins with its format version, a whole number up to {FORMAT_VERSION}"),
            ));
        }
    }
    let settings: Settings = parse("", &value)?;
    if settings.draws > DRAWS_VERSION {
        return Err(wrong(
            "draws",
            format!(
                "this policy was written for draws of version {}; this fastaug makes version {DRAWS_VERSION}: upgrade fastaug to load it",
                settings.draws
            ),
        ));
    }
    let mut reader = Reader { used: HashSet::from([0]) };
    let nodes = reader.children("", 0, &settings.transforms)?;
    Ok((settings, nodes))
}

/// Checks the parameters of one transform as it stands outside any policy.
pub fn check_transform(name: &str, params: &str) -> Result<()> {
    let params: Value =
        serde_json::from_str(params).map_err(|error| wrong(name, format!("not valid JSON: {error}")))?;
    match transforms::parse(name, &params) {
        Some(result) => result.map(drop).map_err(|(field, reason)| wrong(place(name, &field), strip_position(&reason))),
        None => Err(wrong(name, "there is no transform of this name")),
    }
}

/// Numbers the nodes and parses them.
struct Reader {
    used: HashSet<u32>,
}

impl Reader {
    fn children(&mut self, path: &str, parent: u32, values: &[Value]) -> Result<Vec<Node>> {
        values
            .iter()
            .enumerate()
            .map(|(index, value)| {
                let path = join(path, &format!("transforms[{index}]"));
                self.node(&path, self.number(parent, index), value)
            })
            .collect()
    }

    /// A number that depends on the place of a node alone, so that a transform added elsewhere leaves its draws alone.
    fn number(&self, parent: u32, index: usize) -> u32 {
        let mut word = parent.wrapping_mul(0x9E37_79B1) ^ (index as u32 + 1).wrapping_mul(0x85EB_CA77);
        word = (word ^ (word >> 15)).wrapping_mul(0x2C1B_3C6D);
        word = (word ^ (word >> 12)).wrapping_mul(0x297A_2D39);
        word ^= word >> 15;
        while self.used.contains(&word) {
            word = word.wrapping_add(1);
        }
        word
    }

    fn node(&mut self, path: &str, id: u32, value: &Value) -> Result<Node> {
        self.used.insert(id);
        let raw: RawNode = parse(path, value)?;
        let path = format!("{path}.{}", raw.transform);
        let kind = match raw.transform.as_str() {
            "Sequential" | "Compose" => {
                Kind::Sequential(self.children(&path, id, &parse::<Children>(&path, &raw.params)?.transforms)?)
            }
            "OneOf" => Kind::OneOf(self.children(&path, id, &parse::<Children>(&path, &raw.params)?.transforms)?),
            "OneOrOther" => {
                let children = self.children(&path, id, &parse::<Children>(&path, &raw.params)?.transforms)?;
                let count = children.len();
                let pair: [Node; 2] =
                    children.try_into().map_err(|_| wrong(&path, format!("takes two transforms, got {count}")))?;
                Kind::OneOrOther(Box::new(pair))
            }
            "SomeOf" | "RandomOrder" => {
                let SomeOf { transforms, n, replace } = parse(&path, &raw.params)?;
                let children = self.children(&path, id, &transforms)?;
                if children.is_empty() && n > 0 {
                    return Err(wrong(join(&path, "transforms"), "there is nothing to choose from"));
                }
                if replace && n > MOST_TURNS {
                    return Err(wrong(join(&path, "n"), format!("must be at most {MOST_TURNS} with replace, got {n}")));
                }
                let count = if replace { n } else { n.min(children.len()) };
                Kind::SomeOf { count, replace, shuffled: raw.transform == "RandomOrder", children }
            }
            "SelectiveChannelTransform" => {
                let Subset { transforms, channels } = parse(&path, &raw.params)?;
                let distinct: HashSet<usize> = channels.iter().copied().collect();
                if channels.is_empty() || distinct.len() != channels.len() {
                    return Err(wrong(join(&path, "channels"), "must name at least one channel, and each only once"));
                }
                Kind::SelectiveChannel { channels, children: self.children(&path, id, &transforms)? }
            }
            "Lambda" => Kind::Lambda(parse::<Lambda>(&path, &raw.params)?.callback),
            name => match transforms::parse(name, &raw.params) {
                Some(Ok(transform)) => Kind::Transform(transform),
                Some(Err((field, reason))) => return Err(wrong(place(&path, &field), strip_position(&reason))),
                None => return Err(wrong(path, "there is no transform of this name")),
            },
        };
        Ok(Node { id, path, name: raw.transform, p: raw.p.get(), replay: raw.replay, kind })
    }
}

fn place(path: &str, field: &str) -> String {
    if field == "." { path.to_owned() } else { join(path, field) }
}

/// `serde_json` appends the place in a text that the user never saw.
fn strip_position(reason: &str) -> String {
    reason.find(" at line ").map_or(reason, |end| &reason[..end]).to_owned()
}
