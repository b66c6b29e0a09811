/// <reference lib="dom" />
/**
 * What the compiler makes of a net: kernels in order, their code, and the memory.
 *
 * @module
 */
import type { CompiledNet, KernelTimes, TargetCode } from "../../workers/compiler_methods.ts";
import { element, part } from "../elements.ts";
import { CallError } from "../../workers/calls.ts";
import { count, operations } from "./amounts.ts";
import { codeView, type Column, COLUMNS } from "./code_view.ts";
import { type Compiler, type Compiling, Superseded } from "./compiling.ts";
import { kernelList } from "./kernel_list.ts";
import { memoryMap } from "./memory_map.ts";
import { TimingView } from "./timing_view.ts";

/** What the view asks the screen for. */
export interface StepOptions {
  readonly compiling: Compiling;
  /** Another target is wanted. */
  readonly retarget: () => void;
  /** Called before kernels are timed: others end what they do. */
  readonly begin: () => void;
  readonly tell: (text: string) => void;
}

/** Milliseconds after which a column says that it is being compiled. */
const SOON = 150;
/** Milliseconds without another text after which other targets compile it, too. */
const QUIET = 400;

const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

const TARGETS = ["wasm_relaxed", "wasm", "typescript", "webgpu"];

/** A training step in the page. */
export class StepView {
  readonly element: HTMLElement;
  readonly #compiling: Compiling;
  readonly #timing: TimingView;
  readonly #targets = element("select", {}, TARGETS.map((name) => element("option", { value: name }, name)));
  readonly #summary = element("p", {});
  readonly #list = kernelList((name) => this.#choose(name));
  readonly #code = codeView();
  readonly #memory = memoryMap();
  readonly #plan = textOf("The plan: kernels, what was merged, tensors", () => this.#shown?.net.planText ?? "");
  readonly #graph = textOf("The graph", () => this.#shown?.net.graphText ?? "");
  #shown: { readonly text: string; readonly net: CompiledNet } | undefined;
  /** The kernel that is shown, and its code for the target that is. */
  #chosen = "";
  #own: TargetCode | undefined;
  #times: KernelTimes | undefined;
  #wanted = "auto";
  /** The text that all targets have compiled. */
  #compiled = "";

  /** An empty view. */
  constructor({ compiling, retarget, begin, tell }: StepOptions) {
    this.#compiling = compiling;
    this.#timing = new TimingView({
      ...{ begin, tell },
      shown: () => this.#shown && { text: this.#shown.text, target: this.#shown.net.target },
      timed: (times) => {
        this.#times = times;
        this.#list.time(times);
        this.#stages();
      },
    });
    this.#targets.onchange = () => {
      this.#wanted = this.#targets.value;
      retarget();
    };
    const { button, line } = this.#timing, chosen = element("label", {}, "for target ", this.#targets);
    const tools = element("div", { class: "row" }, chosen, button);
    this.element = element(
      "div",
      {},
      part("A training step, kernel by kernel", tools, line, this.#summary, this.#list.element),
      part("The kernel that is chosen", this.#code.element),
      part("Memory", this.#memory.element),
      part("As text", this.#plan.element, this.#graph.element),
    );
  }

  /** Name of the target that is wanted, or "auto". */
  get target(): string {
    return this.#wanted;
  }

  /**
   * Shows a step, and then the code of its chosen kernel, target by target.
   *
   * @param anew whether it is another net, of which another kernel is chosen.
   */
  async show(text: string, net: CompiledNet, compiler: Compiler, anew: boolean): Promise<void> {
    const { kernels, target } = net, before = this.#shown;
    if (before?.text !== text || before.net.target !== target) {
      [this.#times, this.#timing.line.textContent] = [undefined, ""];
    }
    this.#shown = { text, net };
    this.#targets.value = target;
    this.#timing.button.disabled = !net.runsHere;
    if (anew || !kernels.some(({ name }) => name === this.#chosen)) this.#chosen = heaviestOf(net);
    this.#summary.replaceChildren(summaryOf(net), element("span", { class: "of-bars" }, BARS));
    this.#list.show(kernels, this.#chosen);
    this.#list.time(this.#times);
    // of large nets each part is a frame's work
    await pause(0);
    if (this.#shown.net !== net) return;
    this.#memory.show(net);
    this.#memory.point(this.#chosen);
    this.#plan.renew();
    this.#graph.renew();
    await this.#showCode(compiler);
  }

  /** Ends what is being timed. */
  halt(): void {
    this.#timing.halt();
  }

  #choose(name: string): void {
    this.#chosen = name;
    this.#memory.point(name);
    this.#compiling.beside((compiler) => this.#showCode(compiler)).catch((error) => {
      if (!(error instanceof Superseded)) this.#timing.line.textContent = (error as Error).message;
    });
  }

  /** Shows the chosen kernel in the target that is shown, and then in others. */
  async #showCode(compiler: Compiler): Promise<void> {
    const { text, net } = this.#shown!,
      name = this.#chosen,
      isShown = ({ targets }: Column) => targets.includes(net.target);
    const isWanted = () => this.#chosen === name && this.#shown?.net === net;
    for (const [i, column] of COLUMNS.toSorted((a, b) => Number(isShown(b)) - Number(isShown(a))).entries()) {
      if (i === 1 && this.#compiled !== text) await pause(QUIET);
      if (!isWanted()) return;
      const late = setTimeout(() => isWanted() && this.#code.wait(column, "compiling…"), SOON);
      try {
        const other = isShown(column) ? net.target : column.targets[0];
        const found = await compiler.code(text, { target: net.target, name }, other);
        if (!isWanted()) return;
        if (isShown(column)) this.#own = found;
        if (isShown(column)) this.#stages();
        this.#code.code(column, found);
      } catch (error) {
        if (!(error instanceof CallError && error.isInput)) throw error;
        this.#code.wait(column, error.message);
      } finally {
        clearTimeout(late);
      }
    }
    this.#compiled = text;
  }

  /** Shows what the chosen kernel is, and what it takes. */
  #stages(): void {
    const row = this.#times?.rows.find(({ merged }) => merged.join() === this.#chosen);
    this.#code.stages(this.#own, row?.milliseconds);
  }
}

/** Is said where bars are seen. */
const BARS = " A bar shows whichever is more.";

/** The kernel that has most to do. */
const heaviestOf = ({ kernels }: CompiledNet) => kernels.toSorted((a, b) => b.flops - a.flops)[0].name;

function summaryOf({ kernels }: CompiledNet): string {
  const waits = kernels.filter(({ barrier }) => barrier).length;
  const flops = kernels.reduce((sum, { flops }) => sum + flops, 0);
  return `${count(kernels.length, "kernel")} with ${
    operations(flops)
  }. Threads wait for each other at the lines drawn between kernels: ${
    count(waits, "time")
  }. Work is operations, or the bytes moved of a kernel that only copies.`;
}

/** A text that is put into the page when somebody looks at it: it may be long. */
function textOf(title: string, text: () => string): { readonly element: HTMLElement; renew(): void } {
  const pre = element("pre", { tabindex: 0, role: "region", "aria-label": title });
  const details = element("details", {}, element("summary", {}, title), pre);
  const renew = () => pre.textContent = details.open ? text() : "";
  details.ontoggle = renew;
  return { element: details, renew };
}
