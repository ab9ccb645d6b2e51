//! `make admin EMAIL=…`: makes a user an administrator, with the operator's own credentials.

use std::process::ExitCode;

use clock::Clock;
use identity::Identity;
use store::Table;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    match run().await {
        Ok(done) => {
            println!("{done}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run() -> Result<String, Box<dyn std::error::Error>> {
    let address = environment::text("EMAIL")?;
    let config = environment::aws();
    let table = Table::new(&config, environment::text("TABLE")?, Clock::system());
    // Groups are a matter of the pool alone, whichever client users sign in by.
    let pool = Identity::new(&config, environment::text("USER_POOL_ID")?, String::new());
    let made = admin::make_admin(&table, &pool, &address).await?;
    let (name, id) = (&made.user.username, made.user.id);
    Ok(match made.before {
        true => format!("{name} ({id}) is an administrator already; nothing was changed"),
        false => format!("{name} ({id}) is an administrator from the next request on"),
    })
}
