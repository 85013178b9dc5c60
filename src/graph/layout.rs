//! The position of each node and edge in the diagram.

use super::layers::{Way, columns};
use super::model::{Graph, Node, Shape};

const CHARACTER: f64 = 7.8;
const COLUMN_GAP: f64 = 56.0;
const ROW_GAP: f64 = 22.0;
const MARGIN: f64 = 20.0;
/// Longer labels are cut, in characters.
pub const LABEL: usize = 40;
/// With more bends than this, edges are drawn straight: such a diagram is unreadable anyway, but must be drawn
/// quickly.
const MAX_BENDS: usize = 20_000;
/// How many passes of sorting and shifting rows towards their neighbours are made.
const ROUNDS: usize = 8;

/// A box in the diagram.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Place {
    pub x: f64,
    pub y: f64,
    pub width: f64,
    pub height: f64,
}

#[derive(Debug)]
pub struct Layout {
    pub nodes: Vec<Place>,
    /// For each edge the points that it goes through.
    pub edges: Vec<Vec<(f64, f64)>>,
    pub width: f64,
    pub height: f64,
}

/// Lays a graph out in columns.
pub fn layout(graph: &Graph) -> Layout {
    let (column, ways) = columns(graph);
    let mut grid = Grid::new(graph, &column);
    let bends = grid.bend(graph, &ways);
    grid.sort();
    grid.shift();
    grid.finish(graph, &ways, &bends)
}

/// Nodes, and after them the bends of long edges, in columns.
struct Grid {
    places: Vec<Place>,
    columns: Vec<Vec<usize>>,
    column: Vec<usize>,
    left: Vec<Vec<usize>>,
    right: Vec<Vec<usize>>,
    /// The left and right side of each column.
    sides: Vec<(f64, f64)>,
}

impl Grid {
    fn new(graph: &Graph, column: &[usize]) -> Self {
        let mut columns = vec![Vec::new(); column.iter().max().map_or(0, |last| last + 1)];
        for (node, column) in column.iter().enumerate() {
            columns[*column].push(node);
        }
        let count = graph.nodes.len();
        Self {
            places: graph.nodes.iter().map(size).collect(),
            columns,
            column: column.to_vec(),
            left: vec![Vec::new(); count],
            right: vec![Vec::new(); count],
            sides: Vec::new(),
        }
    }

    /// Gives long edges a bend in every column that they pass, so that they avoid the nodes there.
    fn bend(&mut self, graph: &Graph, ways: &[Way]) -> Vec<Vec<usize>> {
        let ends = |way: &Way| {
            let edge = graph.edges[way.edge];
            if way.back { (edge.to, edge.from) } else { (edge.from, edge.to) }
        };
        let needed: usize = ways.iter().map(ends).map(|(a, b)| self.column[b] - self.column[a] - 1).sum();
        let mut all = Vec::new();
        for (from, to) in ways.iter().map(ends) {
            let mut bends = Vec::new();
            let mut last = from;
            let passed = if needed > MAX_BENDS { 0..0 } else { self.column[from] + 1..self.column[to] };
            for column in passed {
                let bend = self.places.len();
                self.places.push(Place { x: 0.0, y: 0.0, width: 0.0, height: 8.0 });
                self.columns[column].push(bend);
                self.column.push(column);
                self.left.push(Vec::new());
                self.right.push(Vec::new());
                self.join(last, bend);
                bends.push(bend);
                last = bend;
            }
            self.join(last, to);
            all.push(bends);
        }
        all
    }

    fn join(&mut self, from: usize, to: usize) {
        self.right[from].push(to);
        self.left[to].push(from);
    }

    /// Sorts each column by the positions of its neighbours, so that few edges cross.
    fn sort(&mut self) {
        let mut row = vec![0.0; self.places.len()];
        let number = |row: &mut Vec<f64>, column: &[usize]| {
            for (at, item) in column.iter().enumerate() {
                row[*item] = at as f64 - column.len() as f64 / 2.0;
            }
        };
        self.columns.iter().for_each(|column| number(&mut row, column));
        for round in 0..ROUNDS {
            let (neighbours, rightwards) =
                if round % 2 == 0 { (&self.left, true) } else { (&self.right, false) };
            let count = self.columns.len();
            for step in 0..count {
                let column = &mut self.columns[if rightwards { step } else { count - 1 - step }];
                let key = |item: &usize| mean(&neighbours[*item], |other| row[other]).unwrap_or(row[*item]);
                let mut keyed: Vec<_> = column.iter().map(|item| (key(item), *item)).collect();
                keyed.sort_by(|a, b| a.0.total_cmp(&b.0));
                *column = keyed.into_iter().map(|(_, item)| item).collect();
                number(&mut row, column);
            }
        }
    }

    /// Moves everything to the height of its neighbours, as far as the others in the column allow.
    fn shift(&mut self) {
        for column in self.columns.clone() {
            let mut y = 0.0;
            for item in column {
                self.places[item].y = y + self.places[item].height / 2.0;
                y += self.places[item].height + ROW_GAP;
            }
        }
        for round in 0..ROUNDS {
            let rightwards = round % 2 == 0;
            let neighbours = if rightwards { &self.left } else { &self.right };
            let count = self.columns.len();
            for step in 0..count {
                let column = &self.columns[if rightwards { step } else { count - 1 - step }];
                let places = &self.places;
                let wish = |item: &usize| {
                    mean(&neighbours[*item], |other| places[other].y).unwrap_or(places[*item].y)
                };
                let wishes: Vec<f64> = column.iter().map(wish).collect();
                let heights: Vec<f64> = column.iter().map(|item| places[*item].height).collect();
                for (item, y) in column.iter().zip(settle(&wishes, &heights)) {
                    self.places[*item].y = y;
                }
            }
        }
    }

