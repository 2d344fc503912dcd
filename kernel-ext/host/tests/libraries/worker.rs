//! A program that plays the worker, as `kovacs` does when it is started for that.

fn main() -> std::io::Result<()> {
    kovacs_host::worker::serve()
}
