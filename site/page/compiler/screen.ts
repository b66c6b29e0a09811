/// <reference lib="dom" />
/**
 * Nothing yet.
 *
 * @module
 */
import { element } from "../elements.ts";
import type { Screen } from "../screen.ts";

/** An empty screen. */
export const screen: Screen = {
  open(root) {
    root.append(element("p", {}, "Not built yet."));
  },
  halt() {},
};
