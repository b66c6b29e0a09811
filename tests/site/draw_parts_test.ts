/// <reference lib="dom" />
/** Parts of "Draw and train" without a browser: the net whatever is pressed when, a curve's last point, what a timed step takes. */
import assert from "node:assert/strict";
import { parseHTML } from "linkedom";
import { parseJson, parseSpec } from "../../mod.ts";
import { curve } from "../../site/page/curve.ts";
import { TrainedNet } from "../../site/page/draw/trained_net.ts";
import { setFor } from "../../site/workers/kernel_times.ts";

/** Values of the global scope while something is done. */
async function withGlobals(values: Readonly<Record<string, unknown>>, work: () => Promise<void> | void): Promise<void> {
  const scope = globalThis as unknown as Record<string, unknown>;
  const before = Object.keys(values).map((name) => [name, scope[name]] as const);
  Object.assign(scope, values);
  try {
    await work();
  } finally {
    for (const [name, value] of before) scope[name] = value;
  }
}

/** A call of a worker, answered by the test. */
interface Call {
  readonly name: string;
  readonly args: readonly unknown[];
  answer(value?: unknown): void;
  refuse(error: string): void;
}

/** A net whose workers are the test's. */
async function withNet(work: (net: TrainedNet, calls: Call[], workers: () => number) => Promise<void>): Promise<void> {
  const calls: Call[] = [];
  let workers = 0;
  class Fake {
    onmessage: ((event: { data: unknown }) => void) | undefined;
    constructor() {
      workers++;
    }
    postMessage({ id, name, args }: { id: number; name: string; args: unknown[] }) {
      calls.push({
        ...{ name, args },
        answer: (value) => this.onmessage!({ data: { id, value } }),
        refuse: (error) => this.onmessage!({ data: { id, error, isInput: false } }),
      });
    }
    terminate() {}
  }
  await withGlobals({ Worker: Fake }, () => work(new TrainedNet(() => {}), calls, () => workers));
}

const OPENED = { target: "wasm", threads: 2 };
/** All that follows from an answer is done. */
const settled = () => new Promise((resolve) => setTimeout(resolve));

Deno.test("Train twice while the net is opened trains, and it is paused by one press", () =>
  withNet(async (net, calls) => {
    void net.open();
    void net.train();
    assert.equal(net.standing.trains, true);
    void net.pause();
    void net.train();
    calls.find(({ name }) => name === "open")!.answer(OPENED);
    await settled();
    assert.deepEqual(calls.map(({ name }) => name), ["open", "pause", "train"]);
    assert.deepEqual([net.standing.trains, net.standing.waits], [true, "images are loaded"]);
    void net.pause();
    calls[2].answer();
    await settled();
    assert.deepEqual([net.standing.trains, net.standing.waits], [false, undefined]);
  }));

Deno.test("what is paused while the net is opened does not train", () =>
  withNet(async (net, calls) => {
    void net.open();
    void net.train();
    void net.pause();
    calls[0].answer(OPENED);
    await settled();
    assert.deepEqual([calls.map(({ name }) => name), net.standing.trains], [["open", "pause"], false]);
  }));

Deno.test("a training that ends says nothing of the one that was begun since", () =>
  withNet(async (net, calls) => {
    void net.open();
    calls[0].answer(OPENED);
    await settled();
    void net.train();
    await settled();
    void net.pause();
    void net.train();
    await settled();
    assert.deepEqual(calls.map(({ name }) => name), ["open", "train", "pause", "train"]);
    calls[1].answer();
    calls[2].answer();
    await settled();
    assert.equal(net.standing.trains, true);
    calls[3].refuse("the loss is not finite");
    await settled();
    assert.deepEqual([net.standing.trains, net.standing.wrong], [false, "the loss is not finite"]);
  }));

Deno.test("a net that could not be opened is opened again by Train, by another worker, which gets the page's own images", () =>
  withNet(async (net, calls, workers) => {
    const images = new Uint8Array(784), labels = new Uint8Array(1);
    void net.own(images, labels);
    void net.open();
    calls[1].refuse("mnist_cnn.js cannot be loaded");
    await settled();
    assert.deepEqual([net.standing.trains, net.standing.wrong], [false, "mnist_cnn.js cannot be loaded"]);
    void net.train();
    assert.deepEqual(calls.slice(2).map(({ name }) => name), ["own", "open"]);
    assert.deepEqual([calls[2].args, workers()], [[images, labels], 2]);
    calls[3].answer(OPENED);
    await settled();
    assert.deepEqual([calls[4].name, net.standing.trains, net.standing.wrong], ["train", true, undefined]);
    // a worker that has failed rejects nothing that nobody waits for
    const own = net.own(images, labels), pause = net.pause();
    calls[5].refuse("a worker has failed");
    calls[6].refuse("a worker has failed");
    await Promise.all([own, pause]);
  }));

Deno.test("a curve tells its newest point, however many it has", async () => {
  const { document, Node } = parseHTML("<body></body>");
  let frame = () => {};
  await withGlobals({ document, Node, requestAnimationFrame: (draw: () => void) => frame = draw }, () => {
    const { element, add } = curve({ title: "Loss", along: "images", text: (y) => `${y}` });
    for (let x = 1; x <= 1000; x++) {
      add({ x, y: x / 8 });
      frame();
      assert.equal(element.querySelector(".value")!.textContent, `${x / 8}`);
    }
  });
});

Deno.test("the step that is timed takes what the one that trains does: bytes for digits, floats for others; two batches", async () => {
  const spec = async (name: string) =>
    parseSpec(parseJson(await Deno.readTextFile(new URL(`../../specs/${name}.json`, import.meta.url))));
  for (
    const [name, type, answers] of [
      ["mnist_cnn", Uint8Array, "labels"],
      ["har_cnn", Float32Array, "labels"],
      ["autoencoder", Float32Array, undefined],
    ] as const
  ) {
    const own = await spec(name), { inputs, samples, labels } = setFor(own, { target: "wasm" });
    assert(inputs instanceof type, name);
    assert.deepEqual([samples, labels?.length], [2 * own.batchSize, answers && samples], name);
  }
});
