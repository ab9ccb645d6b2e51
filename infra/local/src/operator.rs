//! What does an operator's command need to know of the hub that runs here?

use std::{fs, io, path::Path};

use local_cloud::Cloud;

/// A variable a line, as a shell reads them; the credentials open nothing but this machine's stand-ins.
pub(crate) fn write(cloud: &Cloud, state: &Path) -> io::Result<()> {
    let outputs = &cloud.stack().outputs;
    let made = [("TABLE", "TableName"), ("USER_POOL_ID", "UserPoolId")];
    let made =
        made.iter().filter_map(|(name, output)| Some((*name, outputs.get(*output)?.clone())));
    let mut lines = String::new();
    for (name, value) in
        made.map(|(name, value)| (name.to_owned(), value)).chain(cloud.environment())
    {
        lines += &format!("{name}='{value}'\n");
    }
    fs::write(state.join("operator.env"), lines)
}
