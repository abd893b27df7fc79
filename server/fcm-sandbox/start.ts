import { once } from "node:events";
import { rm } from "node:fs/promises";
import { createAdaptorServer } from "@hono/node-server";
import type { AccessFaults } from "./access-faults.ts";
import { accessTokens } from "./access-tokens.ts";
import { throwawayCertificates } from "./certificates.ts";
import { type SandboxConnection, writeConnection } from "./connection.ts";
import { controlApi } from "./control-api.ts";
import { createDeliveryFeed } from "./delivery-feed.ts";
import { deviceQuota } from "./device-quota.ts";
import { fcmEndpoint } from "./fcm-endpoint.ts";
import { createOutcomes } from "./outcomes.ts";
import type { PhoneView } from "./phone.ts";
import { createPhones } from "./phones.ts";
import { createRequestLog } from "./request-log.ts";
import { type AccountKeys, makeAccountKeys, makeServiceAccount } from "./service-account.ts";
import { listenTls, portOf } from "./tls-server.ts";

export type FcmSandboxOptions = Readonly<{
  /** Absent or 0: a free port. */
  tlsPort?: number;
  controlPort?: number;
  /** Absent: `gremio-sandbox`. */
  projectId?: string;
  /** Of its service account. Absent: new ones, which take a tenth of a second to find. */
  accountKeys?: AccountKeys;
  /** Where to write what another process needs to connect (mode 0600; removed at the end). Absent: nowhere. */
  connectionFile?: string;
  /** Unknown tokens answer UNREGISTERED. Absent: a phone appears at its first push. */
  strictDevices?: boolean;
  /** Messages a minute to one device before QUOTA_EXCEEDED. Absent: without limit. */
  deviceQuotaPerMinute?: number;
  /** Absent: 1 hour, as Google's. */
  accessTokenLifetimeMs?: number;
  /** Called for each push a phone gets. */
  onDelivery?: () => void;
  /** Milliseconds since 1970. Absent: the machine's clock. */
  now?: () => number;
}>;

export type FcmSandbox = Readonly<{
  tlsPort: number;
  controlPort: number;
  /** Base of the control API, without a slash at the end. */
  controlUrl: string;
  /** For `sandboxApp`. Holds the service account's private key. */
  connection: SandboxConnection;
  devices(): readonly PhoneView[];
  /** Cuts all connections, frees both ports and removes the connection file. */
  close(): Promise<void>;
}>;

const ACCESS_TOKEN_LIFETIME_MS = 3_600_000;

/** Starts a double of FCM on this machine, for development and tests. It is reachable only through loopback. */
export async function startFcmSandbox(options: FcmSandboxOptions = {}): Promise<FcmSandbox> {
  const { projectId = "gremio-sandbox", now = Date.now, connectionFile, deviceQuotaPerMinute } = options;
  const [certificates, keys] = await Promise.all([throwawayCertificates(), options.accountKeys ?? makeAccountKeys()]);
  const account = makeServiceAccount(projectId, keys);
  const closing = new AbortController();
  const feed = createDeliveryFeed();
  const log = createRequestLog();
  const outcomes = createOutcomes();
  const quota = deviceQuotaPerMinute === undefined ? undefined : deviceQuota(deviceQuotaPerMinute, now);
  const phones = createPhones({
    strict: options.strictDevices === true,
    now,
    onDelivery: (target, delivery) => {
      options.onDelivery?.();
      feed.tell({ target, ...delivery });
    },
  });
  const tokens = accessTokens(account, options.accessTokenLifetimeMs ?? ACCESS_TOKEN_LIFETIME_MS, now);

  let accessFaults: AccessFaults = {};
  const answer = fcmEndpoint({
    ...{ projectId, phones, outcomes, quota, now, closing: closing.signal, tokens, log },
    accessFaults: () => accessFaults,
  });
  const tls = await listenTls({ port: options.tlsPort ?? 0, certificates, answer });
  const planAccess = (faults: AccessFaults) => {
    accessFaults = faults;
  };
  const reset = () => {
    planAccess({});
    for (const part of [phones, outcomes, log, quota]) part?.clear();
  };
  const api = controlApi({
    ...{ phones, outcomes, log, feed, planAccess, reset, closing: closing.signal },
    tlsPort: () => tls.port,
  });
  const control = createAdaptorServer({ fetch: api.fetch });

  async function close(): Promise<void> {
    closing.abort();
    await tls.close();
    if (control.listening) {
      const closed = once(control, "close");
      control.close();
      if ("closeAllConnections" in control) control.closeAllConnections();
      await closed;
    }
    if (connectionFile !== undefined) await rm(connectionFile, { force: true });
  }

  try {
    control.listen(options.controlPort ?? 0, "127.0.0.1");
    await once(control, "listening");
    const controlPort = portOf(control.address());
    const tlsAddress = { host: "127.0.0.1", port: tls.port };
    const connection = { tlsAddress, ca: certificates.ca, projectId, serviceAccount: account.json };
    if (connectionFile !== undefined) await writeConnection(connectionFile, connection);
    const controlUrl = `http://127.0.0.1:${controlPort}`;
    const devices = () => phones.list().map((phone) => phone.view());
    return { tlsPort: tls.port, controlPort, controlUrl, connection, devices, close };
  } catch (error) {
    await close();
    throw error;
  }
}
