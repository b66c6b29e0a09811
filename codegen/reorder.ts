/**
 * Between stages 2 and 3: layers in an order that costs less and gives the same numbers.
 *
 * One rule: what is monotone and elementwise goes behind a maximum, `max(relu(x)) = relu(max(x))`, and then behind what only
 * renames elements. There are fewer elements behind a pool; the maximum can become part of the convolution before it;
 * and backward, the activation's gradient becomes part of the kernel that makes the gradient it starts from.
 *
 * @module
 */
import type { Graph, GraphNode } from "./shapes.ts";

/** What changed places, for `plan.txt`. */
export interface Swap {
  readonly node: string;
  readonly behind: string;
}

/** Moves monotone layers behind maxima. */
export function reorder(graph: Graph): { graph: Graph; swaps: Swap[] } {
  const swaps: Swap[] = [];
  let result = graph;
  for (const { name, kind } of graph.nodes) {
    if (!kind.monotone) continue;
    for (let moved = false;;) {
      const next = soleReader(name, result);
      if (!next || !(next.kind.maximum || moved && next.kind.reshapes)) break;
      result = swap(result, result.nodes.find((node) => node.name === name)!, next);
      swaps.push({ node: name, behind: next.name });
      moved = true;
    }
  }
  return { graph: result, swaps };
}

function soleReader(name: string, { nodes, output }: Graph): GraphNode | undefined {
  const readers = nodes.filter(({ input }) => input === name);
  return readers.length === 1 && output !== name ? readers[0] : undefined;
}

/** `a` before `b` becomes `b` before `a`. */
function swap(graph: Graph, a: GraphNode, b: GraphNode): Graph {
  return {
    ...graph,
    output: graph.output === b.name ? a.name : graph.output,
    shapes: { ...graph.shapes, [a.name]: graph.shapes[b.name] },
    nodes: graph.nodes.map((node) =>
      node === a
        ? { ...b, input: a.input }
        : node === b
        ? { ...a, input: b.name }
        : node.input === b.name
        ? { ...node, input: a.name }
        : node
    ),
  };
}
