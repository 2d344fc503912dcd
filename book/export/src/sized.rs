//! A figure of a stated width, and its files.

use crate::Figure;
use crate::browser::Browser;
use crate::error::ExportError;
use crate::length::Length;
use crate::svg;
use std::fmt;
use std::str::FromStr;

/// Most pixels a side: what browsers draw.
const MOST_PIXELS: u64 = 16_000;

/// What kind of file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Lines and letters; letters are set in a font of whoever opens it.
    Svg,
    /// Pixels.
    Png,
    /// Lines and letters, with the fonts in the file.
    Pdf,
}

impl Format {
    /// Every format.
    pub const ALL: [Format; 3] = [Format::Svg, Format::Png, Format::Pdf];
}

impl fmt::Display for Format {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Format::Svg => "svg",
            Format::Png => "png",
            Format::Pdf => "pdf",
        })
    }
}

impl FromStr for Format {
    type Err = String;

    fn from_str(text: &str) -> Result<Format, String> {
        let found = Format::ALL.into_iter().find(|format| format.to_string() == text.to_ascii_lowercase());
        found.ok_or_else(|| format!("`{text}` is none of svg, png and pdf"))
    }
}

/// A figure of a stated width.
#[derive(Clone, Debug)]
pub struct Sized<'a> {
    figure: &'a Figure,
    /// As drawn, in units of the picture.
    drawn: (f64, f64),
    width: Length,
}

impl<'a> Sized<'a> {
    /// The figure, as wide as this; its height follows.
    ///
    /// # Errors
    /// It does not say how large it is drawn.
    pub fn new(figure: &'a Figure, width: Length) -> Result<Sized<'a>, ExportError> {
        let drawn = svg::size(&figure.svg).ok_or_else(|| ExportError::Picture {
            cell: figure.cell.clone(),
            message: "it does not say how wide and how high it is".to_owned(),
        })?;
        Ok(Sized { figure, drawn, width })
    }

    /// Width on paper.
    pub fn width(&self) -> Length {
        self.width
    }

    /// Height on paper.
    pub fn height(&self) -> Length {
        Length::of_millimetres(self.drawn.1 * self.scale())
    }

    /// Millimetres per unit of the picture.
    fn scale(&self) -> f64 {
        self.width.millimetres() / self.drawn.0
    }

    /// Size of the smallest letters on paper, in points; subscripts count as the text they belong to. `None` without text.
    pub fn smallest_text(&self) -> Option<f64> {
        let smallest = svg::smallest_text(&self.figure.svg)?;
        Some(Length::of_millimetres(smallest * self.scale()).points())
    }

    /// The picture with its size on paper: a file that needs no browser.
    ///
    /// # Errors
    /// It is no SVG.
    pub fn svg(&self) -> Result<Vec<u8>, ExportError> {
        let sized = svg::with_size(&self.figure.svg, self.drawn, self.width, self.height());
        sized.map(String::into_bytes).ok_or_else(|| ExportError::Picture {
            cell: self.figure.cell.clone(),
            message: "there is no `<svg>` in it".to_owned(),
        })
    }

    /// One page of this size, with its fonts.
    ///
    /// # Errors
    /// The browser makes no file.
    pub fn pdf(&self, browser: &Browser) -> Result<Vec<u8>, ExportError> {
        browser.pdf(&self.figure.cell, &self.svg()?, (self.width, self.height()))
    }

    /// Pixels, so many to the inch, on white.
    ///
    /// # Errors
    /// Too many pixels, or the browser makes no file.
    pub fn png(&self, browser: &Browser, dots: u16) -> Result<Vec<u8>, ExportError> {
        let pixels = |length: Length| (length.inches() * f64::from(dots)).round().max(1.0) as u64;
        let (width, height) = (pixels(self.width), pixels(self.height()));
        if width.max(height) > MOST_PIXELS {
            return Err(ExportError::TooLarge { width, height });
        }
        browser.png(&self.figure.cell, &self.svg()?, (width, height), dots)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn figure() -> Figure {
        let svg = "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"600\" height=\"300\" viewBox=\"0 0 600 300\" \
            font-family=\"Helvetica, Arial, sans-serif\"><rect width=\"600\" height=\"300\" fill=\"#fff\"/>\
            <rect width=\"300\" height=\"300\" fill=\"#ff0000\"/><text x=\"310\" y=\"50\" font-size=\"12\">stress \
            <tspan font-size=\"8\">p</tspan> in Ω</text></svg>";
        Figure { cell: "c".into(), name: "c".into(), svg: svg.into() }
    }

    #[test]
    fn height_and_letters_follow_the_width() {
        let figure = figure();
        let sized = |width: &str| Sized::new(&figure, width.parse().expect("a width")).expect("a picture");
        assert_eq!(sized("183mm").height().to_string(), "91.5 mm");
        let size = |width: &str| sized(width).smallest_text().expect("text");
        // 12 of 600 units.
        assert!((size("183mm") - 10.37).abs() < 0.01 && (size("89mm") - 5.05).abs() < 0.01, "{}", size("89mm"));
        let text = String::from_utf8(sized("single").svg().expect("a file")).expect("text");
        assert!(text.contains("width=\"89.000mm\" height=\"44.500mm\""), "{text}");
        let other = Figure { svg: "<svg>".into(), ..figure.clone() };
        assert!(matches!(Sized::new(&other, Length::SINGLE_COLUMN), Err(ExportError::Picture { .. })));
    }

    /// Needs a browser, as the pages of the book do; without one there is nothing to look at, and the error is looked at.
    #[test]
    fn pdf_and_png_have_the_size_asked_for() {
        let browser = match Browser::find() {
            Ok(browser) => browser,
            Err(error) => return assert!(error.to_string().contains("KOVACS_BROWSER"), "{error}"),
        };
        let figure = figure();
        let sized = Sized::new(&figure, Length::DOUBLE_COLUMN).expect("a picture");
        let file = sized.pdf(&browser).expect("a PDF");
        let text = String::from_utf8_lossy(&file);
        let page = text.split_once("/MediaBox [").and_then(|(_, rest)| rest.split_once(']')).expect("a page").0;
        let numbers: Vec<f64> = page.split_whitespace().map(|number| number.parse().expect("a number")).collect();
        // 183 mm are 518.74 points; browsers round a page to a hundredth of an inch.
        assert!((numbers[2] - 518.74).abs() < 0.73 && (numbers[3] - 259.37).abs() < 0.73, "{page}");
        assert!(text.contains("/FontFile"), "letters are letters");
        assert_eq!(text.matches("/MediaBox [").count(), 1, "one page");

        let sized = Sized::new(&figure, Length::SINGLE_COLUMN).expect("a picture");
        let file = sized.png(&browser, 300).expect("a PNG");
        let number = |at: usize| u32::from_be_bytes(file[at..at + 4].try_into().expect("four bytes"));
        assert_eq!((number(16), number(20)), (1051, 526), "89 mm at 300 dots per inch");
        assert_eq!((&file[37..41], number(41), number(45), file[49]), (b"pHYs".as_slice(), 11811, 11811, 1));
        assert!(matches!(sized.png(&browser, 9600), Err(ExportError::TooLarge { .. })));
    }
}
