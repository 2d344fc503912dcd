//! A figure as a message of the seam.

use super::{Axis, Colour, Dash, Draw, Figure, Interval, Mark, Marker, Panel, Series, Style};
use crate::wire::{Reader, WireError, Writer};
use kovacs_core::Origin;

impl Figure {
    /// Writes the figure into a message of the seam.
    pub fn encode(&self, writer: &mut Writer) {
        writer.text(&self.title);
        writer.text(&self.caption);
        writer.option(self.columns, Writer::u32);
        writer.bool(self.shares_x);
        writer.option(self.panel_size, pair);
        writer.sequence(&self.panels, |writer, panel| {
            writer.text(&panel.heading);
            axis(writer, &panel.x);
            axis(writer, &panel.y);
            writer.sequence(&panel.series, series);
            writer.sequence(&panel.marks, mark);
        });
    }

    /// Reads a figure from a message of the seam.
    ///
    /// # Errors
    /// The message is damaged.
    pub fn decode(reader: &mut Reader<'_>) -> Result<Figure, WireError> {
        Ok(Figure {
            title: reader.text()?,
            caption: reader.text()?,
            columns: reader.option(Reader::u32)?,
            shares_x: reader.bool()?,
            panel_size: reader.option(read_pair)?,
            panels: reader.sequence(|reader| {
                Ok(Panel {
                    heading: reader.text()?,
                    x: read_axis(reader)?,
                    y: read_axis(reader)?,
                    series: reader.sequence(read_series)?,
                    marks: reader.sequence(read_mark)?,
                })
            })?,
        })
    }
}

fn pair(writer: &mut Writer, (first, second): (f64, f64)) {
    writer.f64(first);
    writer.f64(second);
}

fn read_pair(reader: &mut Reader<'_>) -> Result<(f64, f64), WireError> {
    Ok((reader.f64()?, reader.f64()?))
}

fn axis(writer: &mut Writer, axis: &Axis) {
    writer.text(&axis.name);
    writer.text(&axis.unit);
    writer.bool(axis.logarithmic);
    writer.option(axis.range, pair);
}

fn read_axis(reader: &mut Reader<'_>) -> Result<Axis, WireError> {
    Ok(Axis {
        name: reader.text()?,
        unit: reader.text()?,
        logarithmic: reader.bool()?,
        range: reader.option(read_pair)?,
    })
}

fn series(writer: &mut Writer, series: &Series) {
    writer.text(&series.label);
    writer.text(series.origin.word());
    writer.f64s(&series.x);
    writer.f64s(&series.y);
    for text in [&series.x_name, &series.x_unit, &series.y_name, &series.y_unit] {
        writer.text(text);
    }
    writer.option(series.interval.as_ref(), |writer, interval| {
        writer.f64s(&interval.lower);
        writer.f64s(&interval.upper);
    });
    choice(writer, &DRAWS, series.draw);
    writer.option(series.style.colour, |writer, colour| {
        [colour.red, colour.green, colour.blue].into_iter().for_each(|channel| writer.u8(channel));
    });
    choice(writer, &DASHES, series.style.dash);
    writer.f64(series.style.width);
    choice(writer, &MARKERS, series.style.marker);
    writer.sequence(&series.provenance, |writer, (name, value)| {
        writer.text(name);
        writer.text(value);
    });
}

fn read_series(reader: &mut Reader<'_>) -> Result<Series, WireError> {
    Ok(Series {
        label: reader.text()?,
        origin: Origin::from_word(&reader.text()?).ok_or(WireError { expected: "an origin" })?,
        x: reader.f64s()?,
        y: reader.f64s()?,
        x_name: reader.text()?,
        x_unit: reader.text()?,
        y_name: reader.text()?,
        y_unit: reader.text()?,
        interval: reader.option(|reader| Ok(Interval { lower: reader.f64s()?, upper: reader.f64s()? }))?,
        draw: read_choice(reader, &DRAWS, "line or points")?,
        style: Style {
            colour: reader.option(|reader| Ok(Colour::rgb(reader.u8()?, reader.u8()?, reader.u8()?)))?,
            dash: read_choice(reader, &DASHES, "a dash")?,
            width: reader.f64()?,
            marker: read_choice(reader, &MARKERS, "a marker")?,
        },
        provenance: reader.sequence(|reader| Ok((reader.text()?, reader.text()?)))?,
    })
}

