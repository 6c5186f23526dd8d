//! What a process takes of the memory.

/// Memory in use, in MiB: all that is mapped in, and this process's fair share of it.
pub(crate) fn of(process: u32) -> anyhow::Result<(u64, u64)> {
    let rollup = std::fs::read_to_string(format!("/proc/{process}/smaps_rollup"))?;
    let mebibytes = |name: &str| {
        let line = rollup.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_default();
        line.split_whitespace().next().and_then(|kilobytes| kilobytes.parse::<u64>().ok()).unwrap_or(0) / 1024
    };
    Ok((mebibytes("Rss:"), mebibytes("Pss:")))
}
