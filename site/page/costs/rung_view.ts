/// <reference lib="dom" />
/**
 * A rung as the page shows it: what it is, its speed here beside that of the committed results, and its code.
 *
 * @module
 */
import { element } from "../elements.ts";
import { prose } from "./prose.ts";
import { type Code, rateText, type Rung, type Story } from "./story.ts";
import { type Before, type State, verdictOf } from "./verdict.ts";

const PHASES = { loading: "loading the compiler…", checking: "comparing its losses…", timing: "timing it…" };
const LANGUAGES: Readonly<Record<string, string>> = { typescript: "TypeScript", wat: "WebAssembly", wgsl: "WGSL" };

/** A rung's element, and what changes it. */
export class RungView {
  readonly element: HTMLElement;
  readonly #rung: Rung;
  readonly #story: Story;
  readonly #button = element("button", { type: "button" });
  readonly #here = speedLine("here");
  readonly #there = speedLine("there");
  readonly #told = element("p", { class: "told" });
  readonly #losses = element("p", { class: "note" });

  /** @param onPress called when its button is pressed. */
  constructor(rung: Rung, number: number, story: Story, onPress: () => void) {
    const heading = element("h2", {}, element("span", { class: "number" }, `${number}`), " ", rung.title);
    this.#rung = rung;
    this.#story = story;
    this.#button.onclick = onPress;
    this.element = element(
      "li",
      { class: "rung" },
      element("div", { class: "head" }, heading, this.#button),
      element("p", { class: "what" }, prose(rung.what)),
      element("div", { class: "speed" }, this.#here.element, this.#there.element, this.#told),
      codeOf(rung, this.#losses),
    );
  }

  /** Shows what is known. `most`: the largest rate of all, which is the longest bar. */
  show(state: State, most: number, before: Before): void {
    const { kind } = state, { rate, title } = this.#rung;
    const word = kind === "running" ? "Stop" : kind === "idle" ? "Run" : "Run again";
    this.element.dataset.state = kind;
    this.#button.textContent = word;
    this.#button.setAttribute("aria-label", `${word}: ${title}`);
    this.#button.hidden = kind === "cannot";
    this.#here.show(kind === "ran" ? state.rate / most : 0, hereText(state));
    this.#there.show((rate ?? 0) / most, rate === undefined ? "not measured" : `${rateText(rate)} images/s`);
    const { strong, text, alarm } = verdictOf(this.#rung, state, before, this.#story);
    this.#told.className = alarm ? "told warning" : "told";
    this.#told.replaceChildren();
    if (strong) this.#told.append(element("strong", {}, strong), " ");
    this.#told.append(element("span", {}, prose(text)));
    this.#losses.textContent = kind === "ran" ? this.#lossText(state.outcome.losses) : "";
  }

  #lossText(losses: readonly number[]): string {
    const { images, epochs } = this.#story.check, listed = losses.map((loss) => loss.toFixed(5)).join(", ");
    const who = this.#rung.target === "naive" ? "as when this page was built" : "as plain loops have them";
    return `Losses here in the first ${epochs} epochs of ${images} images: ${listed}, ${who}.`;
  }
}

/** A bar with its figure. */
function speedLine(where: "here" | "there") {
  const bar = element("span", { class: "bar" }), figure = element("span", { class: "figure" });
  return {
    element: element(
      "p",
      { class: `line ${where}` },
      element("span", { class: "where" }, where),
      element("span", { class: "track", "aria-hidden": "true" }, bar),
      figure,
    ),
    show(share: number, told: string) {
      bar.style.setProperty("inline-size", `${100 * share}%`);
      figure.textContent = told;
    },
  };
}

function hereText(state: State): string {
  switch (state.kind) {
    case "idle":
      return "not run yet";
    case "running":
      return PHASES[state.phase];
    case "ran":
      return `${rateText(state.rate)} images/s`;
    case "wrong":
      return "wrong";
    case "failed":
      return "failed";
    case "cannot":
      return "not on this page";
  }
}

/** The code, before and after, which opens on demand. */
function codeOf({ before, after, title }: Rung, losses: HTMLElement): HTMLElement {
  const piece = (caption: string, { language, text }: Code) => {
    const pre = { tabindex: 0, role: "region", "aria-label": `${caption}, of ${title}` };
    return element(
      "figure",
      {},
      element("figcaption", {}, caption, " ", element("small", {}, LANGUAGES[language])),
      element("pre", pre, element("code", {}, text)),
    );
  };
  const code = after === undefined
    ? element("p", { class: "note" }, "The code is the same as before.")
    : element("div", { class: "codes" }, before && piece("Before", before), piece(before ? "After" : "Code", after));
  return element("details", {}, element("summary", {}, "Code"), code, losses);
}
