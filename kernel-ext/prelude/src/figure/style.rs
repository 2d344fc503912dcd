//! How a series looks: colours that colour-blind readers can tell apart, dashes, widths and markers.
//!
//! The palette is that of Okabe and Ito (*Color Universal Design*, 2008), without its yellow, which is not seen on
//! white. Families in which one quantity rises (ε₂ = 0.2 … 0.6 %) are better served by [`Colour::ordered`].

/// A colour, as red, green and blue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Colour {
    /// Red, 0 to 255.
    pub red: u8,
    /// Green, 0 to 255.
    pub green: u8,
    /// Blue, 0 to 255.
    pub blue: u8,
}

impl Colour {
    /// Okabe and Ito's blue.
    pub const BLUE: Colour = Colour::rgb(0x00, 0x72, 0xB2);
    /// Okabe and Ito's vermillion.
    pub const VERMILLION: Colour = Colour::rgb(0xD5, 0x5E, 0x00);
    /// Okabe and Ito's bluish green.
    pub const GREEN: Colour = Colour::rgb(0x00, 0x9E, 0x73);
    /// Okabe and Ito's reddish purple.
    pub const PURPLE: Colour = Colour::rgb(0xCC, 0x79, 0xA7);
    /// Okabe and Ito's orange.
    pub const ORANGE: Colour = Colour::rgb(0xE6, 0x9F, 0x00);
    /// Okabe and Ito's sky blue.
    pub const SKY: Colour = Colour::rgb(0x56, 0xB4, 0xE9);
    /// Near black.
    pub const BLACK: Colour = Colour::rgb(0x1A, 0x1A, 0x1A);
    /// Middle grey, for what is beside the point.
    pub const GREY: Colour = Colour::rgb(0x80, 0x80, 0x80);

    /// The colours that series take by themselves, in this order.
    pub const PALETTE: [Colour; 7] =
        [Colour::BLUE, Colour::VERMILLION, Colour::GREEN, Colour::PURPLE, Colour::ORANGE, Colour::SKY, Colour::BLACK];

    /// A colour of one's own.
    pub const fn rgb(red: u8, green: u8, blue: u8) -> Colour {
        Colour { red, green, blue }
    }

    /// Member `index` of a family of `count` that is ordered, from dark violet over blue and green to ochre.
    ///
    /// Lightness rises with `index`, so the order survives print in grey and every common colour blindness. It is the
    /// darker four fifths of viridis (Smith and van der Walt, matplotlib, CC0), linear between eight of its colours.
    pub fn ordered(index: usize, count: usize) -> Colour {
        const STOPS: [[u8; 3]; 8] = [
            [0x44, 0x01, 0x54],
            [0x48, 0x21, 0x73],
            [0x43, 0x3E, 0x85],
            [0x38, 0x58, 0x8C],
            [0x2A, 0x78, 0x8E],
            [0x1E, 0x98, 0x8B],
            [0x35, 0xB4, 0x79],
            [0x74, 0xC4, 0x55],
        ];
        let last = STOPS.len() - 1;
        let position = if count > 1 { index.min(count - 1) as f64 / (count - 1) as f64 * last as f64 } else { 0.0 };
        let stop = (position as usize).min(last - 1);
        let fraction = position - stop as f64;
        let mixed = |channel: usize| {
            let (from, to) = (f64::from(STOPS[stop][channel]), f64::from(STOPS[stop + 1][channel]));
            (from + (to - from) * fraction).round() as u8
        };
        Colour::rgb(mixed(0), mixed(1), mixed(2))
    }

    /// As HTML and SVG write it: `#0072b2`.
    pub fn hex(self) -> String {
        format!("#{:02x}{:02x}{:02x}", self.red, self.green, self.blue)
    }
}

/// How a line is broken up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Dash {
    /// Not at all.
    #[default]
    Solid,
    /// Into dashes.
    Dashed,
    /// Into dots.
    Dotted,
    /// Into dashes and dots.
    DashDotted,
}

/// What a point is drawn as.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Marker {
    /// A circle.
    #[default]
    Circle,
    /// A square.
    Square,
    /// A triangle.
    Triangle,
    /// A square on its corner.
    Diamond,
}

/// How a series looks.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Style {
    /// Colour; `None` takes the next of the palette. Series of one label then have one colour.
    pub colour: Option<Colour>,
    /// How the line is broken up.
    pub dash: Dash,
    /// Width of the line, in pixels (1/96 inch).
    pub width: f64,
    /// What points are drawn as.
    pub marker: Marker,
}

impl Default for Style {
    fn default() -> Self {
        Style { colour: None, dash: Dash::Solid, width: 1.8, marker: Marker::Circle }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Relative luminance of WCAG 2.1, with the sRGB curve taken as a power of 2.2.
    fn luminance(colour: Colour) -> f64 {
        let linear = |channel: u8| (f64::from(channel) / 255.0).powf(2.2);
        0.2126 * linear(colour.red) + 0.7152 * linear(colour.green) + 0.0722 * linear(colour.blue)
    }

    #[test]
    fn an_ordered_family_grows_lighter_and_stays_visible_on_white() {
        for count in 2..12 {
            let lightness: Vec<f64> = (0..count).map(|index| luminance(Colour::ordered(index, count))).collect();
            assert!(lightness.windows(2).all(|pair| pair[0] < pair[1]), "{count} members: {lightness:?}");
            // A contrast of 2 to 1 against white, (1 + 0.05) / (L + 0.05).
            assert!(lightness.iter().all(|value| *value < 0.475));
        }
        assert_eq!(Colour::ordered(9, 3), Colour::ordered(2, 3));
        assert_eq!(Colour::ordered(0, 0).hex(), "#440154");
    }
}
