//! How much memory does the template give a function?

/// In MiB: its own line in the template, or the one for all.
pub(crate) fn memory(template: &str, logical_id: &str) -> Option<u32> {
    let section = |title: String| {
        let lines = template.lines().skip_while(move |line| *line != title).skip(1);
        lines.take_while(|line| line.starts_with("   ") || line.is_empty())
    };
    let own = section(format!("  {logical_id}:")).find_map(size);
    own.or_else(|| section("  Function:".to_owned()).find_map(size))
}

fn size(line: &str) -> Option<u32> {
    line.trim().strip_prefix("MemorySize:")?.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::functions::FUNCTIONS;

    #[test]
    fn memory_is_the_functions_own_or_that_of_all() {
        let template = "Globals:\n  Function:\n    MemorySize: 512\n\nResources:\n  JobsFunction:\n    Properties:\n\
            \x20     Timeout: 29\n  RunSimulationSmallFunction:\n    Properties:\n      MemorySize: 1769\n";
        assert_eq!(memory(template, "JobsFunction"), Some(512));
        assert_eq!(memory(template, "RunSimulationSmallFunction"), Some(1769));
        assert_eq!(memory("", "JobsFunction"), None);
    }

    #[test]
    fn the_template_gives_every_function_some() {
        let template = include_str!("../../../../template.yaml");
        for function in &FUNCTIONS {
            assert!(memory(template, function.logical_id) >= Some(128), "{}", function.name);
        }
    }
}
