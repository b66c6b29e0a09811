/// <reference lib="dom" />
/**
 * "Draw and train": a net learns digits in this tab, and says of what is drawn what it takes it for.
 *
 * @module
 */
import { element, part } from "../elements.ts";
import type { Page, Screen } from "../screen.ts";
import { answers, sentence } from "./answers.ts";
import { field } from "./field.ts";
import { keepPart } from "./keep_part.ts";
import { ownPart } from "./own_part.ts";
import { runsPart } from "./runs_part.ts";
import { type StepPart, stepPart } from "./step_part.ts";
import { TrainedNet } from "./trained_net.ts";
import { trainingPart } from "./training_part.ts";

/** Milliseconds between two questions about the same drawing, while the net changes. */
const ASK = 600;

/** What computes, once the screen is open. */
let net: TrainedNet | undefined, step: StepPart | undefined;

/** Asks the net what it takes the drawing for: one question at a time, the last one always. */
class Asker {
  readonly #ask: () => Promise<void>;
  #asks = false;
  #again = false;

  constructor(ask: () => Promise<void>) {
    this.#ask = ask;
  }

  /** Asks now, or when the question before is answered. */
  async ask(): Promise<void> {
    this.#again = true;
    if (this.#asks) return;
    this.#asks = true;
    while (this.#again) {
      this.#again = false;
      await this.#ask();
    }
    this.#asks = false;
  }
}

function open(root: HTMLElement, page: Page): void {
  const tell = (text: string) => page.tell(text), shown = answers();
  let speaks = false;
  const asker = new Asker(async () => {
    const image = drawing.image(), probabilities = image && await own.predict(image);
    // what was cleared meanwhile is not shown
    if (!drawing.isDrawn) shown.show(undefined, undefined);
    else shown.show(image, probabilities);
    if (!speaks || !probabilities) return;
    speaks = false;
    tell(sentence(probabilities));
  });
  const drawing = field({
    onChange: () => void asker.ask(),
    onStroke() {
      speaks = true;
      void asker.ask();
    },
    tell,
  });
  let asked = 0;
  const own = net = new TrainedNet((standing, event) => {
    training.show(standing, event);
    runs.show(standing);
    if (event?.kind === "pass") tell(`Pass ${event.pass} over 60,000 images is done.`);
    // while it trains, it changes its mind
    if (performance.now() - asked < ASK || !(event?.kind === "steps" || event?.kind === "test" || standing.opened)) {
      return;
    }
    asked = performance.now();
    if (drawing.isDrawn) void asker.ask();
  });
  const training = trainingPart({
    train() {
      page.begin(screen);
      step?.halt();
      tell("Training begins.");
      void own.train();
    },
    pause() {
      void own.pause();
      tell("Training is paused.");
    },
    reset() {
      step?.halt();
      training.clear();
      tell("The net has new weights.");
      void own.open().then(() => asker.ask());
    },
  });
  const runs = runsPart((choice) => {
    step?.halt();
    training.clear();
    void own.open(choice).then(() => asker.ask());
  }, () => own.gpu());
  step = stepPart(own, () => page.begin(screen), tell);
  const clear = element("button", { type: "button" }, "Clear");
  clear.onclick = () => drawing.clear();
  root.append(
    element(
      "p",
      { class: "lead" },
      "A small neural net learns to read handwritten digits, here in this tab. Press Train, then draw one.",
    ),
    element(
      "div",
      { class: "bench" },
      element("section", { class: "trains", "aria-label": "Training" }, training.element),
      element(
        "section",
        { class: "desk", "aria-label": "Drawing" },
        element("div", {}, drawing.element, clear),
        shown.element,
      ),
      element("section", { class: "shows", "aria-label": "Curves" }, training.curves),
      element(
        "section",
        { class: "yours" },
        element("h2", {}, "Digits of your own"),
        ownPart({
          drawn: () => drawing.image(),
          learn: (images, labels) => void own.own(images, labels),
          tell,
        }),
      ),
    ),
    part("What a step costs", step.element),
    part(
      "Keep the net",
      keepPart(own, () => {
        training.clear();
        void asker.ask();
      }),
    ),
    part("How it runs", runs.element),
  );
  shown.show(undefined, undefined);
  void own.open();
}

/** The screen. */
export const screen: Screen = {
  open,
  halt() {
    step?.halt();
    void net?.pause();
  },
};
