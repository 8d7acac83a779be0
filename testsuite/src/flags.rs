//! The flags that the runners share.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::Args;

use crate::suite::Mode;

#[derive(Args)]
pub struct Flags {
    /// How to build and run: dev, release, stress, separated by commas
    #[arg(long = "mode", value_delimiter = ',', default_value = "dev,release")]
    pub modes: Vec<Mode>,
    /// The seed of the first stress round
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// Stress rounds, each with the next seed
    #[arg(long, default_value_t = 1)]
    pub rounds: u64,
    /// Seconds that a run may take (a stress run gets twelve times as many)
    #[arg(long, default_value_t = 30)]
    time_limit: u64,
    /// How much is at work at once
    #[arg(long, default_value_t = 2)]
    jobs: usize,
    /// The go command that is the oracle
    #[arg(long, default_value = "go")]
    pub go: PathBuf,
}

impl Flags {
    /// The modes in their order, each once.
    pub fn modes(&self) -> Vec<Mode> {
        self.modes.iter().copied().collect::<BTreeSet<Mode>>().into_iter().collect()
    }

    pub fn time_limit(&self) -> Duration {
        Duration::from_secs(self.time_limit)
    }

    pub fn pool(&self) -> Result<rayon::ThreadPool, String> {
        rayon::ThreadPoolBuilder::new().num_threads(self.jobs.max(1)).build().map_err(|e| e.to_string())
    }

    /// What makes the outcome of a stress run.
    pub fn key(&self) -> String {
        format!("{} {} {}", self.seed, self.rounds, self.time_limit)
    }
}

/// Where cargo builds, for the runners to keep what they know between runs.
pub fn target() -> PathBuf {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target");
    std::env::var_os("CARGO_TARGET_DIR").map_or(beside, PathBuf::from)
}