    fn finish(mut self, graph: &Graph, ways: &[Way], bends: &[Vec<usize>]) -> Layout {
        let top = self.places.iter().map(|p| p.y - p.height / 2.0).fold(f64::INFINITY, f64::min);
        let mut x = MARGIN;
        for column in &self.columns {
            let width = column.iter().map(|item| self.places[*item].width).fold(0.0, f64::max);
            for item in column {
                let place = &mut self.places[*item];
                place.x = x + width / 2.0;
                place.y += MARGIN - top;
            }
            self.sides.push((x, x + width));
            x += width + COLUMN_GAP;
        }
        let bottom = self.places.iter().map(|p| p.y + p.height / 2.0).fold(0.0, f64::max);
        let edges = ways.iter().zip(bends).map(|(way, bends)| self.points(graph, *way, bends)).collect();
        self.places.truncate(graph.nodes.len());
        Layout {
            nodes: self.places,
            edges,
            width: (x - COLUMN_GAP).max(0.0) + MARGIN,
            height: bottom + MARGIN,
        }
    }

    /// Horizontal while it passes a column, so that it bends only in the gaps.
    fn points(&self, graph: &Graph, way: Way, bends: &[usize]) -> Vec<(f64, f64)> {
        let edge = graph.edges[way.edge];
        let (first, last) = if way.back { (edge.to, edge.from) } else { (edge.from, edge.to) };
        // Backward edges run a little lower, so that they can be distinguished from forward ones.
        let lower = |place: Place| if way.back { place.y + place.height / 4.0 } else { place.y };
        let (from, to) = (self.places[first], self.places[last]);
        let side = |item: usize| self.sides[self.column[item]];
        let mut points = vec![(from.x + from.width / 2.0, lower(from)), (side(first).1, lower(from))];
        for &bend in bends {
            let y = self.places[bend].y;
            points.extend([(side(bend).0, y), (side(bend).1, y)]);
        }
        points.extend([(side(last).0, lower(to)), (to.x - to.width / 2.0, lower(to))]);
        if way.back {
            points.reverse();
        }
        points.dedup();
        points
    }
}

fn mean(items: &[usize], value: impl Fn(usize) -> f64) -> Option<f64> {
    let sum: f64 = items.iter().map(|item| value(*item)).sum();
    (!items.is_empty()).then(|| sum / items.len() as f64)
}

/// Positions close to the desired ones, in the same order and without overlaps.
fn settle(wishes: &[f64], heights: &[f64]) -> Vec<f64> {
    // Nodes that touch move as one block, to the mean of their desired positions.
    let mut blocks: Vec<(f64, usize, f64)> = Vec::new();
    let mut offset = 0.0;
    let mut offsets = Vec::new();
    for (wish, height) in wishes.iter().zip(heights) {
        offsets.push(offset + height / 2.0);
        let mut block = (wish - offset - height / 2.0, 1, offset);
        offset += height + ROW_GAP;
        while let Some(last) = blocks.pop() {
            if last.0 <= block.0 {
                blocks.push(last);
                break;
            }
            let count = last.1 + block.1;
            block = ((last.0 * last.1 as f64 + block.0 * block.1 as f64) / count as f64, count, last.2);
        }
        blocks.push(block);
    }
    let shifts = blocks.iter().flat_map(|(shift, count, _)| std::iter::repeat_n(*shift, *count));
    offsets.iter().zip(shifts).map(|(offset, shift)| offset + shift).collect()
}

fn size(node: &Node) -> Place {
    let longest = [&node.label, &node.detail].into_iter().map(|text| columns_of(text)).max().unwrap_or(0);
    let padding = if node.shape == Shape::Http { 40.0 } else { 28.0 };
    let height = if node.detail.is_empty() { 32.0 } else { 48.0 };
    Place { x: 0.0, y: 0.0, width: longest as f64 * CHARACTER + padding, height }
}

/// The width of a (shortened) label in columns; characters from U+1100 on count as wide.
fn columns_of(text: &str) -> usize {
    text.chars().take(LABEL + 1).map(|c| if u32::from(c) < 0x1100 { 1 } else { 2 }).sum()
}

#[cfg(test)]
mod tests {
    use super::super::model::Edge;
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn nothing_stands_on_another_or_outside(
            edges in prop::collection::vec((0..9usize, 0..9usize), 0..24)
        ) {
            let node = |i: usize| Node { shape: Shape::Component, label: "x".repeat(i * 5), detail: String::new() };
            let edges = edges.into_iter().filter(|(a, b)| a != b);
            let edges = edges.map(|(from, to)| Edge { from, to, by_wildcard: false }).collect();
            let graph = Graph { nodes: (0..9).map(node).collect(), edges };
            let layout = layout(&graph);
            for (i, a) in layout.nodes.iter().enumerate() {
                prop_assert!(a.x - a.width / 2.0 >= 0.0 && a.x + a.width / 2.0 <= layout.width);
                prop_assert!(a.y - a.height / 2.0 >= 0.0 && a.y + a.height / 2.0 <= layout.height);
                for b in &layout.nodes[i + 1..] {
                    let apart_x = (a.x - b.x).abs() >= (a.width + b.width) / 2.0;
                    let apart_y = (a.y - b.y).abs() >= (a.height + b.height) / 2.0 - 0.01;
                    prop_assert!(apart_x || apart_y, "{a:?} {b:?}");
                }
            }
        }
    }

    #[test]
    fn an_empty_graph_has_a_picture() {
        let layout = layout(&Graph::default());
        assert!(layout.width.is_finite() && layout.height.is_finite());
    }
}