fn mark(writer: &mut Writer, mark: &Mark) {
    let (kind, first, second, text) = match mark {
        Mark::Text { x, y, text } => (0, *x, *y, text),
        Mark::Vertical { x, text } => (1, *x, 0.0, text),
        Mark::Horizontal { y, text } => (2, 0.0, *y, text),
        Mark::Span { from, to, text } => (3, *from, *to, text),
    };
    writer.u8(kind);
    pair(writer, (first, second));
    writer.text(text);
}

fn read_mark(reader: &mut Reader<'_>) -> Result<Mark, WireError> {
    let (kind, (first, second), text) = (reader.u8()?, read_pair(reader)?, reader.text()?);
    match kind {
        0 => Ok(Mark::Text { x: first, y: second, text }),
        1 => Ok(Mark::Vertical { x: first, text }),
        2 => Ok(Mark::Horizontal { y: second, text }),
        3 => Ok(Mark::Span { from: first, to: second, text }),
        _ => Err(WireError { expected: "a mark" }),
    }
}

// On the wire a choice is its place in one of these lists.
const DRAWS: [Draw; 3] = [Draw::Line, Draw::Points, Draw::Both];
const DASHES: [Dash; 4] = [Dash::Solid, Dash::Dashed, Dash::Dotted, Dash::DashDotted];
const MARKERS: [Marker; 4] = [Marker::Circle, Marker::Square, Marker::Triangle, Marker::Diamond];

fn choice<T: PartialEq>(writer: &mut Writer, list: &[T], value: T) {
    let place = list.iter().position(|known| *known == value);
    writer.u8(place.map_or(u8::MAX, |place| place as u8));
}

fn read_choice<T: Copy>(reader: &mut Reader<'_>, list: &[T], expected: &'static str) -> Result<T, WireError> {
    list.get(usize::from(reader.u8()?)).copied().ok_or(WireError { expected })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn everything() -> Figure {
        let mut figure = Figure::new("Fig. 1c").caption("Three glasses.").columns(1).share_x().panel_size(400.0, 150.0);
        for (draw, dash, marker) in [
            (Draw::Line, Dash::Dashed, Marker::Square),
            (Draw::Points, Dash::Dotted, Marker::Triangle),
            (Draw::Both, Dash::DashDotted, Marker::Diamond),
        ] {
            let mut series = Series::xy("σ", Origin::Converted, &[1.0, f64::INFINITY], &[-0.0]);
            (series.draw, series.x_unit, series.y_name) = (draw, "s".into(), "stress".into());
            series.provenance.push(("package".into(), "pvc".into()));
            figure = figure.series(series.dash(dash).marker(marker).colour(Colour::ORANGE).interval(&[0.0], &[2.0]));
        }
        figure
            .x("time", "s")
            .log_x()
            .y_range(0.0, 5.0)
            .annotate(1.0, 2.0, "here")
            .vertical(3.0, "t_p")
            .horizontal(4.0, "")
            .span(f64::NEG_INFINITY, 5.0, "stage 1")
            .panel(Panel::new("b"))
    }

    fn bytes(figure: &Figure) -> Vec<u8> {
        let mut writer = Writer::new();
        figure.encode(&mut writer);
        writer.into_bytes()
    }

    #[test]
    fn a_figure_comes_back_as_it_was_sent() {
        let figure = everything();
        assert_eq!(Figure::decode(&mut Reader::new(&bytes(&figure))), Ok(figure));
    }

    #[test]
    fn every_truncated_message_is_an_error() {
        let bytes = bytes(&everything());
        for end in 0..bytes.len() {
            assert!(Figure::decode(&mut Reader::new(&bytes[..end])).is_err(), "cut after {end} bytes");
        }
    }
}
