/**
 * Loaded before a command, it takes the command's GPU away when that is asked for what the second epoch has come to.
 *
 *     deno run --preload tests/losing_device.ts … cli.ts train NET --target webgpu
 *
 * @module
 */
const devices: GPUDevice[] = [];
const { requestDevice } = GPUAdapter.prototype, { mapAsync } = GPUBuffer.prototype;
GPUAdapter.prototype.requestDevice = async function (descriptor) {
  const device = await requestDevice.call(this, descriptor);
  devices.push(device);
  return device;
};
/** The first is asked for by the first epoch, two by its checkpoint: weights, and what the optimizer keeps. */
const FOURTH = 4;
let asked = 0;
GPUBuffer.prototype.mapAsync = function (...given) {
  if (++asked === FOURTH) { for (const device of devices) device.destroy(); }
  return mapAsync.apply(this, given);
};
