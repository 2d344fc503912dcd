//! The models `soft_domain` and `soft_domain_lattice`: soft domains that transform under stress, percolate, and then flow.
//!
//! A glass is taken as an elastic matrix with soft domains, each a two-state system over its own energy barrier. A
//! transformed domain gives strain that its matrix takes back when the stress is gone: anelastic strain. Where
//! transformed domains form a cluster through the whole sample there is no matrix left to do so, and their strain stays
//! (the percolation picture of Harmon et al., Phys. Rev. Lett. 99 (2007) 135502, and Wang et al., Nat. Commun. 5 (2014)
//! 5823). **This is a proposal of this project, put together from published ideas; it is not a published model.**
//!
//! [`SoftDomain`] is its mean-field form, in which percolation is that of the Bethe lattice ([`bethe`]). Steps in time
//! are logarithmic after every change of what is prescribed ([`schedule`]), implicit in stress and percolating share
//! ([`implicit`]), and exact for each barrier ([`exchange`]). [`SoftDomainLattice`] has every domain in a cell of the simple cubic
//! lattice ([`lattice`]), with its real clusters ([`percolation`]) and chance from a seed.

#![forbid(unsafe_code)]

pub mod bethe;
pub mod exchange;
pub mod implicit;
pub mod lattice;
pub mod mean_field;
pub mod parameters;
pub mod percolation;
mod replicas;
mod root;
pub mod sample;
pub mod schedule;
mod soft_domain;
mod soft_domain_lattice;
pub mod trajectory;

pub use soft_domain::SoftDomain;
pub use soft_domain_lattice::SoftDomainLattice;
