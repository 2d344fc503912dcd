//! The floating-point control word of this thread.
//!
//! A library built with `-Ofast` switches the thread that opens it to flushing subnormal numbers to zero, and everybody
//! else's results change in the last digits. So the word is read before and put back afterwards.

/// The control word as it was read.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct FloatState(u64);

/// Rounding, flush-to-zero, denormals-are-zero and trap masks of MXCSR; the low six bits are sticky flags that every
/// calculation may raise.
#[cfg(target_arch = "x86_64")]
const CONTROL_BITS: u64 = 0xffc0;
#[cfg(not(target_arch = "x86_64"))]
const CONTROL_BITS: u64 = u64::MAX;

impl FloatState {
    /// Reads the control word; on processors without a named one here it is always 0.
    pub(super) fn read() -> Self {
        FloatState(read() & CONTROL_BITS)
    }

    /// The word as a number to compare.
    pub(super) fn bits(self) -> u64 {
        self.0
    }

    /// Puts the word back if it changed since, and says whether it did.
    pub(super) fn restore_if_changed(self) -> bool {
        let changed = FloatState::read() != self;
        if changed {
            write(self.0);
        }
        changed
    }
}

#[cfg(target_arch = "x86_64")]
fn read() -> u64 {
    let mut word: u32 = 0;
    // SAFETY: stores the 32-bit MXCSR at the given address and does nothing else.
    unsafe { std::arch::asm!("stmxcsr [{}]", in(reg) &mut word, options(nostack)) };
    word.into()
}

#[cfg(target_arch = "x86_64")]
fn write(word: u64) {
    let word = word as u32;
    // SAFETY: loads a word that was read from the same register, so no reserved bit is set.
    unsafe { std::arch::asm!("ldmxcsr [{}]", in(reg) &word, options(nostack)) };
}

#[cfg(target_arch = "aarch64")]
fn read() -> u64 {
    let word: u64;
    // SAFETY: copies FPCR into a register.
    unsafe { std::arch::asm!("mrs {}, fpcr", out(reg) word, options(nomem, nostack)) };
    word
}

#[cfg(target_arch = "aarch64")]
fn write(word: u64) {
    // SAFETY: writes back a word that was read from the same register.
    unsafe { std::arch::asm!("msr fpcr, {}", in(reg) word, options(nomem, nostack)) };
}

#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
fn read() -> u64 {
    0
}

#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
fn write(_word: u64) {}

#[cfg(all(test, target_arch = "x86_64"))]
mod tests {
    use super::*;

    #[test]
    fn flushing_to_zero_is_noticed_and_undone() {
        let flush_to_zero = 1 << 15;
        let before = FloatState::read();
        write(before.0 | flush_to_zero);
        let smallest = std::hint::black_box(f64::MIN_POSITIVE);
        assert_eq!(smallest / 2.0, 0.0);
        assert!(before.restore_if_changed());
        assert_ne!(std::hint::black_box(smallest) / 2.0, 0.0);
        assert!(!before.restore_if_changed());
    }
}
