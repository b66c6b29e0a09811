/**
 * How a run ends whose device fails.
 *
 * @module
 */

/**
 * A device, such as a GPU, failed: it was lost, or refused what it was asked for. The message is one line that says what was
 * being done, what the device said, and what to do. What was saved before is as it was.
 */
export class DeviceError extends Error {
  /** Whether the device is gone: the next run gets another one. */
  readonly lost: boolean;

  /** Of what was being done, and what the device said. */
  constructor(message: string, lost: boolean) {
    super(message);
    this.name = "DeviceError";
    this.lost = lost;
  }
}
