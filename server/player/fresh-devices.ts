import type { RegisteredDevice } from "./devices.ts";

/** Those that were registered, or renewed, since a moment (epoch ms): of the others nobody knows whether they still exist, and FCM advises not to try. */
export const freshDevices = (devices: readonly RegisteredDevice[], sinceMs: number): RegisteredDevice[] =>
  devices.filter(({ at }) => at >= sinceMs);
