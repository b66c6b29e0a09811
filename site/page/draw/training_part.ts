/// <reference lib="dom" />
/**
 * Training: buttons, figures, and curves that grow.
 *
 * @module
 */
import type { TrainerProgress } from "../../workers/trainer_methods.ts";
import { curve } from "../curve.ts";
import { element } from "../elements.ts";
import { percent } from "./answers.ts";
import type { Standing } from "./trained_net.ts";

/** What its buttons do. */
export interface TrainingActions {
  train(): void;
  pause(): void;
  reset(): void;
}

/** Training in the page. */
export interface TrainingPart {
  /** Buttons and figures, and the curves. */
  readonly element: HTMLElement;
  readonly curves: HTMLElement;
  show(standing: Standing, event?: TrainerProgress): void;
  /** Nothing was trained yet. */
  clear(): void;
}

const TARGETS: Readonly<Record<string, string>> = {
  wasm_relaxed: "WebAssembly with relaxed SIMD",
  wasm: "WebAssembly with SIMD",
  webgpu: "WebGPU",
};

/** A target in words. */
export const targetName = (target: string): string => TARGETS[target] ?? target;

const count = (value: number) => Math.round(value).toLocaleString("en");

/** A figure with its unit. */
function figure(name: string) {
  const value = element("span", {}, "–"), unit = element("small", {}, "\u00a0");
  return {
    parts: element("div", {}, element("dt", {}, name), element("dd", {}, value, unit)),
    set(text: string, note: string) {
      // most say what they said before
      if (value.textContent !== text) value.textContent = text;
      if (unit.textContent !== note) unit.textContent = note;
    },
  };
}

/** Nothing was trained yet. */
export function trainingPart({ train, pause, reset }: TrainingActions): TrainingPart {
  const start = element("button", { type: "button", class: "main" }, "Train");
  const again = element("button", { type: "button" }, "Start over"), note = element("p", { class: "note runs" });
  const wrong = element("p", { class: "warning", role: "alert" });
  const seen = figure("Images seen"), rate = figure("Speed"), right = figure("Right"), loss = figure("Loss");
  const figures = element("dl", { class: "figures" }, [right, seen, rate, loss].map(({ parts }) => parts));
  const losses = curve({ title: "Loss", along: "images", text: (y) => lossText(y), logarithmic: true });
  const tests = curve({
    ...{ title: "Test images that are right", along: "images", text: percent, color: "test" as const },
    range: [0, 1],
  });
  let trains = false;
  start.onclick = () => trains ? pause() : train();
  again.onclick = reset;
  return {
    element: element(
      "div",
      { class: "training" },
      element("div", { class: "row" }, start, again),
      wrong,
      note,
      figures,
    ),
    curves: element("div", { class: "curves" }, tests.element, losses.element),
    show(standing, event) {
      const { images, passes, test } = standing;
      trains = standing.trains;
      start.textContent = trains ? "Pause" : images > 0 ? "Go on" : "Train";
      again.disabled = images === 0 && !test;
      if (wrong.textContent !== (standing.wrong ?? "")) wrong.textContent = standing.wrong ?? "";
      note.textContent = noteText(standing);
      const within = images === 0 ? "of 60,000" : `pass ${passes + 1} over 60,000`;
      seen.set(count(images), passes > 0 || images > 0 ? within : "of 60,000");
      rate.set(standing.rate ? count(standing.rate) : "–", "images a second");
      right.set(
        test ? percent(test.right / test.total) : "–",
        test ? `of ${count(test.total)} test images` : "not tested yet",
      );
      loss.set(standing.loss === undefined ? "–" : lossText(standing.loss), "mean of the last steps");
      if (event?.kind === "steps") losses.add({ x: images, y: event.loss });
      if (event?.kind === "test") tests.add({ x: event.test.images, y: event.test.right / event.test.total });
    },
    clear() {
      losses.clear();
      tests.clear();
    },
  };
}

const lossText = (loss: number) => loss.toPrecision(loss < 0.01 ? 1 : 2);

/** What it runs on, or what is waited for. */
function noteText({ opened, waits, trains }: Standing): string {
  if (waits) return `${waits[0].toUpperCase()}${waits.slice(1)} …`;
  if (!opened) return "";
  const { target, threads } = opened;
  const on = target === "webgpu" ? "by" : `on ${threads === 1 ? "1 thread" : `${threads} threads`}:`;
  return `${trains ? "Trains" : "Will train"} ${on} ${targetName(target)}.`;
}
