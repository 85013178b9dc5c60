//! Assigns each node to a column: messages go from left to right, except in cycles.

use super::model::Graph;

/// An edge between neighbouring columns; a longer edge is split into several.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Way {
    pub edge: usize,
    /// Whether it goes from right to left.
    pub back: bool,
}

/// For each node its column, and for each edge whether it goes backwards.
pub fn columns(graph: &Graph) -> (Vec<usize>, Vec<Way>) {
    let back = back_edges(graph);
    let ways: Vec<Way> = back.iter().enumerate().map(|(edge, back)| Way { edge, back: *back }).collect();
    let ends = |way: &Way| {
        let edge = graph.edges[way.edge];
        if way.back { (edge.to, edge.from) } else { (edge.from, edge.to) }
    };
    let count = graph.nodes.len();
    let (mut after, mut before) = (vec![Vec::new(); count], vec![0; count]);
    for (from, to) in ways.iter().map(ends) {
        after[from].push(to);
        before[to] += 1;
    }
    let first: Vec<bool> = before.iter().map(|count| *count == 0).collect();
    let mut ready: Vec<usize> = (0..count).rev().filter(|node| first[*node]).collect();
    let mut column = vec![0_usize; count];
    while let Some(node) = ready.pop() {
        for &next in &after[node] {
            column[next] = column[next].max(column[node] + 1);
            before[next] -= 1;
            if before[next] == 0 {
                ready.push(next);
            }
        }
    }
    // A node without inputs is placed just before its readers.
    for node in (0..count).filter(|node| first[*node]) {
        if let Some(nearest) = after[node].iter().map(|next| column[*next]).min() {
            column[node] = nearest.saturating_sub(1);
        }
    }
    (column, ways)
}

/// The edges that close a cycle when the flow is followed from its sources.
fn back_edges(graph: &Graph) -> Vec<bool> {
    let count = graph.nodes.len();
    let (mut after, mut is_first) = (vec![Vec::new(); count], vec![true; count]);
    for (index, edge) in graph.edges.iter().enumerate() {
        after[edge.from].push((index, edge.to));
        is_first[edge.to] = false;
    }
    let mut back = vec![false; graph.edges.len()];
    let (mut seen, mut open) = (vec![false; count], vec![false; count]);
    let roots = (0..count).filter(|node| is_first[*node]).chain((0..count).filter(|node| !is_first[*node]));
    for root in roots {
        let mut way = if seen[root] { Vec::new() } else { vec![(root, 0)] };
        while let Some((node, step)) = way.pop() {
            seen[node] = true;
            open[node] = true;
            match after[node].get(step) {
                None => open[node] = false,
                Some(&(edge, next)) => {
                    way.push((node, step + 1));
                    if open[next] {
                        back[edge] = true;
                    } else if !seen[next] {
                        way.push((next, 0));
                    }
                }
            }
        }
    }
    back
}

#[cfg(test)]
mod tests {
    use super::super::model::{Edge, Node, Shape};
    use super::*;
    use proptest::prelude::*;

    fn graph(count: usize, edges: &[(usize, usize)]) -> Graph {
        let node = Node { shape: Shape::Topic, label: String::new(), detail: String::new() };
        let edge = |(from, to): &(usize, usize)| Edge { from: *from, to: *to, by_wildcard: false };
        Graph { nodes: vec![node; count], edges: edges.iter().map(edge).collect() }
    }

    #[test]
    fn a_chain_goes_from_left_to_right_and_a_late_source_stands_beside_its_reader() {
        let (columns, ways) = columns(&graph(5, &[(0, 1), (1, 2), (2, 3), (4, 3)]));
        assert_eq!(columns, [0, 1, 2, 3, 2]);
        assert!(ways.iter().all(|way| !way.back));
    }

    proptest! {
        #[test]
        fn every_edge_but_those_that_go_back_goes_right(
            edges in prop::collection::vec((0..8usize, 0..8usize), 0..20)
        ) {
            let edges: Vec<_> = edges.into_iter().filter(|(a, b)| a != b).collect();
            let (columns, ways) = columns(&graph(8, &edges));
            for (way, (from, to)) in ways.iter().zip(&edges) {
                let (from, to) = if way.back { (to, from) } else { (from, to) };
                prop_assert!(columns[*from] < columns[*to]);
            }
        }
    }
}
