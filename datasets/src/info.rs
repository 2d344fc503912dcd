//! A package in words: what a person sees before opening a table.

use crate::package::Package;
use std::fmt;

impl fmt::Display for Package {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let descriptor = self.descriptor();
        write!(f, "{}", self.name())?;
        if !self.title().is_empty() {
            write!(f, ": {}", self.title())?;
        }
        writeln!(f, "\n  folder   {}", self.folder().display())?;
        writeln!(f, "  version  {}", descriptor.version.as_deref().unwrap_or("not stated"))?;
        writeln!(f, "  digest   sha256:{}", self.digest())?;
        for hidden in self.shadowed() {
            writeln!(f, "  hides    {}", hidden.display())?;
        }
        for resource in &descriptor.resources {
            writeln!(f, "  table `{}` ({}), {}", resource.name, resource.origin.kind(), resource.path)?;
            writeln!(f, "    licence  {}", self.licences(resource).join(", "))?;
            for source in self.sources(resource) {
                writeln!(f, "    source   {source}")?;
            }
            if let Some(parent) = &resource.parent {
                writeln!(f, "    made from `{}`, {}", parent.path, parent.hash)?;
            }
            for field in &resource.schema.fields {
                let unit = field.unit.as_deref().unwrap_or("text");
                let basis = field.unit_basis.map(|basis| format!(" ({})", basis.word())).unwrap_or_default();
                let description = field.description.as_deref().unwrap_or_default();
                writeln!(f, "{}", format!("    {:<14} {unit}{basis}  {description}", field.name).trim_end())?;
            }
            if !resource.protocol.is_empty() {
                writeln!(f, "    stated protocols: {}", resource.protocol.len())?;
            }
        }
        for (name, origin, holder) in self.lent() {
            writeln!(f, "  table `{name}` ({origin}), lent by {}", holder.folder().display())?;
        }
        Ok(())
    }
}
