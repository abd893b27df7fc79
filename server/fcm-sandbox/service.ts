import { z } from "zod";
import { DEVICE_MESSAGES_PER_MINUTE } from "./device-quota.ts";
import { startFcmSandbox } from "./start.ts";

const port = z.coerce.number().int().min(0).max(65_535).default(0);
const environmentSchema = z.object({
  FCM_SANDBOX_PORT: port,
  FCM_SANDBOX_FILE: z.string().min(1, "expected the path of the connection file"),
});

/**
 * Runs the sandbox as its own process until SIGTERM or SIGINT, with FCM's quota per device. Prints one line of JSON when
 * it listens. A wrong setting throws with its name before anything is opened.
 */
export async function runFcmSandbox(environment: Readonly<Record<string, string | undefined>>): Promise<void> {
  const settings = environmentSchema.safeParse(environment);
  if (!settings.success) throw new Error(z.prettifyError(settings.error));
  const sandbox = await startFcmSandbox({
    controlPort: settings.data.FCM_SANDBOX_PORT,
    connectionFile: settings.data.FCM_SANDBOX_FILE,
    deviceQuotaPerMinute: DEVICE_MESSAGES_PER_MINUTE,
  });
  const { promise: stopped, resolve: stop } = Promise.withResolvers<void>();
  process.once("SIGTERM", stop);
  process.once("SIGINT", stop);
  const ready = { ready: "fcm-sandbox", controlPort: sandbox.controlPort, tlsPort: sandbox.tlsPort };
  process.stdout.write(`${JSON.stringify(ready)}\n`);
  await stopped;
  process.removeListener("SIGTERM", stop);
  process.removeListener("SIGINT", stop);
  await sandbox.close();
}
