/**
 * Between stages 2 and 3: layers in an order that costs less and gives the same numbers.
 *
 * One rule: what is monotone and elementwise goes behind a maximum, `max(relu(x)) = relu(max(x))`, and then behind what only
 * renames elements. There are fewer elements behind a pool; the maximum can become part of the convolution before it;
 * and backward, the activation's gradient becomes part of the kernel that makes the gradient it starts from.
 *
 * @module
 */
import type { Shape } from "../language/layer.ts";
import type { Graph, GraphNode } from "./shapes.ts";

/** What changed places, for `plan.txt`. */
export interface Swap {
  readonly node: string;
  readonly behind: string;
}

/** Moves monotone layers behind maxima. Both kinds have one input. */
export function reorder(graph: Graph): { graph: Graph; swaps: Swap[] } {
  const swaps: Swap[] = [], order = new Order(graph);
  for (const { name, kind } of graph.nodes) {
    if (!kind.monotone) continue;
    for (let moved = false;;) {
      const next = order.soleReader(name);
      if (!next || !(next.kind.maximum || moved && next.kind.reshapes)) break;
      order.swap(name, next.name);
      swaps.push({ node: name, behind: next.name });
      moved = true;
    }
  }
  return { graph: swaps.length > 0 ? order.graph() : graph, swaps };
}

/** Layers while some of them change places. */
class Order {
  readonly #graph: Graph;
  readonly #nodes: GraphNode[];
  readonly #shapes: Record<string, Shape>;
  /** Where each node is, and the names of those that read its output. */
  readonly #places: Map<string, number>;
  readonly #readers = new Map<string, string[]>();
  #output: string;

  constructor(graph: Graph) {
    this.#graph = graph;
    this.#nodes = [...graph.nodes];
    this.#shapes = { ...graph.shapes };
    this.#places = new Map(graph.nodes.map(({ name }, place) => [name, place]));
    for (const { name, inputs } of graph.nodes) {
      for (const input of Object.values(inputs)) {
        const known = this.#readers.get(input);
        if (known) known.push(name);
        else this.#readers.set(input, [name]);
      }
    }
    this.#output = graph.output;
  }

  graph(): Graph {
    return { ...this.#graph, nodes: this.#nodes, shapes: this.#shapes, output: this.#output };
  }

  soleReader(name: string): GraphNode | undefined {
    const readers = this.#readers.get(name) ?? [];
    return readers.length === 1 && this.#output !== name ? this.#nodes[this.#places.get(readers[0])!] : undefined;
  }

  /** `first` before `second`, its sole reader, becomes `second` before `first`. */
  swap(first: string, second: string): void {
    const [at, behind] = [this.#places.get(first)!, this.#places.get(second)!];
    const [a, b] = [this.#nodes[at], this.#nodes[behind]], after = this.#readers.get(second) ?? [];
    const [before] = Object.values(a.inputs);
    this.#nodes[at] = reading(b, first, before);
    this.#nodes[behind] = reading(a, before, second);
    this.#places.set(second, at).set(first, behind);
    for (const name of after) {
      const place = this.#places.get(name)!;
      this.#nodes[place] = reading(this.#nodes[place], second, first);
    }
    this.#readers.set(before, this.#readers.get(before)!.map((name) => name === first ? second : name));
    this.#readers.set(second, [first]).set(first, after);
    this.#shapes[first] = this.#shapes[second];
    if (this.#output === second) this.#output = first;
  }
}

/** The node with another tensor in place of one that it reads. */
function reading(node: GraphNode, tensor: string, by: string): GraphNode {
  const inputs = Object.entries(node.inputs).map(([symbol, input]) => [symbol, input === tensor ? by : input]);
  return { ...node, inputs: Object.fromEntries(inputs) };
}
