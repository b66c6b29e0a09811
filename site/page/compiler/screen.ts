/// <reference lib="dom" />
/**
 * "The compiler at work": a spec that is edited, and what the compiler makes of it meanwhile.
 *
 * @module
 */
import type { NetSummary } from "../../workers/compiler_methods.ts";
import { element } from "../elements.ts";
import type { Page, Screen } from "../screen.ts";
import { count } from "./amounts.ts";
import { type Compiler, Compiling, Superseded } from "./compiling.ts";
import { type SourceView, sourceView } from "./source_view.ts";
import { StepView } from "./step_view.ts";
import { type TrainingView, trainingView } from "./training_view.ts";

const LEAD =
  "Edit the net: it is compiled in this tab as you write, to kernels for just its shapes, each of which is proven " +
  "to stay inside its memory.";

/** Milliseconds after the last key before a text is compiled. */
const QUIET = 120;
/** How it calls the time from the last key to new code on the page, for who profiles it. */
const MEASURE = "kernelwright: compiled";
/** Milliseconds after which it says that it compiles. */
const SOON = 250;

/** The screen's state, once it is open. */
class CompilerScreen implements Screen {
  readonly #compiling = new Compiling();
  #page: Page | undefined;
  #source: SourceView | undefined;
  #step: StepView | undefined;
  #training: TrainingView | undefined;
  #net: { readonly text: string; readonly net: NetSummary } | undefined;
  #link = "";
  /** Whether it is another net, not one that was edited. */
  #anew = true;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #ticks: ReturnType<typeof setInterval> | undefined;
  #begun = 0;
  readonly #status = element("p", { class: "status" });
  readonly #graph = element("div", {
    class: "graph",
    tabindex: 0,
    role: "region",
    "aria-label": "The graph of the net",
  });
  readonly #made = element("div", { class: "made", hidden: true });

  async open(root: HTMLElement, page: Page): Promise<void> {
    this.#page = page;
    const tell = (text: string) => page.tell(text),
      begin = () => {
        page.begin(this);
        this.#step?.halt();
        this.#training?.halt();
      };
    this.#source = await sourceView({
      changed: (_, written) => {
        // the same link is another text now
        this.#link = "";
        this.#anew ||= !written;
        this.#changed(written);
      },
      tell,
    });
    this.#step = new StepView({ compiling: this.#compiling, retarget: () => this.#changed(false), begin, tell });
    this.#training = trainingView({ net: () => this.#net, begin, tell });
    this.#made.append(this.#step.element);
    root.append(
      element("p", { class: "lead" }, LEAD),
      this.#source.tools,
      this.#status,
      element(
        "div",
        { class: "pair source" },
        this.#source.element,
        element("figure", {}, element("figcaption", {}, "Its graph"), this.#graph),
      ),
      element("section", { class: "part" }, element("h2", {}, "Train it"), this.#training.element),
      this.#made,
    );
    this.#changed(false);
  }

  shown(rest: string): void {
    if (rest === this.#link) return;
    this.#link = rest;
    if (rest !== "") void this.#source?.open(rest);
  }

  halt(): void {
    this.#training?.halt();
    this.#step?.halt();
  }

  /** There is another text, or another target. */
  #changed(written: boolean): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#compile(), written ? QUIET : 0);
  }

  async #compile(): Promise<void> {
    const text = this.#source!.text(), begin = performance.now(), soon = setTimeout(() => this.#wait(begin), SOON);
    try {
      await this.#compiling.instead((compiler) => this.#shown(text, compiler, begin, soon));
    } catch (error) {
      if (error instanceof Superseded) return;
      this.#wrong([{ message: `${(error as Error).message}`, path: [] }]);
    } finally {
      clearTimeout(soon);
      if (this.#begun === begin) clearInterval(this.#ticks);
    }
  }

  /** Reads and compiles a text, and shows what comes of it as it comes. */
  async #shown(text: string, compiler: Compiler, begin: number, soon: ReturnType<typeof setTimeout>): Promise<void> {
    const checked = await compiler.check(text);
    if (checked.mistakes) {
      clearTimeout(soon);
      return this.#wrong(checked.mistakes);
    }
    const { net } = checked;
    if (this.#made.classList.contains("old")) this.#page!.tell("No mistake is left.");
    this.#net = { text, net };
    this.#source!.show([]);
    this.#draw(net);
    const compiled = await compiler.compile(text, { target: this.#step!.target });
    clearTimeout(soon);
    clearInterval(this.#ticks);
    this.#made.classList.remove("old");
    this.#made.hidden = false;
    this.#status.textContent =
      `${net.name}: ${count(net.parameters, "weight")}, ${count(compiled.kernels.length, "kernel")} a step; ` +
      `compiled for ${compiled.target} in ${Math.round(compiled.milliseconds)} ms.`;
    const shown = this.#step!.show(text, compiled, compiler, this.#anew);
    this.#anew = false;
    // from the last key to new code on the page
    performance.clearMeasures(MEASURE);
    performance.measure(MEASURE, { start: begin, end: performance.now() });
    await shown;
  }

  /** Says that it compiles, and how long it has. */
  #wait(begin: number): void {
    clearInterval(this.#ticks);
    this.#begun = begin;
    this.#status.textContent = "Compiling…";
    this.#ticks = setInterval(() => {
      this.#status.textContent = `Compiling… ${Math.round((performance.now() - begin) / 1000)} s`;
    }, 1000);
  }

  #wrong(mistakes: Parameters<SourceView["show"]>[0]): void {
    clearInterval(this.#ticks);
    this.#net = undefined;
    this.#source!.show(mistakes);
    this.#made.classList.add("old");
    const said = mistakes.length === 1 ? "One mistake" : `${mistakes.length} mistakes`;
    this.#status.textContent = this.#made.hidden
      ? `${said}.`
      : `${said}: what stands below is of the last text without one.`;
    this.#page!.tell(`${said}: ${mistakes[0].message}`);
  }

  #draw({ drawings: { wide = "", narrow = "" }, name, layers, parameters }: NetSummary): void {
    this.#graph.innerHTML = `<div class="wide-drawing">${wide}</div><div class="narrow-drawing">${narrow}</div>`;
    if (wide === "") {
      this.#graph.textContent = `${name}: ${count(layers.length - 1, "layer")}, ${count(parameters, "weight")}`;
    }
  }
}

/** The compiler at work. */
export const screen: Screen = new CompilerScreen();
