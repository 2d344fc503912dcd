//! Traces: data, and how they are drawn.

/// More about this kind of trace.
pub mod histogram {
    choices! {
        /// To what a histogram is scaled.
        HistNorm:
        Default, Percent, Probability, Density, ProbabilityDensity,
    }

    choices! {
        /// What is computed of a bin.
        HistFunc:
        Count, Sum, Average, Minimum, Maximum,
    }

    /// From where to where bins go, and how wide they are.
    #[derive(Clone, Debug)]
    pub struct Bins(());

    impl Bins {
        /// From where to where bins go, and how wide they are.
        pub fn new(start: f64, end: f64, size: f64) -> Bins {
            loop {}
        }
    }
}

/// More about this kind of trace.
pub mod box_plot {
    choices! {
        /// What is drawn of the mean.
        BoxMean:
        True, False, StandardDeviation,
    }

    choices! {
        /// Which points are drawn.
        BoxPoints:
        All, Outliers, SuspectedOutliers, False,
    }
}

/// More about this kind of trace.
pub mod contour {
    choices! {
        /// What contours colour.
        Coloring:
        Fill, HeatMap, Lines, None,
    }

    setters! {
        /// Which contours are drawn.
        Contours:
        start, end, size, coloring, show_lines, show_labels, label_font, label_format, operation, value,
    }
}

/// More about this kind of trace.
pub mod heat_map {
    choices! {
        /// How a heat map is smoothed.
        Smoothing:
        Fast, Best, False,
    }
}

trace! {
    /// Points and lines.
    Scatter<X, Y> { new(x: Vec<X>, y: Vec<Y>) }
    name, visible, show_legend, legend_group, legend_group_title, opacity, mode, ids, x, x0, dx, y, y0, dy, text,
    text_position, text_template, hover_text, hover_info, hover_template, meta, custom_data, x_axis, y_axis,
    orientation, group_norm, stack_group, marker, line, text_font, error_x, error_y, clip_on_axis, connect_gaps,
    fill, fill_color, hover_label, hover_on, stack_gaps, x_calendar, y_calendar, web_gl_mode,
}

trace! {
    /// Bars.
    Bar<X, Y> { new(x: Vec<X>, y: Vec<Y>) }
    x, y, name, visible, show_legend, legend_group, legend_group_title, opacity, ids, width, offset, text,
    text_position, text_template, hover_text, hover_info, hover_template, x_axis, y_axis, orientation,
    alignment_group, offset_group, marker, text_angle, text_font, error_x, error_y, clip_on_axis, constrain_text,
    hover_label, inside_text_anchor, inside_text_font, outside_text_font, x_calendar, y_calendar,
}

trace! {
    /// A histogram.
    Histogram<H> { new(x: Vec<H>), new_xy(x: Vec<H>, y: Vec<H>), new_vertical(y: Vec<H>) }
    alignment_group, auto_bin_x, auto_bin_y, cumulative, bin_group, error_x, error_y, hist_func, hist_norm,
    hover_info, hover_label, hover_template, hover_text, legend_group, legend_group_title, marker, n_bins_x,
    n_bins_y, name, offset_group, opacity, orientation, show_legend, text, visible, x, x_axis, x_bins, x_calendar,
    y, y_axis, y_bins, y_calendar,
}

trace! {
    /// A surface.
    Surface<X, Y, Z> { new(z: Vec<Vec<Z>>) }
    x, y, z, auto_color_scale, cauto, cmax, cmid, cmin, color_bar, color_scale, connect_gaps, contours,
    hide_surface, hover_info, hover_label, hover_template, hover_text, legend_group, legend_group_title,
    light_position, lighting, name, opacity, reverse_scale, show_legend, show_scale, surface_color, text, visible,
    x_calendar, y_calendar, z_calendar,
}

trace! {
    /// Points and lines in space.
    Scatter3D<X, Y, Z> { new(x: Vec<X>, y: Vec<Y>, z: Vec<Z>) }
    name, visible, show_legend, legend_group, legend_rank, legend_group_title, opacity, mode, ids, x, y, z,
    surface_color, text, text_position, text_template, hover_text, hover_info, hover_template, x_hover_format,
    y_hover_format, z_hover_format, meta, custom_data, scene, marker, line, error_x, error_y, error_z,
    connect_gaps, hover_label, projection, surface_axis, x_calendar, y_calendar, z_calendar,
}

trace! {
    /// Boxes with whiskers.
    BoxPlot<X, Y> { new_xy(x: Vec<X>, y: Vec<Y>) }
    x, y, name, visible, show_legend, legend_group, legend_group_title, opacity, ids, width, text, hover_text,
    hover_info, hover_template, x_axis, y_axis, orientation, alignment_group, offset_group, marker, line,
    box_mean, box_points, notched, notch_width, whisker_width, q1, median, q3, upper_fence, lower_fence,
    notch_span, mean, standard_deviation, quartile_method, fill_color, hover_label, hover_on, point_pos, jitter,
    x_calendar, y_calendar,
}

trace! {
    /// Colours over a plane.
    HeatMap<X, Y, Z> { new(x: Vec<X>, y: Vec<Y>, z: Vec<Z>) }
    auto_color_scale, color_bar, color_scale, connect_gaps, custom_data, hover_info, hover_label, hover_on_gaps,
    hover_template, hover_text, legend_group, legend_group_title, name, opacity, reverse_scale, show_legend,
    show_scale, text, transpose, visible, x, x_axis, x_calendar, x_gap, y, y_axis, y_calendar, y_gap, z, zauto,
    zhover_format, zmax, zmid, zmin, zsmooth,
}

trace! {
    /// Contours over a plane.
    Contour<Z, X, Y> { new(x: Vec<X>, y: Vec<Y>, z: Vec<Z>) }
    auto_color_scale, auto_contour, color_bar, color_scale, connect_gaps, contours, dx, dy, fill_color,
    hover_info, hover_label, hover_on_gaps, hover_template, hover_template_array, hover_text, legend_group,
    legend_group_title, line, name, n_contours, opacity, reverse_scale, show_legend, show_scale, text, transpose,
    visible, x, x_axis, x_calendar, x0, y_axis, y, y_calendar, y0, zauto, zhover_format, zmax, zmid, zmin,
}

impl<Y> BoxPlot<f64, Y> {
    /// A box of these values.
    pub fn new(y: Vec<Y>) -> Box<BoxPlot<f64, Y>> {
        loop {}
    }
}

impl<Z> HeatMap<f64, f64, Z> {
    /// Colours over rows and columns.
    pub fn new_z(z: Vec<Z>) -> Box<HeatMap<f64, f64, Z>> {
        loop {}
    }
}

impl<Z> Contour<Z, f64, f64> {
    /// Contours over rows and columns.
    pub fn new_z(z: Vec<Z>) -> Box<Contour<Z, f64, f64>> {
        loop {}
    }
}
