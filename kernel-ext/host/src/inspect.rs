//! Looks into a library before any of its code runs.
//!
//! Constructors run as soon as the system loader opens a library, so this is the last moment for a friendly refusal:
//! another format, another processor, another major of the interface, or no model at all.

use crate::error::LibraryFault;
use kovacs_abi::{ABI_MAJOR, ENTRY_PREFIX};
use object::elf::STB_GNU_UNIQUE;
use object::read::{File, NameOrOrdinal, Object, ObjectSymbol};
use object::{Architecture, BinaryFormat, FileKind, ObjectKind, SymbolFlags};

/// Checks format, architecture and exported symbol.
///
/// # Errors
/// What the bytes are instead of a model library for this program.
pub(crate) fn inspect(bytes: &[u8]) -> Result<(), LibraryFault> {
    let not_a_library = |found: String| LibraryFault::NotALibrary { found };
    if bytes.is_empty() {
        return Err(not_a_library("the file is empty".to_owned()));
    }
    if FileKind::parse(bytes).is_err() {
        return Err(not_a_library(format!("it begins with {}", beginning(bytes))));
    }
    let file = File::parse(bytes).map_err(|error| not_a_library(format!("it is damaged ({error})")))?;
    if file.format() != native_format() {
        return Err(not_a_library(format!("its format is {:?}", file.format())));
    }
    let (found, expected) = (file.architecture(), std::env::consts::ARCH);
    if found != native_architecture() || !file.is_64() {
        return Err(LibraryFault::OtherArchitecture { found: architecture_name(found), expected });
    }
    if file.kind() != ObjectKind::Dynamic {
        return Err(not_a_library(format!("it is a file of kind {:?}", file.kind())));
    }
    let exports = file.exports().map_err(|error| not_a_library(format!("its symbols are damaged ({error})")))?;
    // A damaged entry of the table is not the entry symbol.
    let majors: Vec<u32> = exports.flatten().filter_map(|export| entry_major(export.name())).collect();
    match majors.iter().max() {
        _ if majors.contains(&ABI_MAJOR) => Ok(()),
        Some(&found) => Err(LibraryFault::OtherAbi { found, host: ABI_MAJOR }),
        None => Err(LibraryFault::NoEntry),
    }
}

/// A symbol that a library exports.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Export {
    /// Its name as the linker knows it.
    pub name: String,
    /// Whether the loader keeps one of it for all libraries of a process (`STB_GNU_UNIQUE`).
    pub is_unique: bool,
}

/// Everything a library of this platform exports, in the order of its table.
pub(crate) fn exports(bytes: &[u8]) -> Result<Vec<Export>, LibraryFault> {
    let damaged = |error: object::Error| LibraryFault::NotALibrary { found: format!("it is damaged ({error})") };
    let file = File::parse(bytes).map_err(damaged)?;
    let defined = file.dynamic_symbols().filter(|symbol| symbol.is_definition() && symbol.is_global());
    let export = |symbol: object::Symbol<'_, '_>| {
        let SymbolFlags::Elf { st_info, .. } = symbol.flags() else {
            return Ok(Export { name: symbol.name()?.to_owned(), is_unique: false });
        };
        Ok(Export { name: symbol.name()?.to_owned(), is_unique: st_info.st_bind() == STB_GNU_UNIQUE })
    };
    defined.map(export).collect::<object::Result<_>>().map_err(damaged)
}

/// The ABI major in the name of an entry symbol.
fn entry_major(symbol: NameOrOrdinal<&[u8]>) -> Option<u32> {
    let NameOrOrdinal::Name(symbol) = symbol else { return None };
    let symbol = std::str::from_utf8(symbol).ok()?;
    // Mach-O puts an underscore in front of every C name.
    let symbol = symbol.strip_prefix('_').unwrap_or(symbol);
    symbol.strip_prefix(ENTRY_PREFIX)?.parse().ok()
}

/// The first bytes as text if they are text, else as numbers.
fn beginning(bytes: &[u8]) -> String {
    let head = &bytes[..bytes.len().min(12)];
    if head.iter().all(|byte| byte.is_ascii_graphic() || *byte == b' ' || *byte == b'\n') {
        format!("the text {:?}", String::from_utf8_lossy(head))
    } else {
        format!("the bytes {head:02x?}")
    }
}

fn native_format() -> BinaryFormat {
    if cfg!(target_vendor = "apple") { BinaryFormat::MachO } else { BinaryFormat::Elf }
}

fn native_architecture() -> Architecture {
    match std::env::consts::ARCH {
        "x86_64" => Architecture::X86_64,
        "aarch64" => Architecture::Aarch64,
        "riscv64" => Architecture::Riscv64,
        "loongarch64" => Architecture::LoongArch64,
        "powerpc64" => Architecture::PowerPc64,
        "s390x" => Architecture::S390x,
        _ => Architecture::Unknown,
    }
}

/// As `std::env::consts::ARCH` spells it, so that both names in a message look alike.
fn architecture_name(architecture: Architecture) -> String {
    format!("{architecture:?}").to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A shared library of this platform that is no model: the executable of this test.
    fn executable() -> Vec<u8> {
        std::fs::read(std::env::current_exe().unwrap()).unwrap()
    }

    #[test]
    fn a_library_without_an_entry_is_no_model() {
        assert!(matches!(inspect(&executable()), Err(LibraryFault::NoEntry)));
    }

    #[test]
    fn damage_anywhere_in_the_head_is_an_answer_and_not_a_panic() {
        let mut bytes = executable();
        let mut refused = 0;
        for position in 0..1024 {
            for damage in [0x01, 0x80, 0xff] {
                bytes[position] ^= damage;
                refused += usize::from(inspect(&bytes).is_err());
                bytes[position] ^= damage;
            }
        }
        assert_eq!(refused, 3 * 1024);
    }

    #[test]
    fn the_major_is_read_from_the_symbol() {
        let major = |symbol: &str| entry_major(NameOrOrdinal::Name(symbol.as_bytes()));
        assert_eq!(major("kovacs_plugin_v0"), Some(0));
        assert_eq!(major("_kovacs_plugin_v12"), Some(12));
        assert_eq!(major("kovacs_plugin_vx"), None);
        assert_eq!(major("other_plugin_v0"), None);
    }
}
