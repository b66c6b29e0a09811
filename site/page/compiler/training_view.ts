/// <reference lib="dom" />
/**
 * "Train it here": the net that is being edited, in workers of its own.
 *
 * @module
 */
import { CallError, type Connection } from "../../workers/calls.ts";
import type { CompilerMethods, NetSummary, TrainProgress, TrainResult } from "../../workers/compiler_methods.ts";
import { type Curve, curve } from "../curve.ts";
import { element } from "../elements.ts";
import { startCompiler } from "../compiler_worker.ts";

/** What the view asks the screen for. */
export interface TrainingOptions {
  /** The spec's text, and what it says; nothing while it is wrong. */
  readonly net: () => { readonly text: string; readonly net: NetSummary } | undefined;
  /** Called before it begins: others end what they do. */
  readonly begin: () => void;
  /** Tells people who do not see it. */
  readonly tell: (text: string) => void;
}

/** Training in the page. */
export interface TrainingView {
  readonly element: HTMLElement;
  /** Ends training, and the worker. */
  halt(): void;
}

/** Seconds in which a worker that is told to stop has to. */
const PATIENCE = 3;
/** What targets are called. */
const TARGETS: readonly { readonly name: string; readonly text: string; readonly onGpu?: boolean }[] = [
  { name: "auto", text: "the fastest here" },
  { name: "wasm_relaxed", text: "WebAssembly, relaxed SIMD" },
  { name: "wasm", text: "WebAssembly SIMD" },
  { name: "webgpu", text: "WebGPU", onGpu: true },
];

const whole = (value: number) => Math.round(value).toLocaleString("en");
const lossText = (loss: number) => loss.toPrecision(3);

/** An idle view. */
export function trainingView(options: TrainingOptions): TrainingView {
  const start = element("button", { type: "button", class: "main" }, "Train it here");
  const stop = element("button", { type: "button", disabled: true }, "Stop");
  const offered = TARGETS.filter(({ onGpu }) => !onGpu || "gpu" in navigator);
  const target = element("select", {}, offered.map(({ name, text }) => element("option", { value: name }, text)));
  const line = element("p", { class: "note" }),
    failed = element("p", { class: "warning", role: "alert", hidden: true });
  const shown = { loss: element("dd"), accuracy: element("dd"), rate: element("dd"), epoch: element("dd") };
  const figures = element(
    "dl",
    { class: "figures", hidden: true },
    element("div", {}, element("dt", {}, "training loss"), shown.loss),
    element("div", {}, element("dt", {}, "right of the test samples"), shown.accuracy),
    element("div", {}, element("dt", {}, "samples each second"), shown.rate),
    element("div", {}, element("dt", {}, "epoch"), shown.epoch),
  );
  const losses = curve({ title: "Loss", along: "steps", text: lossText, logarithmic: true });
  losses.element.hidden = true;
  let worker: Connection<CompilerMethods> | undefined;

  const end = (now?: Connection<CompilerMethods>) => {
    if (now && worker !== now) return;
    worker?.close();
    worker = undefined;
    [start.disabled, stop.disabled] = [false, true];
  };
  start.onclick = async () => {
    const given = options.net();
    failed.hidden = true;
    if (!given) return fail(failed, "The spec has a mistake: mend it first.");
    end();
    options.begin();
    losses.clear();
    [start.disabled, stop.disabled, figures.hidden, losses.element.hidden] = [true, false, false, false];
    for (const figure of Object.values(shown)) figure.textContent = "–";
    line.textContent = "Compiling, and making data…";
    const own = worker = startCompiler(), choice = { target: target.value, digits: given.net.takesDigits };
    try {
      const progress = (progress: TrainProgress) => worker === own && show(progress, { shown, line, losses });
      const result = await own.methods.train(given.text, choice, progress);
      if (worker !== own) return;
      line.textContent = `${line.textContent} ${wordsOf(result)}`;
      options.tell(wordsOf(result));
    } catch (error) {
      // whoever has ended it knows
      if (worker !== own) return;
      fail(
        failed,
        error instanceof CallError && error.isInput
          ? sentence(error.message)
          : `It failed: ${(error as Error).message}`,
      );
      line.textContent = "";
    } finally {
      end(own);
    }
  };
  stop.onclick = () => {
    const own = worker;
    void own?.methods.stop().catch(() => {});
    // what is being compiled is not listening
    setTimeout(() => {
      if (own && worker === own) {
        line.textContent = "Stopped.";
        end(own);
      }
    }, 1000 * PATIENCE);
  };
  return {
    element: element(
      "div",
      {},
      element("div", { class: "row" }, start, stop, element("label", {}, "by ", target)),
      failed,
      line,
      figures,
      losses.element,
    ),
    halt() {
      if (worker) line.textContent = "Stopped.";
      end();
    },
  };
}

/** Where progress is shown. */
interface Shown {
  readonly shown: Readonly<Record<"loss" | "accuracy" | "rate" | "epoch", HTMLElement>>;
  readonly line: HTMLElement;
  readonly losses: Curve;
}

function show(progress: TrainProgress, { shown, line, losses }: Shown): void {
  switch (progress.kind) {
    case "loading":
      line.textContent = `Loading digits: ${whole(progress.images)} of ${whole(progress.of)}…`;
      return;
    case "began": {
      const { target, threads, data, epochs } = progress;
      const by = threads > 0 ? `${threads} thread${threads === 1 ? "" : "s"}` : "the GPU";
      line.textContent = `Target ${target}, ${by}; ${data}.`;
      shown.epoch.textContent = `1 of ${whole(epochs)}`;
      shown.epoch.dataset.of = whole(epochs);
      return;
    }
    case "steps":
      losses.add({ x: progress.step, y: progress.loss });
      shown.loss.textContent = lossText(progress.loss);
      shown.rate.textContent = whole(progress.samplesPerSecond);
      shown.epoch.textContent = `${whole(progress.epoch)} of ${shown.epoch.dataset.of}`;
      return;
    case "epoch":
      shown.accuracy.textContent = progress.accuracy === undefined
        ? `test loss ${lossText(progress.testLoss)}`
        : `${(100 * progress.accuracy).toFixed(2)} %`;
      shown.rate.textContent = whole(progress.samplesPerSecond);
  }
}

function wordsOf({ epochs, samplesPerSecond, stopped }: TrainResult): string {
  const done = `${whole(epochs)} epoch${epochs === 1 ? "" : "s"} done`;
  const rate = samplesPerSecond > 0 ? `, ${whole(samplesPerSecond)} samples each second` : "";
  return `${stopped ? "Stopped: " : ""}${done}${rate}.`;
}

function fail(into: HTMLElement, message: string): void {
  into.textContent = message;
  into.hidden = false;
}

const sentence = (message: string) => message.charAt(0).toUpperCase() + message.slice(1) + ".";
