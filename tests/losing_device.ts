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
/** The first is asked for by the first epoch, the second by its checkpoint. */
const THIRD = 3;
let asked = 0;
GPUBuffer.prototype.mapAsync = function (...given) {
  if (++asked === THIRD) { for (const device of devices) device.destroy(); }
  return mapAsync.apply(this, given);
};
