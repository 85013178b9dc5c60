//! Plain tables: columns lined up by the widest cell.

use console::measure_text_width;

use crate::text::one_line;

/// Rows with a header, as text. The last column is not padded. A row is one line, whatever its cells say.
pub fn table<const N: usize>(header: [&str; N], rows: &[[String; N]]) -> String {
    let header = header.map(|cell| one_line(cell).into_owned());
    let header = header.each_ref().map(String::as_str);
    let rows: Vec<_> =
        rows.iter().map(|row| row.each_ref().map(|cell| one_line(cell).into_owned())).collect();
    let mut widths = header.map(measure_text_width);
    for row in &rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(measure_text_width(cell));
        }
    }
    let line = |cells: &[String; N]| {
        let cells = cells.iter().zip(widths).map(|(cell, width)| padded(cell, width));
        cells.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    };
    let mut lines = vec![line(&header.map(str::to_owned))];
    lines.extend(rows.iter().map(line));
    lines.join("\n")
}

/// A text with spaces up to a width, in columns of the terminal.
pub fn padded(text: &str, width: usize) -> String {
    format!("{text}{}", " ".repeat(width.saturating_sub(measure_text_width(text))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_line_up_also_with_wide_letters() {
        let rows = [["a".to_owned(), "x".to_owned()], ["温度".to_owned(), "yy".to_owned()]];
        assert_eq!(table(["N", "VALUE"], &rows), "N     VALUE\na     x\n温度  yy");
    }

    #[test]
    fn no_cell_makes_a_row_of_its_own() {
        let rows = [["a".to_owned(), "x\nbuild.command  true".to_owned()]];
        assert_eq!(table(["N\nM", "V"], &rows), "N\\nM  V\na     x\\nbuild.command  true");
    }
}
