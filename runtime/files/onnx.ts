/**
 * A net with its weights as an ONNX model: what it does in a test, layer by layer. ONNX files are protocol buffers; the
 * numbers of their fields are those of onnx.proto.
 *
 * @module
 */
import type { PbfWriter } from "npm:pbf@5.1.2";
import { InputError } from "../../codegen/error.ts";
import type { OnnxAttribute, OnnxConstant, OnnxOperation, Shape } from "../../codegen/language/layer.ts";
import { type Graph, inputShapes } from "../../codegen/graph/shapes.ts";
import type { Trained } from "../run/run_options.ts";

/** Version of the file's structure, and of the set of operations, which has all that layers use. */
const IR_VERSION = 8, OPSET = 17;
/** Kinds of an attribute, and of numbers; that of floats is the same of both. */
const INT = 2, INTS = 7, FLOAT = 1;
/** The kind of whole numbers of 64 bits. */
const INT64 = 7;
/** How the number of samples is called; any number is possible. */
const BATCH = "batch";
/** Names of the model's input and output. */
const INPUT = "input", OUTPUT = "output";
/** The property that names of classes are looked for in: `{"0": "cat"}`, which JSON and Python read. */
const NAMES = "names";

/** An operation in its place. */
interface Node extends Pick<OnnxOperation, "op" | "attributes"> {
  readonly name: string;
  readonly inputs: readonly string[];
  readonly output: string;
}

/** Numbers that belong to a model: weights, and what operations take beside. */
interface Stored extends OnnxConstant {
  readonly name: string;
}

/**
 * The bytes of a model. Its input is called `input`, [batch, ...shape]; its output, what the last layer gives, `output`,
 * [batch, classes].
 *
 * @param classes names of the classes: they become the property `names`, by label, as other programs read it.
 * @throws {InputError} when the net has a layer that ONNX has no operation for.
 */
export async function encodeOnnx(
  graph: Graph,
  parameters: Trained["parameters"],
  producer: { readonly name: string; readonly version: string },
  classes?: readonly string[],
): Promise<Uint8Array<ArrayBuffer>> {
  const { nodes, constants } = operationsOf(graph);
  // it is of use to one command only
  const { PbfWriter } = await import("npm:pbf@5.1.2");
  const pbf = new PbfWriter();
  pbf.writeVarintField(1, IR_VERSION);
  pbf.writeStringField(2, producer.name);
  pbf.writeStringField(3, producer.version);
  pbf.writeMessage(7, () => {
    for (const node of nodes) pbf.writeMessage(1, writeNode, node);
    pbf.writeStringField(2, graph.name);
    for (const [name, values] of parameters) pbf.writeMessage(5, writeTensor, { name, ...values });
    for (const constant of constants) pbf.writeMessage(5, writeConstant, constant);
    pbf.writeMessage(11, writeValue, { name: INPUT, shape: graph.shapes.input });
    pbf.writeMessage(12, writeValue, { name: OUTPUT, shape: graph.shapes[graph.output] });
  }, undefined);
  pbf.writeMessage(8, () => {
    pbf.writeStringField(1, "");
    pbf.writeVarintField(2, OPSET);
  }, undefined);
  if (classes) {
    pbf.writeMessage(14, () => {
      pbf.writeStringField(1, NAMES);
      pbf.writeStringField(2, JSON.stringify({ ...classes }));
    }, undefined);
  }
  return pbf.finish().slice() as Uint8Array<ArrayBuffer>;
}

/** The operations of all layers, in order, and the numbers that they take beside weights. */
function operationsOf(graph: Graph): { nodes: Node[]; constants: Stored[] } {
  const tensor = (name: string) => name === "input" ? INPUT : name === graph.output ? OUTPUT : `${name}.output`;
  const constants: Stored[] = [];
  const nodes = graph.nodes.flatMap(({ name, kind, options, inputs, parameters, buffers }): Node[] => {
    const shapes = { ...inputShapes({ inputs }, graph.shapes), y: graph.shapes[name] };
    const made = kind.onnx?.(options, Object.keys(inputs), shapes);
    if (!made) {
      throw new InputError(`net ${graph.name} has the layer ${kind.type}, which ONNX has no operation for`);
    }
    const known: Record<string, string> = Object.fromEntries([
      ...Object.entries(inputs).map(([symbol, read]) => [symbol, tensor(read)]),
      ...[...parameters, ...buffers].map(({ symbol, name: what }) => [symbol, `${name}.${what}`]),
      ["", ""],
    ]);
    const stored = (constant: OnnxConstant) => {
      const own = { ...constant, name: `${name}.constant${constants.length}` };
      constants.push(own);
      return own.name;
    };
    const operations = [made].flat();
    return operations.map(({ op, inputs, output, attributes }, i) => {
      const read = inputs.map((input) => typeof input === "string" ? known[input] : stored(input));
      const isLast = i === operations.length - 1, own = isLast ? name : `${name}.${output ?? i}`;
      known.y = isLast ? tensor(name) : own;
      if (output !== undefined) known[output] = known.y;
      return { op, name: own, inputs: read, output: known.y, ...attributes && { attributes } };
    });
  });
  return { nodes, constants };
}

function writeNode({ name, op, inputs, output, attributes = {} }: Node, pbf: PbfWriter): void {
  for (const input of inputs) pbf.writeStringField(1, input);
  pbf.writeStringField(2, output);
  pbf.writeStringField(3, name);
  pbf.writeStringField(4, op);
  for (const [name, value] of Object.entries(attributes)) pbf.writeMessage(5, writeAttribute, { name, value });
}

function writeAttribute(
  { name, value }: { readonly name: string; readonly value: OnnxAttribute },
  pbf: PbfWriter,
): void {
  pbf.writeStringField(1, name);
  if (typeof value === "number") {
    pbf.writeVarintField(3, value);
    pbf.writeVarintField(20, INT);
  } else if ("float" in value) {
    pbf.writeFloatField(2, value.float);
    pbf.writeVarintField(20, FLOAT);
  } else {
    for (const each of value) pbf.writeVarintField(8, each);
    pbf.writeVarintField(20, INTS);
  }
}

function writeTensor(
  { name, shape, values }: { readonly name: string; readonly shape: Shape; readonly values: Float32Array },
  pbf: PbfWriter,
): void {
  for (const extent of shape) pbf.writeVarintField(1, extent);
  pbf.writeVarintField(2, FLOAT);
  pbf.writeStringField(8, name);
  pbf.writeBytesField(9, new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
}

/** Numbers of an operation: floats, or whole ones of 64 bits. */
function writeConstant({ name, shape, values, dtype }: Stored, pbf: PbfWriter): void {
  const whole = dtype === "i64";
  const bytes = whole ? BigInt64Array.from(values, BigInt) : Float32Array.from(values);
  for (const extent of shape) pbf.writeVarintField(1, extent);
  pbf.writeVarintField(2, whole ? INT64 : FLOAT);
  pbf.writeStringField(8, name);
  pbf.writeBytesField(9, new Uint8Array(bytes.buffer));
}

function writeValue({ name, shape }: { readonly name: string; readonly shape: Shape }, pbf: PbfWriter): void {
  pbf.writeStringField(1, name);
  pbf.writeMessage(2, () => {
    pbf.writeMessage(1, () => {
      pbf.writeVarintField(1, FLOAT);
      pbf.writeMessage(2, () => {
        pbf.writeMessage(1, () => pbf.writeStringField(2, BATCH), undefined);
        for (const extent of shape) pbf.writeMessage(1, () => pbf.writeVarintField(1, extent), undefined);
      }, undefined);
    }, undefined);
  }, undefined);
}
