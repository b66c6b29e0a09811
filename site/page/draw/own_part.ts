/// <reference lib="dom" />
/**
 * Drawings that are kept with their labels: a list, a file, and whether the net learns them.
 *
 * @module
 */
import { element } from "../elements.ts";
import { picture } from "./answers.ts";
import { type Drawing, drawingsOf, fileOf, type Kept, MOST, Store } from "./store.ts";
import { SIDE } from "./strokes.ts";

/** No file with as many drawings as are kept is nearly as large. */
const MOST_BYTES = 2e6;

/** Who is told. */
export interface OwnOptions {
  /** What is drawn now; nothing where nothing is. */
  drawn(): Uint8Array | undefined;
  /** The drawings that the net is to learn: none where it is not to. */
  learn(images: Uint8Array, labels: Uint8Array): void;
  tell(text: string): void;
}

/** Offers a file to be kept. */
export function offer(name: string, content: BlobPart, type: string): void {
  const address = URL.createObjectURL(new Blob([content], { type }));
  element("a", { href: address, download: name }).click();
  // the browser reads it some time later
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}

/** A button that asks for a file. */
export function fileButton(text: string, accept: string, take: (file: File) => void): HTMLElement {
  const input = element("input", { type: "file", accept, class: "hidden", tabindex: -1, "aria-hidden": "true" });
  const button = element("button", { type: "button" }, text);
  button.onclick = () => input.click();
  input.onchange = () => {
    const [file] = input.files ?? [];
    // the same file may be chosen again
    if (file) take(file);
    input.value = "";
  };
  return element("span", {}, button, input);
}

/** A drawing in the list, with what deletes it. */
function shown({ label, image }: Drawing, remove: () => void): HTMLElement {
  const button = element("button", { type: "button", class: "plain", "aria-label": `Delete this ${label}` }, "×");
  button.onclick = remove;
  return element("li", {}, picture(image), element("b", {}, label), button);
}

/** The part of the page. */
export function ownPart({ drawn, learn, tell }: OwnOptions): HTMLElement {
  const store = new Store(),
    list = element("ul", { class: "drawings" }),
    line = element("p", { class: "warning", role: "alert" });
  const note = element("p", { class: "note" });
  const digit = element(
    "select",
    { id: "label" },
    Array.from({ length: 10 }, (_, i) => element("option", { value: i }, i)),
  );
  const keep = element("button", { type: "button" }, "Keep it");
  const learned = element("input", { type: "checkbox", id: "learn", checked: true });
  let kept: readonly Kept[] = [];

  const told = () => {
    const all = learned.checked ? kept : [], images = new Uint8Array(all.length * SIDE * SIDE);
    all.forEach(({ image }, i) => images.set(image, i * SIDE * SIDE));
    learn(images, Uint8Array.from(all, ({ label }) => label));
  };
  const renew = async () => {
    kept = await store.all();
    const stays = await store.stays();
    list.replaceChildren(...kept.map((each, i) =>
      shown(each, () =>
        attempt(async () => {
          await store.delete(each.id);
          await renew();
          tell(`A ${each.label} was deleted; ${kept.length} are left.`);
          // the next one's, or the last one's
          ([...list.querySelectorAll("button")].slice(0, i + 1).at(-1) ?? keep).focus();
        }))
    ));
    write.disabled = kept.length === 0;
    note.textContent = kept.length === 0
      ? `Draw a digit, say which it is, and keep it: up to ${MOST}.`
      : `${kept.length} of ${MOST} at most, ${stays ? "kept in this browser" : "kept until this page is closed"}.`;
    told();
  };
  /** What fails is told in one line, where it was asked for. */
  const attempt = async (work: () => Promise<void>) => {
    line.textContent = "";
    try {
      await work();
    } catch (error) {
      line.textContent = (error as Error).message;
    }
  };
  keep.onclick = () =>
    attempt(async () => {
      const image = drawn();
      if (!image) throw new Error("nothing is drawn yet: draw a digit in the field first");
      await store.add([{ label: Number(digit.value), image }]);
      await renew();
      tell(`The drawing was kept as a ${digit.value}; there are ${kept.length}.`);
    });
  const write = element("button", { type: "button" }, "Export");
  write.onclick = () => offer("drawings.json", fileOf(kept), "application/json");
  const read = fileButton("Import", ".json,application/json", (file) =>
    attempt(async () => {
      let drawings: Drawing[];
      try {
        if (file.size > MOST_BYTES) throw new Error("it is too large to be a file with drawings");
        drawings = drawingsOf(await file.text());
      } catch (error) {
        throw new Error(`"${file.name}": ${(error as Error).message}`);
      }
      await store.add(drawings);
      await renew();
      tell(`${drawings.length} drawings were imported; there are ${kept.length}.`);
    }));
  learned.onchange = told;
  void attempt(renew);
  return element(
    "div",
    { class: "own" },
    element(
      "div",
      { class: "row" },
      element("label", { for: digit.id }, "What is drawn is a"),
      digit,
      keep,
    ),
    line,
    list,
    note,
    element(
      "p",
      { class: "check" },
      learned,
      element("label", { for: learned.id }, "The net learns them too: each 20 times in a pass, from the next pass on"),
    ),
    element("div", { class: "row" }, write, read),
  );
}
