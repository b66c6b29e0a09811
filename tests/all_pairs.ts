/** How many letters pairs of names begin with alike: work that grows with the square of their number, on purpose. */
export function lettersAlike(names: readonly string[]): number {
  let alike = 0;
  for (const a of names) {
    for (const b of names) {
      for (let i = 0; i < a.length && a[i] === b[i]; i++) alike++;
    }
  }
  return alike;
}
