/**
 * Classes as people see them.
 *
 * @module
 */

/** Longest name that is shown whole, in characters. */
const SHOWN = 24;

/**
 * A class by its number and, where it has one, its name: `7 sneaker`.
 *
 * @param names of all classes, by label; default none.
 * @param most characters of the name; one that has more is cut.
 */
export function classText(label: number, names?: readonly string[], most = SHOWN): string {
  const name = names?.[label];
  if (name === undefined) return String(label);
  const characters = [...name];
  return `${label} ${characters.length <= most ? name : `${characters.slice(0, most - 1).join("")}…`}`;
}
