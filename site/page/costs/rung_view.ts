/// <reference lib="dom" />
/**
 * A rung as the page shows it: its speed here beside that of the committed results, and on demand what it is and its code.
 *
 * @module
 */
import { element } from "../elements.ts";
import { prose } from "./prose.ts";
import { type Code, rateText, type Rung, type Story } from "./story.ts";
import { type Before, gainsOf, noteOf, type State, timesText, verdictOf } from "./verdict.ts";

const PHASES = { loading: "loading…", checking: "comparing…", timing: "timing…" };
const LANGUAGES: Readonly<Record<string, string>> = { typescript: "TypeScript", wat: "WebAssembly", wgsl: "WGSL" };

/** A rung's element, and what changes it. */
export class RungView {
  readonly element: HTMLElement;
  readonly #rung: Rung;
  readonly #story: Story;
  readonly #button = element("button", { type: "button", class: "plain" });
  readonly #here = speedLine("here");
  readonly #there = speedLine("there");
  readonly #note = element("p", { class: "note" });
  readonly #told = element("p");
  readonly #losses = element("p", { class: "note" });

  /** @param onPress called when its button is pressed. */
  constructor(rung: Rung, number: number, story: Story, onPress: () => void) {
    this.#rung = rung;
    this.#story = story;
    this.#button.onclick = onPress;
    const id = `rung-${rung.name}`;
    const title = element(
      "button",
      { type: "button", class: "title", "aria-expanded": "false", "aria-controls": id },
      element("span", { class: "number" }, `${number}`),
      element("span", {}, rung.title),
    );
    const body = element(
      "div",
      { class: "body", id, hidden: true },
      element("p", {}, prose(rung.what)),
      this.#told,
      codeOf(rung),
      this.#losses,
    );
    title.onclick = () => {
      body.hidden = !body.hidden;
      title.setAttribute("aria-expanded", `${!body.hidden}`);
    };
    this.element = element(
      "li",
      { class: "rung" },
      element("h2", {}, title),
      element("div", { class: "speed" }, this.#here.element, this.#there.element, this.#note),
      this.#button,
      body,
    );
  }

  /** Shows what is known. `most`: the largest rate of all, which is the longest bar. */
  show(state: State, most: number, before: Before): void {
    const { kind } = state, { rate, title } = this.#rung, gains = gainsOf(this.#rung, state, before);
    const word = kind === "running" ? "Stop" : kind === "idle" || kind === "cannot" ? "Run" : "Again";
    this.element.dataset.state = kind;
    this.#button.textContent = word;
    this.#button.setAttribute("aria-label", `${word}: ${title}`);
    this.#button.hidden = kind === "cannot";
    this.#here.show(kind === "ran" ? state.rate / most : 0, hereText(state), gains.here);
    this.#there.show(
      (rate ?? 0) / most,
      rate === undefined ? "not measured" : `${rateText(rate)} images/s`,
      gains.there,
    );
    const note = noteOf(this.#rung, state, this.#story) ?? "";
    this.#note.className = kind === "wrong" || kind === "failed" ? "warning" : "note";
    this.#note.replaceChildren(element("span", {}, prose(note)));
    this.#note.hidden = note === "";
    const { strong, text } = verdictOf(this.#rung, gains, before, this.#story);
    this.#told.replaceChildren(...strong ? [element("strong", {}, strong), " "] : [], element("span", {}, prose(text)));
    this.#losses.textContent = kind === "ran" ? this.#lossText(state.outcome.losses) : "";
  }

  #lossText(losses: readonly number[]): string {
    const { images, epochs } = this.#story.check, listed = losses.map((loss) => loss.toFixed(5)).join(", ");
    const who = this.#rung.target === "naive" ? "as when this page was built" : "as plain loops have them";
    return `Losses here in the first ${epochs} epochs of ${images} images: ${listed}, ${who}.`;
  }
}

/** A bar with its figures. */
function speedLine(where: "here" | "there") {
  const bar = element("span", { class: "bar" }), figure = element("span", { class: "figure" });
  const times = element("span", { class: "times" });
  return {
    element: element(
      "p",
      { class: `line ${where}` },
      element("span", { class: "where" }, where),
      element("span", { class: "track", "aria-hidden": "true" }, bar),
      figure,
      times,
    ),
    show(share: number, told: string, gain?: number) {
      bar.style.setProperty("inline-size", `${100 * share}%`);
      figure.textContent = told;
      times.replaceChildren();
      if (gain === undefined) return;
      times.append(timesText(gain), "×", element("span", { class: "hidden" }, " the one before"));
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
      return "not possible";
  }
}

/** The code, before and after. */
function codeOf({ before, after, title }: Rung): HTMLElement {
  const piece = (caption: string, { language, text }: Code) => {
    const pre = { tabindex: 0, role: "region", "aria-label": `${caption}, of ${title}` };
    return element(
      "figure",
      {},
      element("figcaption", {}, caption, " ", element("small", {}, LANGUAGES[language])),
      element("pre", pre, element("code", {}, text)),
    );
  };
  if (after === undefined) return element("p", { class: "note" }, "The code is the same as before.");
  return element("div", { class: "codes" }, before && piece("Before", before), piece(before ? "After" : "Code", after));
}
