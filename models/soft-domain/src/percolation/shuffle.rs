//! A random order of very many things, every order equally likely.
//!
//! The usual shuffle jumps through all of the memory for every element. Here the elements are first dealt into piles at
//! random, which runs through memory in order, and then each pile is shuffled where it fits into the cache (Rao,
//! Sankhya A 23 (1961) 305; Sandelius, J. R. Stat. Soc. B 24 (1962) 481). Every order stays equally likely.

use rand::RngExt;
use rand::seq::SliceRandom;
use rand_pcg::Pcg64Mcg;

/// Piles per deal.
const PILES: usize = 256;

/// A pile of this many elements (of 4 bytes) fits into the cache nearest to the processor but one.
const SMALL: usize = 1 << 16;

/// The elements in random order.
pub(super) fn shuffled(elements: impl Iterator<Item = u32>, count: usize, random: &mut Pcg64Mcg) -> Vec<u32> {
    if count <= SMALL {
        let mut order: Vec<u32> = elements.collect();
        order.shuffle(random);
        return order;
    }
    // The same piles twice: once to see how high they become, once to deal.
    let mut again = random.clone();
    let mut heights = [0_usize; PILES];
    for pile in piles(random).take(count) {
        heights[pile] += 1;
    }
    let mut next = [0_usize; PILES];
    for pile in 1..PILES {
        next[pile] = next[pile - 1] + heights[pile - 1];
    }
    let mut order = vec![0; count];
    for (element, pile) in elements.zip(piles(&mut again)) {
        order[next[pile]] = element;
        next[pile] += 1;
    }
    let mut rest = order.as_mut_slice();
    for height in heights {
        let (pile, others) = std::mem::take(&mut rest).split_at_mut(height);
        pile.shuffle(random);
        rest = others;
    }
    order
}

/// An endless row of piles, eight from each random number.
fn piles(random: &mut Pcg64Mcg) -> impl Iterator<Item = usize> {
    std::iter::repeat_with(|| random.random::<u64>().to_le_bytes()).flatten().map(usize::from)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng;

    #[test]
    fn everything_comes_once_and_anywhere() {
        let count = 3 * SMALL + 5;
        let mut random = Pcg64Mcg::seed_from_u64(1);
        let order = shuffled(0..count as u32, count, &mut random);
        let mut sorted = order.clone();
        sorted.sort_unstable();
        assert!(sorted.iter().copied().eq(0..count as u32));
        // Mean place of the first tenth of the elements: that of all, within four standard errors.
        let tenth = count / 10;
        let places: f64 = order.iter().enumerate().filter(|(_, e)| (**e as usize) < tenth).map(|(i, _)| i as f64).sum();
        let mean = places / tenth as f64 / count as f64;
        assert!((mean - 0.5).abs() < 4.0 * (1.0 / 12.0 / tenth as f64).sqrt(), "{mean}");
        assert_ne!(order, shuffled(0..count as u32, count, &mut random), "another order the next time");
        assert_eq!(order, shuffled(0..count as u32, count, &mut Pcg64Mcg::seed_from_u64(1)), "seeded");
    }
}
