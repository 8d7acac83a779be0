//! The stack maps of a linked file as text (`--emit=stackmaps`).

use super::image::Image;
use super::tables::{self, CollectedSite};
use super::{FinalizeError, FinalizeOptions};
use crate::sections::SiteUnit;
use std::fmt::Write;

/// One line per function, stack object and call site, in address order; addresses are relative to the function so that
/// the text changes little when code elsewhere does.
pub fn stackmaps(linked: &[u8]) -> Result<String, FinalizeError> {
    let image = Image::read(linked)?;
    let collected = tables::collect(&image)?;
    // Packing checks what collecting does not.
    tables::pack(&image, &collected, &FinalizeOptions::default(), &mut Default::default())?;
    let mut out = String::new();
    for f in &collected.functions {
        let frame = f.frame.map_or("none".to_owned(), |n| n.to_string());
        line(&mut out, format_args!("func {} frame {frame} {}:{}", f.name, f.file, f.start_line));
        for (offset, mask) in &f.objects {
            let pointers = (0..mask.words).filter(|w| mask.bits[*w as usize / 8] >> (w % 8) & 1 != 0);
            let pointers: Vec<_> = pointers.map(|w| w.to_string()).collect();
            line(
                &mut out,
                format_args!("  object sp+{} words {} pointers {}", offset * 8, mask.words, pointers.join(",")),
            );
        }
        for s in &f.sites {
            let mut text = format!("  +{:#x}", s.pc - f.address);
            if s.prologue {
                text.push_str(" prologue");
            }
            for p in &s.pairs {
                let _ = match p.base == p.derived {
                    true => write!(text, " sp+{}", p.base * 8),
                    false => write!(text, " sp+{}(sp+{})", p.derived * 8, p.base * 8),
                };
            }
            position(&mut text, &collected.units, s);
            line(&mut out, format_args!("{text}"));
        }
    }
    for (address, mask) in &collected.roots {
        let pointers: u32 = mask.bits.iter().map(|b| b.count_ones()).sum();
        line(&mut out, format_args!("data {address:#x} words {} pointers {pointers}", mask.words));
    }
    for (pc, handler) in &collected.faults {
        line(&mut out, format_args!("fault {pc:#x} handler {handler:#x}"));
    }
    Ok(out)
}

fn line(out: &mut String, text: std::fmt::Arguments) {
    let _ = out.write_fmt(text);
    out.push('\n');
}

fn position(text: &mut String, units: &[SiteUnit], site: &CollectedSite) {
    let Some((unit, mut at)) = site.position else { return };
    let mut word = " at";
    loop {
        let p = units[unit].positions[at as usize];
        let _ = write!(text, "{word} {}:{} ({})", p.file, p.line, p.func);
        match p.inlined_at {
            Some(outer) => at = outer,
            None => return,
        }
        word = " inlined at";
    }
}
