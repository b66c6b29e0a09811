/// <reference lib="dom" />
/// <reference lib="dom.iterable" />
/**
 * The frame: a screen for each address behind `#`, each loaded when it is first shown.
 *
 * @module
 */
import { element } from "./elements.ts";
import { isolate, type Isolation } from "./isolation.ts";
import type { Page, Screen } from "./screen.ts";

/** A screen's title, and what loads it. */
interface Entry {
  readonly title: string;
  load(): Promise<{ readonly screen: Screen }>;
}

/** Screens by their names in the address; the first one is shown where none is named. */
const SCREENS: Readonly<Record<string, Entry>> = {
  draw: { title: "Draw and train", load: () => import("./draw/screen.ts") },
  compiler: { title: "The compiler at work", load: () => import("./compiler/screen.ts") },
  costs: { title: "What each choice costs", load: () => import("./costs/screen.ts") },
};

/** A screen as it stands in the page. */
interface Place {
  readonly section: HTMLElement;
  readonly heading: HTMLElement;
  /** Where the screen puts what it shows. */
  readonly root: HTMLElement;
  /** Undefined until it is loaded. */
  screen?: Screen;
  loading?: Promise<void>;
}

const main = document.querySelector("main")!, told = document.getElementById("told")!;
const places = new Map<string, Place>();

const page: Page = {
  begin(screen) {
    for (const { screen: other } of places.values()) if (other && other !== screen) other.halt();
  },
  tell(text) {
    // the same text twice is told twice
    told.textContent = told.textContent === text ? `${text}\u00a0` : text;
  },
};

/** What the address says: a screen, and what stands behind it. */
function asked(): { readonly name: string; readonly rest: string } {
  const [, name = "", rest = ""] = /^#([^/]*)\/?(.*)$/s.exec(location.hash) ?? [];
  return Object.hasOwn(SCREENS, name) ? { name, rest } : { name: Object.keys(SCREENS)[0], rest: "" };
}

/** The element of a screen, which is made when it is first shown. */
function placeOf(name: string): Place {
  const there = places.get(name);
  if (there) return there;
  const heading = element("h1", { tabindex: -1, id: `${name}-title` }, SCREENS[name].title), root = element("div");
  const section = element("section", { "aria-labelledby": heading.id, class: `screen ${name}` }, heading, root);
  const place: Place = { section, heading, root };
  places.set(name, place);
  main.append(section);
  return place;
}

/**
 * Loads a screen, once; where that fails, the page says so, and it can be tried again. Some browsers fail for ever at a
 * script that could not be loaded once: then the page has to be loaded anew.
 */
async function load(name: string, place: Place): Promise<void> {
  const waits = element("p", { class: "note" }, "Loading…");
  place.root.replaceChildren(waits);
  try {
    const { screen } = await SCREENS[name].load();
    place.root.replaceChildren();
    await screen.open(place.root, page);
    place.screen = screen;
  } catch (error) {
    const again = element("button", { type: "button" }, "Try again");
    again.onclick = () => {
      place.loading = undefined;
      show(false);
    };
    const anew = element("button", { type: "button" }, "Load the page anew");
    anew.onclick = () => location.reload();
    const line = `This screen could not be loaded: ${(error as Error).message}`;
    place.root.replaceChildren(element("p", { class: "warning", role: "alert" }, line), again, " ", anew);
  }
}

/** Shows the screen that the address names. `moved`: from another one, so that the focus goes to its heading. */
async function show(moved: boolean): Promise<void> {
  const { name } = asked(), place = placeOf(name);
  document.title = `${SCREENS[name].title} · Kernelwright`;
  for (const [other, { section }] of places) section.hidden = other !== name;
  for (const link of document.querySelectorAll("nav a")) {
    if (link.getAttribute("href") === `#${name}`) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  if (moved) {
    place.heading.focus();
    scrollTo(0, 0);
  }
  place.loading ??= load(name, place);
  await place.loading;
  // another one may be asked for since
  if (asked().name === name) place.screen?.shown?.(asked().rest);
}

/** How many threads train here, and why not more. */
function threadsText({ isolated, why }: Isolation): string {
  const cores = navigator.hardwareConcurrency;
  if (isolated) return `This page is isolated from others, so threads share memory: up to ${cores} train.`;
  return `This page is not isolated from others (${why}), so one thread trains. All works; it takes longer.`;
}

const isolation = await isolate();
if (!isolation.leaves) {
  document.getElementById("threads")!.textContent = threadsText(isolation);
  let shown = asked().name;
  addEventListener("hashchange", () => {
    const { name } = asked(), moved = name !== shown;
    shown = name;
    void show(moved);
  });
  await show(false);
}
