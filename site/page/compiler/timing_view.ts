/// <reference lib="dom" />
/**
 * The kernels of a step, timed in a worker of its own.
 *
 * @module
 */
import type { Connection } from "../../workers/calls.ts";
import type { CompilerMethods, KernelTimes } from "../../workers/compiler_methods.ts";
import { element } from "../elements.ts";
import { startCompiler } from "../compiler_worker.ts";

/** A net and its target. */
export interface Timed {
  readonly text: string;
  readonly target: string;
}

/** What timing asks for, and tells. */
export interface TimingOptions {
  /** What is shown now. */
  readonly shown: () => Timed | undefined;
  /** Called before it begins: others end what they do. */
  readonly begin: () => void;
  /** What each kernel takes. */
  readonly timed: (times: KernelTimes) => void;
  readonly tell: (text: string) => void;
}

const TITLE = "Time the kernels here";

/** A button that times, and what it says. */
export class TimingView {
  readonly button: HTMLButtonElement = element("button", { type: "button" }, TITLE);
  readonly line: HTMLElement = element("p", { class: "note" });
  readonly #options: TimingOptions;
  #worker: Connection<CompilerMethods> | undefined;

  constructor(options: TimingOptions) {
    this.#options = options;
    this.button.onclick = () => {
      if (!this.#worker) return void this.#time();
      this.line.textContent = "Ended.";
      this.halt();
    };
  }

  /** Ends it. */
  halt(): void {
    this.#worker?.close();
    this.#worker = undefined;
    this.button.textContent = TITLE;
  }

  async #time(): Promise<void> {
    const { begin, shown } = this.#options, asked = shown();
    if (!asked) return;
    begin();
    const own = this.#worker = startCompiler(), { text, target } = asked;
    this.button.textContent = "End timing";
    this.line.textContent = "Compiling for it…";
    try {
      const times = await own.methods.timeKernels(
        text,
        { target },
        (doing) => this.line.textContent = `Timing ${doing}…`,
      );
      if (this.#worker === own) this.#show(times, asked);
    } catch (error) {
      if (this.#worker === own) this.line.textContent = `Not timed: ${(error as Error).message}.`;
    } finally {
      if (this.#worker === own) this.halt();
    }
  }

  #show(times: KernelTimes, asked: Timed): void {
    const { shown, timed, tell } = this.#options, now = shown();
    if (now?.text !== asked.text || now.target !== asked.target) {
      this.line.textContent = "The net has changed meanwhile: time it again.";
      return;
    }
    const sum = times.rows.reduce((sum, { milliseconds }) => sum + milliseconds, 0);
    const said = sum > 0
      ? `${sum.toFixed(sum < 10 ? 2 : 1)} ms for all kernels of a step`
      : "each kernel takes less than the clock of this page tells";
    this.line.textContent = `Measured here: ${said}; ${times.how}.`;
    timed(times);
    tell(this.line.textContent);
  }
}
