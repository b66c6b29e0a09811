/**
 * Modules that Node has built in, as have Deno and Bun.
 *
 * @module
 */

/**
 * A built-in module, by its name. It is no import: where there are none, a bundler looks for none, and none is loaded
 * before it is used.
 */
// deno-lint-ignore no-process-global -- to import it would be an import
export const builtin: typeof process.getBuiltinModule = (name: string) => process.getBuiltinModule(name);
