import { ConfigError } from "../config/config-error.ts";
import type { SandboxConfig } from "../config.ts";
import { listenError } from "../listen.ts";
import { DEVICE_MESSAGES_PER_MINUTE } from "./device-quota.ts";
import { startFcmSandbox } from "./start.ts";

/**
 * Runs the sandbox as its own process until SIGTERM or SIGINT, with FCM's quota per device. Prints one line of JSON when
 * it listens. Throws ConfigError when its port is taken or its connection file cannot be written.
 */
export async function runFcmSandbox({ controlPort, connectionFile }: SandboxConfig): Promise<void> {
  const deviceQuotaPerMinute = DEVICE_MESSAGES_PER_MINUTE;
  const sandbox = await startFcmSandbox({ controlPort, connectionFile, deviceQuotaPerMinute }).catch(
    (error: unknown) => {
      const notWritten = error instanceof Error && "path" in error && "code" in error ? String(error.code) : undefined;
      if (notWritten === undefined)
        throw listenError(error, { host: "127.0.0.1", port: controlPort, portSetting: "FCM_SANDBOX_PORT" });
      const found = `${JSON.stringify(connectionFile)} (cannot be written: ${notWritten})`;
      throw new ConfigError([
        { name: "FCM_SANDBOX_FILE", found, expected: "a file in a folder this process may write" },
      ]);
    },
  );
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
