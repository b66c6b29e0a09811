/**
 * Prints the V8 flags that tasks start Deno with, on this machine; see `platform/v8_flags.ts`.
 *
 *     deno run runtime/v8_flags.ts [checked] [unpacked]
 *
 * @module
 */
import { printV8Flags } from "./platform/v8_flags.ts";

export { v8Flags } from "./platform/v8_flags.ts";

if (import.meta.main) printV8Flags();
