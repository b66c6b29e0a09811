/// <reference lib="dom" />
/**
 * What the compiler makes of a net: kernels in order, their code, and the memory.
 *
 * @module
 */
import type { CompiledNet, KernelTimes, TargetCode } from "../../workers/compiler_methods.ts";
import { element } from "../elements.ts";
import { CallError, type Connection } from "../../workers/calls.ts";
import type { CompilerMethods } from "../../workers/compiler_methods.ts";
import { count, operations } from "./amounts.ts";
import { codeView, type Column, COLUMNS } from "./code_view.ts";
import { type Compiler, type Compiling, startCompiler, Superseded } from "./compiling.ts";
import { kernelList } from "./kernel_list.ts";
import { memoryMap } from "./memory_map.ts";

/** What the view asks the screen for. */
export interface StepOptions {
  readonly compiling: Compiling;
  /** Another target is wanted. */
  readonly retarget: () => void;
  /** Called before kernels are timed: others end what they do. */
  readonly begin: () => void;
  readonly tell: (text: string) => void;
}

/** A training step in the page. */
export interface StepView {
  readonly element: HTMLElement;
  /** Name of the target that is shown, or "auto". */
  target(): string;
  /**
   * Shows a step, and then the code of its chosen kernel, target by target.
   *
   * @param anew whether it is another net, of which another kernel is chosen.
   */
  show(text: string, net: CompiledNet, compiler: Compiler, anew: boolean): Promise<void>;
  /** Ends what is being timed. */
  halt(): void;
}

/** Milliseconds after which a column says that it is being compiled. */
const SOON = 150;
/** Milliseconds without another text after which other targets compile it, too. */
const QUIET = 400;

const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

const TARGETS = ["wasm_relaxed", "wasm", "typescript", "webgpu"];

/** An empty view. */
export function stepView({ compiling, retarget, begin, tell }: StepOptions): StepView {
  const targets = element("select", {}, TARGETS.map((name) => element("option", { value: name }, name)));
  const measure = element("button", { type: "button" }, "Time the kernels here"),
    timed = element("p", { class: "note" });
  const summary = element("p", {}), code = codeView(), memory = memoryMap();
  const plan = textOf("The plan: kernels, what was merged, tensors", () => shown?.net.planText ?? "");
  const graph = textOf("The graph", () => shown?.net.graphText ?? "");
  let shown: { readonly text: string; readonly net: CompiledNet } | undefined,
    chosen = "",
    wanted = "auto",
    compiledAt = "";
  let times: KernelTimes | undefined, timer: Connection<CompilerMethods> | undefined, own: TargetCode | undefined;

  const stages = () => code.stages(own, times?.rows.find(({ merged }) => merged.join() === chosen)?.milliseconds);
  const isShown = ({ targets }: Column) => shown !== undefined && targets.includes(shown.net.target);
  const targetOf = (column: Column) => isShown(column) ? shown!.net.target : column.targets[0];
  const showCode = async (compiler: Compiler) => {
    const { text, net: { target } } = shown!, name = chosen;
    const columns = COLUMNS.toSorted((a, b) => Number(isShown(b)) - Number(isShown(a)));
    for (const [i, column] of columns.entries()) {
      if (i === 1 && compiledAt !== text) await pause(QUIET);
      if (chosen !== name || shown?.text !== text) return;
      const late = setTimeout(() => chosen === name && code.wait(column, "compiling…"), SOON);
      try {
        const found = await compiler.code(text, { target, name }, targetOf(column));
        if (chosen !== name || shown?.text !== text) return;
        if (found.target === target) {
          own = found;
          stages();
        }
        code.code(column, found);
      } catch (error) {
        if (!(error instanceof CallError && error.isInput)) throw error;
        code.wait(column, error.message);
      } finally {
        clearTimeout(late);
      }
    }
    compiledAt = text;
  };
  const list = kernelList((name) => {
    chosen = name;
    memory.point(name);
    compiling.beside(showCode).catch((error) => {
      if (!(error instanceof Superseded)) timed.textContent = (error as Error).message;
    });
  });
  const halt = () => {
    timer?.close();
    timer = undefined;
    measure.textContent = "Time the kernels here";
  };
  targets.onchange = () => {
    wanted = targets.value;
    retarget();
  };
  measure.onclick = async () => {
    if (timer) {
      timed.textContent = "Ended.";
      return halt();
    }
    if (!shown) return;
    begin();
    const now = timer = startCompiler(), { text, net: { target } } = shown;
    measure.textContent = "End timing";
    timed.textContent = "Compiling for it…";
    try {
      const found = await now.methods.timeKernels(text, { target }, (doing) => timed.textContent = `Timing ${doing}…`);
      if (timer !== now) return;
      if (shown?.text !== text || shown.net.target !== target) {
        timed.textContent = "The net has changed meanwhile: time it again.";
      } else {
        times = found;
        list.time(times);
        stages();
        const sum = times.rows.reduce((sum, { milliseconds }) => sum + milliseconds, 0);
        timed.textContent = `Measured here: ${
          sum.toFixed(sum < 10 ? 2 : 1)
        } ms for all kernels of a step; ${times.how}.`;
        tell(timed.textContent);
      }
    } catch (error) {
      if (timer === now) timed.textContent = `Not timed: ${(error as Error).message}.`;
    } finally {
      if (timer === now) halt();
    }
  };
  return {
    element: element(
      "div",
      {},
      part(
        "A training step, kernel by kernel",
        element("div", { class: "row" }, element("label", {}, "for target ", targets), measure),
        timed,
        summary,
        list.element,
      ),
      part("The kernel that is chosen", code.element),
      part("Memory", memory.element),
      part("As text", plan.element, graph.element),
    ),
    target: () => wanted,
    async show(text, net, compiler, anew) {
      const { kernels, target } = net, heaviest = kernels.toSorted((a, b) => b.flops - a.flops)[0];
      if (shown?.text !== text || shown.net.target !== target) [times, timed.textContent] = [undefined, ""];
      shown = { text, net };
      targets.value = target;
      measure.disabled = !net.runsHere;
      if (anew || !kernels.some(({ name }) => name === chosen)) chosen = heaviest.name;
      const waits = kernels.filter(({ barrier }) => barrier).length,
        flops = kernels.reduce((sum, { flops }) => sum + flops, 0);
      summary.textContent = `${count(kernels.length, "kernel")} with ${
        operations(flops)
      }. Threads wait for each other at ${count(waits, "line")}; beside kernels that only copy stands what they move.`;
      list.show(kernels, chosen);
      list.time(times);
      // of large nets each part is a frame's work
      await pause(0);
      if (shown.net !== net) return;
      memory.show(net);
      memory.point(chosen);
      plan.renew();
      graph.renew();
      await showCode(compiler);
    },
    halt,
  };
}

/** A text that is put into the page when somebody looks at it: it may be long. */
function textOf(title: string, text: () => string): { readonly element: HTMLElement; renew(): void } {
  const pre = element("pre", { tabindex: 0, role: "region", "aria-label": title });
  const details = element("details", {}, element("summary", {}, title), pre);
  const renew = () => pre.textContent = details.open ? text() : "";
  details.ontoggle = renew;
  return { element: details, renew };
}

/** A part of the screen, under its heading. */
function part(title: string, ...content: readonly Node[]): HTMLElement {
  return element("section", { class: "part" }, element("h2", {}, title), content);
}
