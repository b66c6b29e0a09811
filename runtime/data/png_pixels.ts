/**
 * The rows of a PNG file, unpacked, as pixels: filters undone, passes put together, palettes looked up.
 *
 * @module
 */

/** What a file's header says, as far as it matters here. */
export interface PngLayout {
  readonly width: number;
  readonly height: number;
  /** Bits of a number: 1, 2, 4, 8 or 16. */
  readonly bits: number;
  /** Numbers of a pixel: 1 for grey or a palette's index, 3 for colours, and one more for opacity. */
  readonly numbers: number;
  readonly interlaced: boolean;
}

/** What there is beside the rows: chunks as they are. */
export interface PngColors {
  /** Red, green and blue of each index, where pixels are such. */
  readonly palette?: Uint8Array;
  /** Opacity of each index; or the numbers, of 16 bits, of the one colour that is transparent. */
  readonly transparency?: Uint8Array;
}

/** Where the seven passes of an interlaced image begin, and their steps: columns, rows. */
const PASSES = [[0, 0, 8, 8], [4, 0, 8, 8], [0, 4, 4, 8], [2, 0, 4, 4], [0, 2, 2, 4], [1, 0, 2, 2], [0, 1, 1, 2]];
const WHOLE = [[0, 0, 1, 1]];

/** Some of the pixels: every so many columns and rows, from one on, in rows of so many bytes behind their filter. */
interface Pass {
  readonly x: number;
  readonly y: number;
  readonly across: number;
  readonly down: number;
  readonly columns: number;
  readonly rows: number;
  readonly rowBytes: number;
}

function passesOf({ width, height, bits, numbers, interlaced }: PngLayout): Pass[] {
  return (interlaced ? PASSES : WHOLE).map(([x, y, across, down]) => {
    const columns = Math.ceil((width - x) / across), rows = Math.ceil((height - y) / down);
    return { x, y, across, down, columns, rows, rowBytes: Math.ceil(columns * numbers * bits / 8) };
  }).filter(({ columns, rows }) => columns > 0 && rows > 0);
}

/** Bytes of all rows of an image, each with the byte of its filter. */
export function bytesOfRows(layout: PngLayout): number {
  return passesOf(layout).reduce((sum, { rows, rowBytes }) => sum + rows * (1 + rowBytes), 0);
}

/** The largest number of a pixel of {@linkcode pixelsOf}, by the bits that the file has for one. */
export function largestOf({ bits }: PngLayout): number {
  return bits === 16 ? 65535 : 255;
}

/**
 * Red, green, blue and opacity of each pixel, 0 to {@linkcode largestOf}, row by row; of grey ones the first three are
 * the same.
 *
 * @param rows as many bytes as {@linkcode bytesOfRows} says; filters are undone in them.
 * @throws {Error} saying what of them makes no pixels.
 */
export function pixelsOf(rows: Uint8Array, layout: PngLayout, colors: PngColors): Uint16Array {
  const { width, height, bits, numbers } = layout, pixels = new Uint16Array(4 * width * height);
  const put = colors.palette === undefined ? plainColors(layout, colors) : paletteColors(layout, colors);
  let at = 0;
  for (const { x, y, across, down, columns, rows: count, rowBytes } of passesOf(layout)) {
    let above: Uint8Array = new Uint8Array(rowBytes);
    for (let row = 0; row < count; row++) {
      const line = rows.subarray(at + 1, at + 1 + rowBytes);
      unfilter(rows[at], line, above, Math.max(1, numbers * bits / 8));
      for (let column = 0; column < columns; column++) {
        put(line, column, pixels, 4 * ((y + row * down) * width + x + column * across));
      }
      above = line;
      at += 1 + rowBytes;
    }
  }
  return pixels;
}

/** Undoes a row's filter in place. `step`: bytes from a pixel to the next, at least 1. */
function unfilter(filter: number, row: Uint8Array, above: Uint8Array, step: number): void {
  if (filter > 4) throw new Error(`there is no filter ${filter}`);
  if (filter === 0) return;
  for (let i = 0; i < row.length; i++) {
    const left = i < step ? 0 : row[i - step], corner = i < step ? 0 : above[i - step], up = above[i];
    row[i] += filter === 1 ? left : filter === 2 ? up : filter === 3 ? left + up >> 1 : nearest(left, up, corner);
  }
}

/** Paeth's predictor: that of three which is nearest to left + up - corner. */
function nearest(left: number, up: number, corner: number): number {
  const toLeft = Math.abs(up - corner), toUp = Math.abs(left - corner), toCorner = Math.abs(left + up - 2 * corner);
  return toLeft <= toUp && toLeft <= toCorner ? left : toUp <= toCorner ? up : corner;
}

/** A number of a row, of so many bits. */
function numberAt(row: Uint8Array, index: number, bits: number): number {
  if (bits === 8) return row[index];
  if (bits === 16) return row[2 * index] << 8 | row[2 * index + 1];
  const bit = index * bits;
  return row[bit >> 3] >> 8 - bits - (bit & 7) & (1 << bits) - 1;
}

/** Puts the pixel of a column of a row where it belongs. */
type Put = (row: Uint8Array, column: number, pixels: Uint16Array, to: number) => void;

function plainColors(layout: PngLayout, { transparency }: PngColors): Put {
  const { bits, numbers } = layout, most = 2 ** bits - 1, largest = largestOf(layout);
  const opaque = numbers % 2 === 1, last = opaque ? numbers : numbers - 1;
  const hidden = opaque && transparency ? hiddenColor(transparency, numbers) : undefined;
  return (row, column, pixels, to) => {
    const first = column * numbers, scaled = (i: number) => Math.round(numberAt(row, first + i, bits) * largest / most);
    for (let i = 0; i < 3; i++) pixels[to + i] = scaled(i % last);
    pixels[to + 3] = opaque ? largest : scaled(last);
    if (hidden?.every((value, i) => numberAt(row, first + i, bits) === value)) pixels.fill(0, to, to + 4);
  };
}

/** The numbers of the colour that is transparent, where pixels have no opacity of their own. */
function hiddenColor(transparency: Uint8Array, numbers: number): number[] {
  if (transparency.length < 2 * numbers) throw new Error("its transparent colour is not whole");
  return Array.from({ length: numbers }, (_, i) => numberAt(transparency, i, 16));
}

function paletteColors({ bits }: PngLayout, { palette = NONE, transparency = NONE }: PngColors): Put {
  const size = Math.floor(palette.length / 3);
  if (transparency.length > size) throw new Error(`it has ${transparency.length} opacities for ${size} colours`);
  return (row, column, pixels, to) => {
    const index = numberAt(row, column, bits);
    if (index >= size) throw new Error(`its palette has no colour ${index}`);
    for (let i = 0; i < 3; i++) pixels[to + i] = palette[3 * index + i];
    pixels[to + 3] = transparency[index] ?? 255;
  };
}

const NONE = new Uint8Array();
