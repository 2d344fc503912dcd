//! What traces and layouts have in common: titles, fonts, lines, markers, colours.

/// A colour: a name, `#rrggbb`, `Rgb`, a number for a colour scale.
pub trait Color {}

impl Color for &'static str {}
impl Color for String {}
impl Color for f64 {}
impl Color for color::NamedColor {}
impl Color for color::Rgb {}
impl Color for color::Rgba {}

/// Colours.
pub mod color {
    pub use super::Color;

    /// Red, green and blue.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub struct Rgb(());

    impl Rgb {
        /// Each from 0 to 255.
        pub fn new(red: u8, green: u8, blue: u8) -> Rgb {
            loop {}
        }
    }

    /// Red, green, blue, and how opaque.
    #[derive(Clone, Copy, Debug, PartialEq)]
    pub struct Rgba(());

    impl Rgba {
        /// Each from 0 to 255; opacity from 0 to 1.
        pub fn new(red: u8, green: u8, blue: u8, opacity: f64) -> Rgba {
            loop {}
        }
    }

    choices! {
        /// Colours of CSS by name.
        NamedColor:
        AliceBlue, AntiqueWhite, Aqua, Aquamarine, Azure, Beige, Bisque, Black, BlanchedAlmond, Blue, BlueViolet,
        Brown, BurlyWood, CadetBlue, Chartreuse, Chocolate, Coral, CornflowerBlue, CornSilk, Crimson, Cyan, DarkBlue,
        DarkCyan, DarkGoldenrod, DarkGray, DarkGreen, DarkGrey, DarkKhaki, DarkMagenta, DarkOliveGreen, DarkOrange,
        DarkOrchid, DarkRed, DarkSalmon, DarkSeaGreen, DarkSlateBlue, DarkSlateGray, DarkSlateGrey, DarkTurquoise,
        DarkViolet, DeepPink, DeepSkyBlue, DimGray, DimGrey, DodgerBlue, FireBrick, FloralWhite, ForestGreen, Fuchsia,
        Gainsboro, GhostWhite, Gold, Goldenrod, Gray, Green, GreenYellow, Grey, Honeydew, HotPink, IndianRed, Indigo,
        Ivory, Khaki, Lavender, LavenderBlush, LawnGreen, LemonChiffon, LightBlue, LightCoral, LightCyan,
        LightGoldenrodYellow, LightGray, LightGreen, LightGrey, LightPink, LightSalmon, LightSeaGreen, LightSkyBlue,
        LightSlateGray, LightSlateGrey, LightSteelBlue, LightYellow, Lime, LimeGreen, Linen, Magenta, Maroon,
        MediumAquamarine, MediumBlue, MediumOrchid, MediumPurple, MediumSeaGreen, MediumSlateBlue, MediumSpringGreen,
        MediumTurquoise, MediumVioletRed, MidnightBlue, MintCream, MistyRose, Moccasin, NavajoWhite, Navy, OldLace,
        Olive, OliveDrab, Orange, OrangeRed, Orchid, PaleGoldenrod, PaleGreen, PaleTurquoise, PaleVioletRed,
        PapayaWhip, PeachPuff, Peru, Pink, Plum, PowderBlue, Purple, RebeccaPurple, Red, RosyBrown, RoyalBlue,
        SaddleBrown, Salmon, SandyBrown, SeaGreen, Seashell, Sienna, Silver, SkyBlue, SlateBlue, SlateGray, SlateGrey,
        Snow, SpringGreen, SteelBlue, Tan, Teal, Thistle, Tomato, Turquoise, Violet, Wheat, White, WhiteSmoke, Yellow,
        YellowGreen, Transparent,
    }
}

choices! {
    /// What a trace is drawn of.
    Mode:
    Lines, Markers, Text, LinesMarkers, LinesText, MarkersText, LinesMarkersText, None,
}

choices! {
    /// How a line is dashed.
    DashType:
    Solid, Dot, Dash, LongDash, DashDot, LongDashDot,
}

choices! {
    /// How points are joined.
    LineShape:
    Linear, Spline, Hv, Vh, Hvh, Vhv,
}

