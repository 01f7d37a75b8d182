//! Which SIMD level the kernels run at.
//!
//! The level is read once, from the CPU and from `FASTAUG_SIMD`, and carried in every [`crate::ops::Context`]; kernels
//! never detect anything themselves. All levels give equal bytes, so the cap is for tests and for finding faults.

use crate::{Error, Result};
pub use fearless_simd::Level;
use std::sync::OnceLock;

/// The widest level this CPU has and `FASTAUG_SIMD` allows.
pub fn level() -> Level {
    static LEVEL: OnceLock<Level> = OnceLock::new();
    *LEVEL.get_or_init(|| match std::env::var("FASTAUG_SIMD") {
        Ok(name) => cap(&name).unwrap_or_else(widest),
        Err(_) => widest(),
    })
}

/// The widest level that this CPU has and that has been tested: AVX-512 is neither compiled (see `.cargo/config.toml`)
/// nor, where somebody compiled it nevertheless, chosen.
fn widest() -> Level {
    let level = Level::new();
    #[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
    if let Some(avx2) = level.as_avx2() {
        return Level::Avx2(avx2);
    }
    level
}

/// Whether `FASTAUG_SIMD` says something that is understood; [`level`] ignores what is not.
pub fn check_cap() -> Result<()> {
    match std::env::var("FASTAUG_SIMD") {
        Ok(cap_name) if cap(&cap_name).is_none() => Err(Error::Policy {
            path: "FASTAUG_SIMD".into(),
            reason: format!("must be scalar, sse4.2, avx2, avx512 or neon, got {cap_name:?}"),
        }),
        _ => Ok(()),
    }
}

/// The level of this name, or the widest one below it that the CPU has; `None` for an unknown name.
pub fn cap(name: &str) -> Option<Level> {
    let widest = widest();
    match name {
        "scalar" => Some(Level::fallback()),
        #[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
        "sse4.2" => Some(widest.as_sse4_2().map_or_else(Level::fallback, Level::Sse4_2)),
        #[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
        "avx2" => Some(widest.as_avx2().map_or_else(|| cap("sse4.2").unwrap_or(widest), Level::Avx2)),
        #[cfg(not(any(target_arch = "x86", target_arch = "x86_64")))]
        "sse4.2" | "avx2" => Some(Level::fallback()),
        "avx512" | "neon" => Some(widest),
        _ => None,
    }
}

/// The name of a level, as `FASTAUG_SIMD` spells it.
pub fn name(level: Level) -> &'static str {
    if level.is_fallback() {
        return "scalar";
    }
    #[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
    {
        if level.as_avx2().is_some() {
            return "avx2";
        }
        if level.as_sse4_2().is_some() {
            return "sse4.2";
        }
        "sse2"
    }
    #[cfg(target_arch = "aarch64")]
    {
        "neon"
    }
    #[cfg(not(any(target_arch = "x86", target_arch = "x86_64", target_arch = "aarch64")))]
    {
        "simd128"
    }
}

/// Every level this CPU can run, narrowest first: what the tests loop over.
pub fn levels() -> Vec<Level> {
    let mut levels = vec![Level::fallback()];
    #[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
    {
        levels.extend(Level::new().as_sse4_2().map(Level::Sse4_2));
        levels.extend(Level::new().as_avx2().map(Level::Avx2));
    }
    #[cfg(target_arch = "aarch64")]
    levels.push(Level::new());
    levels
}
