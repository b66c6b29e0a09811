/// <reference lib="dom" />
/**
 * What the page shows: one screen at a time, each in an element of its own that stays.
 *
 * @module
 */

/** A screen. Its module is loaded when it is first shown. */
export interface Screen {
  /** Fills an empty element; called once. */
  open(root: HTMLElement, page: Page): Promise<void> | void;
  /** What stands in the address behind the screen's name has changed, or the screen is shown again. */
  shown?(rest: string): void;
  /** Ends what it computes, since another screen begins to. */
  halt(): void;
}

/** What a screen asks of the page. */
export interface Page {
  /** Says that this screen begins to compute: all others end what they do. */
  begin(screen: Screen): void;
  /** Tells people who do not see it; a screen reader speaks it. */
  tell(text: string): void;
}