choices! {
    /// Whether something is drawn.
    Visible:
    True, False, LegendOnly,
}

choices! {
    /// What is shown at the pointer.
    HoverInfo:
    X, Y, Z, XAndY, XAndZ, YAndZ, XAndYAndZ, Text, Name, All, None, Skip,
}

choices! {
    /// What is filled.
    Fill:
    ToZeroY, ToZeroX, ToNextY, ToNextX, ToSelf, ToNext, None,
}

choices! {
    /// Upright or lying.
    Orientation:
    Auto, Vertical, Horizontal, Radial, Tangential,
}

choices! {
    /// Which part of something is placed.
    Anchor:
    Auto, Left, Center, Right, Top, Middle, Bottom,
}

choices! {
    /// Where a text stands.
    Position:
    TopLeft, TopCenter, TopRight, MiddleLeft, MiddleCenter, MiddleRight, BottomLeft, BottomCenter, BottomRight,
    Inside, Outside,
}

choices! {
    /// Where the text of a bar stands.
    TextPosition:
    Inside, Outside, Auto, None,
}

choices! {
    /// The shape of a marker.
    MarkerSymbol:
    Circle, CircleOpen, CircleDot, CircleOpenDot, Square, SquareOpen, SquareDot, SquareOpenDot, Diamond,
    DiamondOpen, DiamondDot, DiamondOpenDot, Cross, CrossOpen, CrossDot, CrossOpenDot, X, XOpen, XDot, XOpenDot,
    TriangleUp, TriangleUpOpen, TriangleUpDot, TriangleUpOpenDot, TriangleDown, TriangleDownOpen, TriangleDownDot,
    TriangleDownOpenDot, TriangleLeft, TriangleLeftOpen, TriangleLeftDot, TriangleLeftOpenDot, TriangleRight,
    TriangleRightOpen, TriangleRightDot, TriangleRightOpenDot, TriangleNE, TriangleNEOpen, TriangleNEDot,
    TriangleNEOpenDot, TriangleSE, TriangleSEOpen, TriangleSEDot, TriangleSEOpenDot, TriangleSW, TriangleSWOpen,
    TriangleSWDot, TriangleSWOpenDot, TriangleNW, TriangleNWOpen, TriangleNWDot, TriangleNWOpenDot, Pentagon,
    PentagonOpen, PentagonDot, PentagonOpenDot, Hexagon, HexagonOpen, HexagonDot, HexagonOpenDot, Hexagon2,
    Hexagon2Open, Hexagon2Dot, Hexagon2OpenDot, Octagon, OctagonOpen, OctagonDot, OctagonOpenDot, Star, StarOpen,
    StarDot, StarOpenDot, Hexagram, HexagramOpen, HexagramDot, HexagramOpenDot, StarTriangleUp,
    StarTriangleUpOpen, StarTriangleUpDot, StarTriangleUpOpenDot, StarTriangleDown, StarTriangleDownOpen,
    StarTriangleDownDot, StarTriangleDownOpenDot, StarSquare, StarSquareOpen, StarSquareDot, StarSquareOpenDot,
    StarDiamond, StarDiamondOpen, StarDiamondDot, StarDiamondOpenDot, DiamondTall, DiamondTallOpen,
    DiamondTallDot, DiamondTallOpenDot, DiamondWide, DiamondWideOpen, DiamondWideDot, DiamondWideOpenDot,
    Hourglass, HourglassOpen, BowTie, BowTieOpen, CircleCross, CircleCrossOpen, CircleX, CircleXOpen, SquareCross,
    SquareCrossOpen, SquareX, SquareXOpen, DiamondCross, DiamondCrossOpen, DiamondX, DiamondXOpen, CrossThin,
    CrossThinOpen, XThin, XThinOpen, Asterisk, AsteriskOpen, Hash, HashOpen, HashDot, HashOpenDot, YUp, YUpOpen,
    YDown, YDownOpen, YLeft, YLeftOpen, YRight, YRightOpen, LineEW, LineEWOpen, LineNS, LineNSOpen, LineNE,
    LineNEOpen, LineNW, LineNWOpen,
}

