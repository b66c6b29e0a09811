/**
 * Blocks of samples, and how many rows a batch gets to make whole ones: rows that hold no sample take time, and so does
 * a smaller block.
 *
 * @module
 */
/** Samples in a block, most wanted first: two vectors of 256 bits, one, or one of 128. `cost`: of a row, against the first. */
const BLOCKS = [{ size: 16, cost: 1 }, { size: 8, cost: 1.2 }, { size: 4, cost: 2 }] as const;
/** Cost of a row that is in no block. */
const ALONE = 3;

/** Samples in a block of so many rows, if they make whole blocks. */
export function blockOf(rows: number): number | undefined {
  return BLOCKS.find(({ size }) => rows % size === 0)?.size;
}

/** Rows of the batch's axis for so many samples: as many, or up to whole blocks where that is quicker. */
export function rowsOf(batchSize: number): number {
  const rows = (size: number) => Math.ceil(batchSize / size) * size;
  const choices = BLOCKS.map(({ size, cost }) => ({ rows: rows(size), cost: cost * rows(size) }));
  return choices.reduce((a, b) => b.cost < a.cost ? b : a, { rows: batchSize, cost: ALONE * batchSize }).rows;
}

/**
 * The smallest batch that is laid out as one of this size: blocks of the same size, several where it has more than one,
 * and rows without a sample where it has any. `rows`: of a batch of a size.
 */
export function smallestAlike(batchSize: number, rows: (batchSize: number) => number): number {
  const kindOf = (size: number) => {
    const block = blockOf(rows(size));
    return [block, rows(size) > (block ?? 1), rows(size) > size].join();
  };
  let smallest = 1;
  while (kindOf(smallest) !== kindOf(batchSize)) smallest++;
  return smallest;
}
