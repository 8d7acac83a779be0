//! Call frame information of assembly, from the assembler's table of stack depths: a fault in it finds the Go caller.

use gimli::write::{
    Address, CallFrameInstruction, CommonInformationEntry, EhFrame, EndianVec, FrameDescriptionEntry, FrameTable,
    RelocateWriter, Relocation, RelocationTarget,
};
use gimli::{Encoding, Format, LittleEndian, X86_64, constants};
use object::write::{Object, Relocation as ElfRelocation, SymbolId};
use object::{RelocationEncoding, RelocationFlags, RelocationKind, SectionKind};

use super::GoobjError;

/// Where a function is, its size in bytes, and how many bytes below the return address it uses up to which offset.
pub struct Frame<'a> {
    pub symbol: SymbolId,
    pub size: u32,
    pub depths: &'a [(u32, u32)],
}

struct Section {
    data: EndianVec<LittleEndian>,
    relocations: Vec<Relocation>,
}

impl RelocateWriter for Section {
    type Writer = EndianVec<LittleEndian>;

    fn writer(&self) -> &Self::Writer {
        &self.data
    }

    fn writer_mut(&mut self) -> &mut Self::Writer {
        &mut self.data
    }

    fn relocate(&mut self, relocation: Relocation) {
        self.relocations.push(relocation);
    }
}

/// Adds `.eh_frame` for these functions.
pub fn add(out: &mut Object<'_>, functions: &[Frame<'_>]) -> Result<(), GoobjError> {
    let encoding = Encoding { address_size: 8, format: Format::Dwarf32, version: 1 };
    let mut cie = CommonInformationEntry::new(encoding, 1, -8, X86_64::RA);
    cie.fde_address_encoding = constants::DW_EH_PE_pcrel | constants::DW_EH_PE_sdata4;
    cie.add_instruction(CallFrameInstruction::Cfa(X86_64::RSP, 8));
    cie.add_instruction(CallFrameInstruction::Offset(X86_64::RA, -8));
    let mut table = FrameTable::default();
    let cie = table.add_cie(cie);
    for (i, f) in functions.iter().enumerate() {
        let mut fde = FrameDescriptionEntry::new(Address::Symbol { symbol: i, addend: 0 }, f.size);
        let (mut from, mut known) = (0, 0);
        for &(to, depth) in f.depths {
            if depth != known {
                fde.add_instruction(from, CallFrameInstruction::CfaOffset(8 + depth as i32));
            }
            (from, known) = (to, depth);
        }
        table.add_fde(cie, fde);
    }
    let mut section = EhFrame(Section { data: EndianVec::new(LittleEndian), relocations: Vec::new() });
    table.write_eh_frame(&mut section)?;
    let Section { data, relocations } = section.0;
    let id = out.add_section(Vec::new(), b".eh_frame".to_vec(), SectionKind::ReadOnlyData);
    out.append_section_data(id, data.slice(), 8);
    for r in relocations {
        let RelocationTarget::Symbol(function) = r.target else { continue };
        let (kind, encoding) = (RelocationKind::Relative, RelocationEncoding::Generic);
        out.add_relocation(
            id,
            ElfRelocation {
                offset: r.offset as u64,
                symbol: functions[function].symbol,
                addend: r.addend,
                flags: RelocationFlags::Generic { kind, encoding, size: r.size * 8 },
            },
        )?;
    }
    Ok(())
}