choices! {
    /// A colour scale by name.
    ColorScalePalette:
    Greys, YlGnBu, Greens, YlOrRd, Bluered, RdBu, Reds, Blues, Picnic, Rainbow, Portland, Jet, Hot, Blackbody,
    Earth, Electric, Viridis, Cividis,
}

choices! {
    /// How an error is given.
    ErrorType:
    Percent, Constant, SquareRoot, Data,
}

choices! {
    /// How ticks are placed.
    TickMode:
    Auto, Linear, Array,
}

choices! {
    /// On which side ticks are.
    Ticks:
    Outside, Inside, None,
}

choices! {
    /// How powers of ten are written.
    ExponentFormat:
    None, SmallE, CapitalE, Power, SI, B,
}

choices! {
    /// On which side an axis is.
    AxisSide:
    Top, Bottom, Left, Right,
}

choices! {
    /// On which side a title is.
    Side:
    Right, Top, Bottom, Left, TopLeft,
}

choices! {
    /// What the size of a marker is.
    SizeMode:
    Diameter, Area,
}

choices! {
    /// In which unit a thickness is.
    ThicknessMode:
    Fraction, Pixels,
}

choices! {
    /// A pattern.
    PatternShape:
    None, HorizontalLine, VerticalLine, RightDiagonalLine, LeftDiagonalLine, Cross, DiagonalCross, Dot,
}

/// A colour scale.
#[derive(Clone, Debug)]
pub enum ColorScale {
    /// By name.
    Palette(ColorScalePalette),
    /// Places from 0 to 1 with their colours.
    Vector(Vec<ColorScaleElement>),
}

/// A place of a colour scale, and its colour.
#[derive(Clone, Debug)]
pub struct ColorScaleElement(pub f64, pub String);

/// A title of this text.
impl From<&str> for Title {
    fn from(text: &str) -> Title {
        loop {}
    }
}

impl From<String> for Title {
    fn from(text: String) -> Title {
        loop {}
    }
}

impl Title {
    /// A title of this text.
    pub fn with_text<S: Into<String>>(text: S) -> Title {
        loop {}
    }
}

setters! {
    /// A line.
    Line:
    width, shape, smoothing, dash, simplify, color, cauto, cmin, cmax, cmid, color_scale, auto_color_scale,
    reverse_scale, outlier_color, outlier_width,
}

setters! {
    /// Markers.
    Marker:
    symbol, opacity, size, max_displayed, size_ref, size_min, size_mode, line, gradient, color, colors, cauto,
    cmin, cmax, cmid, color_scale, auto_color_scale, reverse_scale, show_scale, color_bar, outlier_color, pattern,
}

setters! {
    /// A font.
    Font:
    family, size, color,
}

setters! {
    /// A title.
    Title:
    text, font, side, x_ref, y_ref, x, y, x_anchor, y_anchor, pad,
}

setters! {
    /// A label.
    Label:
    background_color, border_color, font, align, name_length,
}

setters! {
    /// The bar beside that explains colours.
    ColorBar:
    background_color, border_color, border_width, dtick, exponent_format, len, len_mode, n_ticks, orientation,
    outline_color, outline_width, separate_thousands, show_exponent, show_tick_labels, show_tick_prefix,
    show_tick_suffix, thickness, thickness_mode, tick_angle, tick_color, tick_font, tick_format,
    tick_format_stops, tick_len, tick_mode, tick_prefix, tick_suffix, tick_text, tick_vals, tick_width, tick0,
    ticks, title, x, x_anchor, x_pad, y, y_anchor, y_pad,
}

setters! {
    /// A pattern that fills an area.
    Pattern:
    shape, fill_mode, background_color, foreground_color, foreground_opacity, size, solidity,
}

setters! {
    /// The title of a group in the legend.
    LegendGroupTitle:
    text, font,
}

/// Error bars.
#[derive(Clone, Debug)]
pub struct ErrorData(());

impl ErrorData {
    /// Error bars of a kind.
    pub fn new(kind: ErrorType) -> ErrorData {
        loop {}
    }
}

setters_of! {
    ErrorData:
    array, visible, symmetric, array_minus, value, value_minus, trace_ref, trace_ref_minus, copy_ystyle, color,
    thickness, width,
}
