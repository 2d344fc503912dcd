//! What type inference sees of plotly: names and types, nothing behind them.
//!
//! The setters of plotly are made by a procedural macro, which type inference does not run; here they are listed. The
//! compiler never sees this crate: it gets the real plotly. What is missing here works all the same, but a `let` with
//! it needs its type written out. That the types are the real ones is tested (`tests/views.rs`).

#![allow(unused, clippy::all)]

/// A type with a constructor without arguments, and setters that give the type back.
macro_rules! setters {
    ($(#[$document:meta])* $kind:ident: $($name:ident),* $(,)?) => {
        $(#[$document])*
        #[derive(Clone, Debug, Default)]
        pub struct $kind(());

        impl $kind {
            /// With everything as usual.
            pub fn new() -> $kind {
                loop {}
            }
        }

        setters_of!($kind: $($name),*);
    };
}

/// Setters that give the type back.
macro_rules! setters_of {
    ($kind:ident: $($name:ident),* $(,)?) => {
        impl $kind {$(
            #[doc = concat!("Sets `", stringify!($name), "`.")]
            pub fn $name<V>(self, value: V) -> $kind {
                loop {}
            }
        )*}
    };
}

/// A type that is one of several words.
macro_rules! choices {
    ($(#[$document:meta])* $kind:ident: $($name:ident),* $(,)?) => {
        $(#[$document])*
        #[derive(Clone, Debug)]
        pub enum $kind {$(
            #[doc = stringify!($name)]
            $name,
        )*}
    };
}

/// A trace: boxed from the beginning, with setters that give the box back.
macro_rules! trace {
    (
        $(#[$document:meta])* $kind:ident<$($generic:ident),*> { $($new:ident($($argument:ident: $type:ty),*)),* }
        $($name:ident),* $(,)?
    ) => {
        $(#[$document])*
        #[derive(Clone, Debug)]
        pub struct $kind<$($generic),*>(std::marker::PhantomData<($($generic,)*)>);

        impl<$($generic),*> $kind<$($generic),*> {
            $(
                /// The trace of these data.
                pub fn $new($($argument: $type),*) -> Box<Self> {
                    loop {}
                }
            )*
            $(
                #[doc = concat!("Sets `", stringify!($name), "`.")]
                pub fn $name<V>(self: Box<Self>, value: V) -> Box<Self> {
                    loop {}
                }
            )*
        }

        impl<$($generic),*> crate::Trace for $kind<$($generic),*> {}
    };
}

pub mod common;
pub mod layout;
pub mod traces;

pub use common::color;
pub use layout::Layout;
pub use traces::{
    Bar, BoxPlot, Contour, HeatMap, Histogram, Scatter, Scatter3D, Surface, box_plot, contour, heat_map, histogram,
};

use std::path::Path;

/// Something that can be added to a plot.
pub trait Trace {}

setters! {
    /// What the bar of buttons does, and how the plot reacts.
    Configuration:
    static_plot, typeset_math, editable, autosizable, responsive, fill_frame, frame_margins, scroll_zoom, show_tips,
    display_mode_bar, display_logo, watermark, locale,
}

/// A figure: traces and a layout.
#[derive(Clone, Debug, Default)]
pub struct Plot(());

impl Plot {
    /// Without traces.
    pub fn new() -> Plot {
        loop {}
    }
    /// Adds a trace.
    pub fn add_trace(&mut self, trace: Box<dyn Trace>) {
        loop {}
    }
    /// Adds traces.
    pub fn add_traces(&mut self, traces: Vec<Box<dyn Trace>>) {
        loop {}
    }
    /// Sets the layout.
    pub fn set_layout(&mut self, layout: Layout) {
        loop {}
    }
    /// Sets the configuration.
    pub fn set_configuration(&mut self, configuration: Configuration) {
        loop {}
    }
    /// The layout.
    pub fn layout(&self) -> &Layout {
        loop {}
    }
    /// A page of its own.
    pub fn to_html(&self) -> String {
        loop {}
    }
    /// A part of a page.
    pub fn to_inline_html(&self, id: Option<&str>) -> String {
        loop {}
    }
    /// The figure as plotly.js reads it.
    pub fn to_json(&self) -> String {
        loop {}
    }
    /// Writes a page of its own.
    pub fn write_html<P: AsRef<Path>>(&self, path: P) {
        loop {}
    }
    /// Shows the figure as the value of a cell.
    pub fn evcxr_display(&self) {
        loop {}
    }
}
