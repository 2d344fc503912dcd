//! A plugin with everything a model can have, which panics where its setting says: in derivatives, batches or its
//! linear response. Built as an example target, because that is how cargo builds a shared library for a test.
//!
//! It has an allocator of its own that marks what it hands out: memory of the host that is released here is told by
//! the missing mark, and memory from here that is released by the host is no address its allocator ever gave.

use kovacs_core::linear_response::{Moduli, RelaxationFunction};
use kovacs_sdk::{
    About, Capabilities, Curves, Experiment, Jacobian, LinearResponse, Model, Quantity, Refusal, RowSet, Run,
};
use std::alloc::{GlobalAlloc, Layout, System};

/// The system's allocator with a mark before every piece.
struct Marked;

#[global_allocator]
static ALLOCATOR: Marked = Marked;

const MARK: u64 = 0x6b6f_7661_6373_0001;

/// The layout of a piece with room for the mark in front of it, and how long that room is.
fn with_mark(layout: Layout) -> (Layout, usize) {
    let room = layout.align().max(align_of::<u64>()).max(size_of::<u64>());
    match Layout::from_size_align(layout.size() + room, room) {
        Ok(marked) => (marked, room),
        Err(_) => std::process::abort(),
    }
}

// SAFETY: pieces come from the system's allocator with the layout asked for, moved by a multiple of its alignment.
unsafe impl GlobalAlloc for Marked {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let (marked, room) = with_mark(layout);
        // SAFETY: not empty, because of the mark; the piece is longer than the room.
        unsafe {
            let start = System.alloc(marked);
            if start.is_null() {
                return start;
            }
            let piece = start.add(room);
            piece.cast::<u64>().sub(1).write(MARK);
            piece
        }
    }

    unsafe fn dealloc(&self, piece: *mut u8, layout: Layout) {
        let (marked, room) = with_mark(layout);
        // SAFETY: a piece from `alloc` has a mark before it; before any other there is what its allocator noted.
        unsafe {
            let mark = piece.cast::<u64>().sub(1);
            if mark.read() != MARK {
                // Nothing that allocates may be done here.
                std::process::abort();
            }
            mark.write(0);
            System.dealloc(piece.sub(room), marked);
        }
    }
}

/// `stress = value / (1 + time)`; panics in one of its functions.
struct Stumbling {
    trips_in: f64,
    times: Vec<f64>,
}

const IN_JACOBIAN: f64 = 1.0;
const IN_BATCH: f64 = 2.0;
const IN_ROW: f64 = 3.0;
const IN_LINEAR: f64 = 4.0;
const IN_PHI: f64 = 5.0;
const IN_RELEASE: f64 = 6.0;

impl Stumbling {
    fn compute(&self, parameters: &[f64], out: &mut Curves<'_>) -> Result<(), Refusal> {
        assert!(self.trips_in != IN_ROW || parameters[0] != 2.0, "tripped over a row");
        for (_output, stress) in out.iter_mut() {
            for (stress, time) in stress.iter_mut().zip(&self.times) {
                *stress = parameters[0] / (1.0 + time);
            }
        }
        Ok(())
    }
}

impl Model for Stumbling {
    const CAPABILITIES: Capabilities =
        Capabilities { batch: true, jacobian: true, deterministic: true, threads: true, ..Capabilities::NONE };

    fn about() -> About {
        About {
            id: "org.example.stumbling",
            name: "Stumbling",
            version: "1.0.0",
            summary: "panics where its setting says",
            citation: "none",
            license: "MIT",
        }
    }

    fn parameters() -> Vec<Quantity> {
        vec![Quantity::new("value").bounds(0.0, 10.0)]
    }

    fn settings() -> Vec<Quantity> {
        let places = ["nothing", "jacobian", "batch", "row", "linear", "phi", "release"];
        vec![Quantity::new("trips_in").choices(&places)]
    }

    fn outputs() -> Vec<Quantity> {
        vec![Quantity::new("stress").unit("MPa")]
    }

    fn new(settings: &[f64]) -> Result<Self, Refusal> {
        Ok(Stumbling { trips_in: settings[0], times: Vec::new() })
    }

    fn bind(&mut self, experiment: &Experiment<'_>) -> Result<(), Refusal> {
        self.times = experiment.times().to_vec();
        Ok(())
    }

    fn evaluate(&mut self, parameters: &[f64], out: &mut Curves<'_>, _run: &mut Run<'_>) -> Result<(), Refusal> {
        self.compute(parameters, out)
    }

    /// Only for results at more than one time, so that a host meets both answers.
    fn differentiable(&self) -> bool {
        self.times.len() > 1
    }

    fn jacobian(
        &mut self,
        parameters: &[f64],
        wrt: &[usize],
        out: &mut Curves<'_>,
        jacobian: &mut Jacobian<'_>,
        _run: &mut Run<'_>,
    ) -> Result<(), Refusal> {
        assert!(self.trips_in != IN_JACOBIAN, "tripped over a derivative");
        self.compute(parameters, out)?;
        for (row, time) in jacobian.column(0).into_iter().flatten().zip(&self.times) {
            row.fill(1.0 / (1.0 + time));
            assert_eq!(row.len(), wrt.len());
        }
        Ok(())
    }

    fn batch(&mut self, rows: &mut RowSet<'_>, run: &mut Run<'_>) -> Result<(), Refusal> {
        assert!(self.trips_in != IN_BATCH, "tripped over the batch");
        rows.spread(run, |parameters, out, _run| self.compute(parameters, out))
    }

    fn linear(settings: &[f64], parameters: &[f64], _temperature: f64) -> Option<Result<LinearResponse, Refusal>> {
        assert!(settings[0] != IN_LINEAR, "tripped over the response");
        Some(Ok(LinearResponse {
            moduli: Moduli { unrelaxed: parameters[0], relaxed: 0.0 },
            phi: Box::new(Hyperbola { trips_in: settings[0] }),
            spectrum: Vec::new(),
        }))
    }
}

/// `phi = 1 / (1 + t)`, t in s.
struct Hyperbola {
    trips_in: f64,
}

impl RelaxationFunction for Hyperbola {
    fn phi(&self, time: f64) -> f64 {
        assert!(self.trips_in != IN_PHI, "tripped over phi");
        1.0 / (1.0 + time)
    }

    fn integral(&self, time: f64) -> f64 {
        time.ln_1p()
    }

    fn ln_rate(&self, time: f64) -> f64 {
        -2.0 * time.ln_1p()
    }

    fn longest_time(&self) -> Option<f64> {
        None
    }
}

impl Drop for Hyperbola {
    fn drop(&mut self) {
        if self.trips_in == IN_RELEASE {
            panic!("tripped on the way out");
        }
    }
}

kovacs_sdk::export_models!(Stumbling);
