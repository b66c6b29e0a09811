/// <reference lib="dom" />
/**
 * What a step costs: the compiler is loaded, and times its kernels one by one.
 *
 * @module
 */
import type { Connection } from "../../workers/calls.ts";
import type { CompilerMethods } from "../../workers/compiler_methods.ts";
import { element } from "../elements.ts";
import { loadNet } from "../compiler/nets.ts";
import { startCompiler } from "../compiler_worker.ts";
import { kernelCosts, passesOf } from "../kernel_costs.ts";
import type { TrainedNet } from "./trained_net.ts";
import { targetName } from "./training_part.ts";

/** The part of the page. */
export interface StepPart {
  readonly element: HTMLElement;
  /** Ends timing, and what it has paused stays so. */
  halt(): void;
}

/** `begin`: called before something is timed. */
export function stepPart(net: TrainedNet, begin: () => void, tell: (text: string) => void): StepPart {
  const time = element("button", { type: "button" }, "Time the kernels"), found = element("div", { class: "scroll" });
  const line = element("p", { class: "note", role: "status" }),
    wrong = element("p", { class: "warning", role: "alert" });
  let connection: Connection<CompilerMethods> | undefined, goesOn = false;
  /** Ends the compiler; what was asked of it is told nowhere. */
  const stop = () => {
    connection?.close();
    connection = undefined;
    time.textContent = "Time the kernels";
    line.textContent = "";
    if (goesOn) void net.train();
    goesOn = false;
  };
  time.onclick = async () => {
    if (connection) return stop();
    begin();
    goesOn = net.standing.trains;
    time.textContent = "Stop";
    [line.textContent, wrong.textContent] = ["Training is paused, and the compiler is loaded …", ""];
    const own = connection = startCompiler();
    try {
      await net.pause();
      const target = net.standing.opened?.target ?? "wasm";
      const costs = await costsOf(own.methods, target, (text) => line.textContent = `${text} …`);
      if (connection !== own) return;
      found.replaceChildren(costs);
      tell("The kernels were timed.");
    } catch (error) {
      if (connection === own) wrong.textContent = (error as Error).message;
    } finally {
      if (connection === own) stop();
    }
  };
  return {
    element: element("div", {}, element("div", { class: "row" }, time), line, wrong, found),
    halt() {
      goesOn = false;
      if (connection) stop();
    },
  };
}

/** The table of what kernels take. */
async function costsOf(
  compiler: Connection<CompilerMethods>["methods"],
  target: string,
  say: (text: string) => void,
): Promise<HTMLElement> {
  const { rows, how } = await compiler.timeKernels(await loadNet("mnist_cnn"), { target }, say);
  return kernelCosts(
    rows.map(({ kernel: name, milliseconds, gflops }) => {
      const seconds = milliseconds / 1000, stem = name.split("_")[0];
      return { name, passes: passesOf({ stem, pass: name }), seconds, flops: gflops * seconds * 1e9 };
    }),
    { caption: `A step of 64 images, ${targetName(target)}, kernel by kernel: ${how}.`, sorted: "time" },
  );
}
