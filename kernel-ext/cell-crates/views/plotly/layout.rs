//! Axes, legends and everything else that is not data.

choices! {
    /// The scale of an axis.
    AxisType:
    Default, Linear, Log, Date, Category, MultiCategory,
}

choices! {
    /// What a range must contain.
    RangeMode:
    Normal, ToZero, NonNegative,
}

choices! {
    /// How bars of several traces stand.
    BarMode:
    Stack, Group, Overlay, Relative,
}

choices! {
    /// To what bars are scaled.
    BarNorm:
    Empty, Fraction, Percent,
}

choices! {
    /// How boxes of several traces stand.
    BoxMode:
    Group, Overlay,
}

choices! {
    /// What the pointer finds.
    HoverMode:
    X, Y, Closest, False, XUnified, YUnified,
}

choices! {
    /// What dragging does.
    DragMode:
    Zoom, Pan, Select, Lasso, DrawClosedPath, DrawOpenPath, DrawLine, DrawRect, DrawCircle, Orbit, Turntable,
    False,
}

choices! {
    /// How the sides of a scene are scaled.
    AspectMode:
    Auto, Cube, Data, Manual,
}

choices! {
    /// A shape.
    ShapeType:
    Circle, Rect, Path, Line,
}

choices! {
    /// Above or below the data.
    ShapeLayer:
    Below, Above,
}

choices! {
    /// Whether plots share axes.
    GridPattern:
    Independent, Coupled,
}

choices! {
    /// From above or from below.
    RowOrder:
    TopToBottom, BottomToTop,
}

setters! {
    /// Title, axes, legend, margins.
    Layout:
    title, show_legend, legend, margin, auto_size, width, height, font, uniform_text, separators,
    paper_background_color, plot_background_color, color_scale, colorway, color_axis, mode_bar, hover_mode,
    click_mode, drag_mode, select_direction, hover_distance, spike_distance, hover_label, grid, calendar, x_axis,
    y_axis, z_axis, x_axis2, y_axis2, z_axis2, x_axis3, y_axis3, z_axis3, x_axis4, y_axis4, z_axis4, x_axis5,
    y_axis5, z_axis5, x_axis6, y_axis6, z_axis6, x_axis7, y_axis7, z_axis7, x_axis8, y_axis8, z_axis8, scene, geo,
    polar, annotations, shapes, new_shape, active_shape, box_mode, box_gap, box_group_gap, bar_mode, bar_norm,
    bar_gap, bar_group_gap, violin_mode, violin_gap, violin_group_gap, waterfall_mode, waterfall_gap,
    waterfall_group_gap, pie_colorway, extend_pie_colors, sunburst_colorway, extend_sunburst_colors, mapbox,
    update_menus, sliders,
}

setters! {
    /// An axis.
    Axis:
    visible, category_array, category_order, color, title, auto_range, range_breaks, range_mode, range,
    fixed_range, constrain, constrain_toward, tick_mode, n_ticks, scale_anchor, scale_ratio, tick0, dtick,
    matches, tick_values, tick_text, ticks, ticks_on, mirror, tick_length, tick_width, tick_color,
    show_tick_labels, auto_margin, show_spikes, spike_color, spike_thickness, spike_dash, spike_mode, spike_snap,
    tick_font, tick_angle, tick_prefix, show_tick_prefix, tick_suffix, show_tick_suffix, show_exponent,
    exponent_format, separate_thousands, tick_format, tick_format_stops, hover_format, show_line, line_color,
    line_width, show_grid, grid_color, grid_width, zero_line, zero_line_color, zero_line_width, show_dividers,
    divider_color, divider_width, anchor, side, overlaying, domain, position, range_slider, range_selector,
    calendar,
}

setters! {
    /// A colour scale that traces share.
    ColorAxis:
    cauto, cmin, cmax, cmid, color_scale, auto_color_scale, reverse_scale, show_scale, color_bar,
}

setters! {
    /// The legend.
    Legend:
    background_color, border_color, border_width, font, orientation, trace_order, trace_group_gap, item_sizing,
    item_click, item_double_click, x, x_anchor, y, y_anchor, valign, title, group_click, item_width,
}

setters! {
    /// The margins, in pixels.
    Margin:
    left, right, top, bottom, pad, auto_expand,
}

setters! {
    /// A text in the figure.
    Annotation:
    visible, text, text_angle, font, width, height, opacity, align, valign, background_color, border_color,
    border_pad, border_width, show_arrow, arrow_color, arrow_head, start_arrow_head, arrow_side, arrow_size,
    start_arrow_size, arrow_width, stand_off, start_stand_off, ax, ay, ax_ref, ay_ref, x_ref, x, x_anchor,
    x_shift, y_ref, y, y_anchor, y_shift, click_to_show, x_click, y_click, hover_text, hover_label,
    capture_events, name, template_item_name,
}

setters! {
    /// A line, rectangle, circle or path in the figure.
    Shape:
    visible, layer, x_ref, x_size_mode, x_anchor, x0, x1, y_ref, y_size_mode, y_anchor, y0, y1, path, opacity,
    line, fill_color, fill_rule, editable, name, template_item_name,
}

setters! {
    /// The outline of a shape.
    ShapeLine:
    color, width, dash,
}

setters! {
    /// Several plots in a figure.
    LayoutGrid:
    rows, row_order, columns, sub_plots, x_axes, y_axes, pattern, x_gap, y_gap, domain, x_side, y_side,
}

setters! {
    /// A figure in three dimensions.
    LayoutScene:
    background_color, camera, aspect_mode, aspect_ratio, x_axis, y_axis, z_axis, drag_mode, hover_mode,
    annotations,
}

setters! {
    /// How long the sides of a scene are.
    AspectRatio:
    x, y, z,
}

setters! {
    /// From where a scene is seen.
    Camera:
    center, eye, up, projection,
}

impl Axis {
    /// The scale.
    pub fn type_(self, kind: AxisType) -> Axis {
        loop {}
    }
}

impl Shape {
    /// Which shape.
    pub fn shape_type(self, kind: ShapeType) -> Shape {
        loop {}
    }
}
