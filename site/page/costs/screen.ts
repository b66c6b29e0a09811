/// <reference lib="dom" />
/**
 * "What each choice costs": the rungs of the timeline, run here one by one, beside the committed results.
 *
 * @module
 */
import type { PackedImages } from "../../workers/rung_methods.ts";
import { element } from "../elements.ts";
import { loaded } from "../files.ts";
import type { Page, Screen } from "../screen.ts";
import { hindrance, loadImages, measure } from "./measure.ts";
import { RungView } from "./rung_view.ts";
import { agree, rateText, type Rung, type Story } from "./story.ts";
import { type Before, counts, type State, timesText } from "./verdict.ts";

/** A rung, what is known of it, and how it is shown. */
interface Row {
  readonly rung: Rung;
  readonly view: RungView;
  state: State;
}

/** The screen. */
class Costs implements Screen {
  #page!: Page;
  #story!: Story;
  #rows: readonly Row[] = [];
  #images?: Promise<PackedImages>;
  /** Rungs that are still to be run, and how many were asked for. */
  #queue: Row[] = [];
  #asked = 0;
  /** The one that runs, and what ends it. */
  #running?: { readonly row: Row; readonly ending: AbortController };
  readonly #all = element("button", { type: "button", class: "main" });
  readonly #progress = element("p", { class: "note progress" });
  readonly #sum = element("p", { class: "sum" });

  async open(root: HTMLElement, page: Page): Promise<void> {
    const story: Story = await (await loaded(new URL("./costs.json", import.meta.url), "costs.json")).json();
    this.#page = page;
    this.#story = story;
    this.#rows = story.rungs.map((rung, i) => {
      const row: Row = { rung, view: new RungView(rung, i + 1, story, () => this.#press(row)), state: initial(rung) };
      return row;
    });
    this.#all.onclick = () => this.#pressAll();
    root.append(
      element("p", { class: "lead" }, introduction(story)),
      element("div", { class: "row" }, this.#all, this.#progress),
      this.#sum,
      element(
        "p",
        { class: "heads line", "aria-hidden": "true" },
        element("span", { class: "times" }, "times the one before"),
      ),
      element("ol", { class: "rungs" }, this.#rows.map(({ view }) => view.element)),
      element("p", { class: "note" }, method(story)),
    );
    this.#show();
  }

  /** Ends what runs. */
  halt(): void {
    this.#queue = [];
    this.#running?.ending.abort();
  }

  #press(row: Row): void {
    const stops = this.#running?.row === row;
    this.halt();
    if (!stops) this.#begin([row]);
  }

  #pressAll(): void {
    if (this.#running) this.halt();
    else this.#begin(this.#rows.filter(({ state: { kind } }) => kind !== "cannot"));
  }

  #begin(rows: readonly Row[]): void {
    this.#page.begin(this);
    this.#queue = [...rows];
    this.#asked = rows.length;
    // what runs still, and was ended, goes on with these
    if (!this.#running) void this.#run();
  }

  /** Runs what is to be run, one after the other. */
  async #run(): Promise<void> {
    for (let row = this.#queue.shift(); row; row = this.#queue.shift()) {
      const before = row.state, ending = new AbortController();
      this.#running = { row, ending };
      this.#put(row, { kind: "running", phase: "loading" });
      const state = await this.#measured(row, ending.signal);
      this.#running = undefined;
      if (!ending.signal.aborted) this.#page.tell(toldOf(row.rung, state));
      this.#put(row, ending.signal.aborted ? before : state);
    }
  }

  /** What is known of a rung when it was run. */
  async #measured(row: Row, signal: AbortSignal): Promise<State> {
    const { rung } = row;
    try {
      this.#images ??= loadImages();
      const images = await this.#images;
      const onPhase = (phase: "checking" | "timing") => {
        if (!signal.aborted) this.#put(row, { kind: "running", phase });
      };
      const outcome = await measure(rung, this.#story, images, onPhase, signal);
      if ("refused" in outcome) return { kind: "cannot", reason: outcome.refused };
      const { rate } = outcome;
      return rate !== undefined && agree(outcome.losses, this.#story)
        ? { kind: "ran", outcome, rate }
        : { kind: "wrong", outcome };
    } catch (error) {
      // images that could not be loaded are asked for again
      this.#images?.catch(() => this.#images = undefined);
      return { kind: "failed", reason: (error as Error).message };
    }
  }

  #put(row: Row, state: State): void {
    row.state = state;
    this.#show();
  }

  /** Shows what is known of all rungs: bars have one scale. */
  #show(): void {
    const ran = this.#rows.filter(({ state: { kind } }) => kind === "ran");
    const most = Math.max(...this.#rows.flatMap((row) => [row.rung.rate ?? 0, rateOf(row) ?? 0]));
    let before: Before = {};
    for (const row of this.#rows) {
      const { rung, state, view } = row, rate = rateOf(row);
      view.show(state, most, before);
      before = {
        here: rate !== undefined && counts(state) ? { rung, rate } : before.here,
        there: rung.rate === undefined ? before.there : { rung, rate: rung.rate },
      };
    }
    this.#all.textContent = this.#running ? "Stop" : "Run all";
    const left = this.#queue.length + (this.#running ? 1 : 0);
    this.#progress.textContent = left > 0 && this.#asked > 1
      ? `${this.#asked - left + 1} of ${this.#asked}`
      : `${ran.length} of ${this.#rows.length} have run here`;
    this.#sum.textContent = this.#sumText();
  }

  #sumText(): string {
    const ran = this.#rows.filter(({ state }) => counts(state));
    if (ran.length < 2) return "";
    const [first] = ran, last = ran.reduce((a, b) => rateOf(b)! > rateOf(a)! ? b : a);
    if (first === last) return "";
    const there = first.rung.rate && last.rung.rate
      ? `; there ${timesText(last.rung.rate / first.rung.rate)} times`
      : "";
    return `“${last.rung.title}” is ${timesText(rateOf(last)! / rateOf(first)!)} times as fast as ` +
      `“${first.rung.title}” here${there}.`;
  }
}

const rateOf = ({ state }: Row): number | undefined => state.kind === "ran" ? state.rate : undefined;

function initial(rung: Rung): State {
  const reason = hindrance(rung);
  return reason === undefined ? { kind: "idle" } : { kind: "cannot", reason };
}

/** What is told to people who do not see it. */
function toldOf({ title }: Rung, state: State): string {
  if (state.kind === "ran") return `${title}: ${rateText(state.rate)} images a second.`;
  return state.kind === "wrong" ? `${title}: its losses are wrong.` : `${title}: failed.`;
}

function introduction({ measured: { date, cpu, cores, deno } }: Story): string {
  const style = { day: "numeric", month: "long", year: "numeric", timeZone: "UTC" } as const;
  const day = new Date(date).toLocaleDateString("en-GB", style);
  const there = `a ${cores}-core ${cpu ?? "machine"} with Deno ${deno}, on ${day}`;
  return "One training, from nested loops to what the compiler makes of it. Each rung adds one thing to the one before: " +
    `press its name to see why that helps, and the code. “Here” is your browser; “there” is ${there}.`;
}

function method({ check: { images, epochs }, tolerance }: Story): string {
  return `All rungs begin with the same weights and see the same images of MNIST. Each first trains ${epochs} epochs of ` +
    `${images} images: its losses must be those of plain loops, to ${100 * tolerance} %, or its speed is not shown. ` +
    "Then it is timed for about a second, when the engine has had half a second to make its code fast. So short a try " +
    "is a hint: run it again, and leave the machine alone meanwhile.";
}

/** The screen. */
export const screen: Screen = new Costs();
