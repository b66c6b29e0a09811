/**
 * Where the program runs.
 *
 * It is chosen when this is loaded, at once: no module waits for it. A bundler needs no choice of its own, since no
 * platform imports what only it has; each asks for it when it is used.
 *
 * @module
 */
import { browser } from "./browser.ts";
import { deno } from "./deno.ts";
import { node } from "./node.ts";
import type { Platform, PlatformKind } from "./platform.ts";

/** All platforms; Deno has much of what Node has, and all of them what a browser has. */
const KINDS: readonly PlatformKind[] = [deno, node, browser];

/** The platform that this is. */
export const platform: Platform = KINDS.find((kind) => kind.runsHere())!.open();
