/// <reference lib="dom" />
/**
 * What a step costs: the compiler is loaded, and times its kernels one by one.
 *
 * @module
 */
import { connect } from "../../workers/calls.ts";
import type { CompilerMethods } from "../../workers/compiler_methods.ts";
import { element } from "../elements.ts";
import { dataAddress } from "../files.ts";
import { kernelCosts, passesOf } from "../kernel_costs.ts";
import type { TrainedNet } from "./trained_net.ts";
import { targetName } from "./training_part.ts";

/** The part of the page. */
export function stepPart(net: TrainedNet, tell: (text: string) => void): HTMLElement {
  const time = element("button", { type: "button" }, "Time the kernels"), found = element("div", { class: "scroll" });
  const line = element("p", { class: "note", role: "status" }),
    wrong = element("p", { class: "warning", role: "alert" });
  let end: (() => void) | undefined;
  time.onclick = async () => {
    if (end) return end();
    const goesOn = net.standing.trains;
    time.textContent = "Stop";
    [line.textContent, wrong.textContent] = ["Training is paused, and the compiler is loaded …", ""];
    const connection = connect<CompilerMethods>(
      new Worker(new URL("../../workers/compiler.ts", import.meta.url), { type: "module" }),
    );
    end = () => connection.close();
    try {
      await net.pause();
      const costs = await costsOf(connection.methods, net.standing.opened?.target ?? "wasm", (text) => {
        line.textContent = `${text} …`;
      });
      found.replaceChildren(costs);
      line.textContent = "";
      tell("The kernels were timed.");
    } catch (error) {
      line.textContent = "";
      wrong.textContent = (error as Error).message;
    } finally {
      end();
      end = undefined;
      time.textContent = "Time the kernels";
      if (goesOn) void net.train();
    }
  };
  return element("div", {}, element("div", { class: "row" }, time), line, wrong, found);
}

/** The table of what kernels take. */
async function costsOf(
  compiler: ReturnType<typeof connect<CompilerMethods>>["methods"],
  target: string,
  say: (text: string) => void,
): Promise<HTMLElement> {
  const text = await (await fetch(dataAddress("specs/mnist_cnn.json"))).text();
  const { rows, how } = await compiler.timeKernels(text, { target }, say);
  return kernelCosts(
    rows.map(({ kernel: name, milliseconds, gflops }) => {
      const seconds = milliseconds / 1000, stem = name.split("_")[0];
      return { name, passes: passesOf({ stem, pass: name }), seconds, flops: gflops * seconds * 1e9 };
    }),
    { caption: `A step of 64 images, ${targetName(target)}, kernel by kernel: ${how}.`, sorted: "time" },
  );
}
