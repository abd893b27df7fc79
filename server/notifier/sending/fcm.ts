import { randomUUID } from "node:crypto";
import https from "node:https";
import { type App, type AppOptions, applicationDefault, cert, deleteApp, initializeApp } from "firebase-admin/app";
import { getMessaging, type Messaging } from "firebase-admin/messaging";
import { withDeadline } from "./access-token.ts";
import { retryAfterMs, sortError } from "./fcm-error.ts";
import { type Call, makeCallWatch } from "./one-call.ts";
import type { PushSender, SendOutcome } from "./push-sender.ts";

const HOST = "fcm.googleapis.com";
/** Connections kept open to FCM: as many as there are calls at once. The one used last is used next, so that with a near FCM few are. */
const MAX_SOCKETS = 128;
/** Within a call's deadline, so that what is said of it is right. */
const TOKEN_SHARE = 0.8;

export type AppWithAgent = AppOptions & { httpAgent: https.Agent };

/** How firebase-admin reaches the real FCM: with the service account of a file, or what Google's environment offers. Reads the file. */
export const googleApp = (credentialsFile: string | undefined): AppWithAgent => ({
  credential: credentialsFile === undefined ? applicationDefault() : cert(credentialsFile),
  httpAgent: new https.Agent({ keepAlive: true, maxSockets: MAX_SOCKETS, scheduling: "lifo" }),
});

/**
 * Sends by firebase-admin's `send()`, which keeps its connections (HTTP/1.1): docs/decisions/0024. A call that is not over by `deadlineMs` counts as `unavailable`,
 * whatever it waits for, and nothing of it goes on. `onRequest` is told of every request, `onRepeat` of those firebase-admin made by itself.
 */
export const makeFcmSender = (
  options: () => AppWithAgent,
  {
    deadlineMs,
    onRequest = () => {},
    onRepeat = () => {},
  }: { deadlineMs: number; onRequest?: () => void; onRepeat?: () => void },
): PushSender => {
  const watch = makeCallWatch(HOST);
  const start = (): { app: App; messaging: Messaging; agent: https.Agent } => {
    const { credential, ...rest } = options();
    const app = initializeApp(
      { ...rest, ...(credential && { credential: withDeadline(credential, deadlineMs * TOKEN_SHARE) }) },
      `notifier-${randomUUID()}`,
    );
    return { app, messaging: getMessaging(app), agent: rest.httpAgent };
  };
  let current = start();
  const retired = new Set<Promise<void>>();

  const attempt = async (message: Parameters<Messaging["send"]>[0]): Promise<SendOutcome> => {
    try {
      const id: unknown = await current.messaging.send(message);
      return typeof id === "string" && id !== ""
        ? { type: "sent", answer: id }
        : { type: "unavailable", why: "answer without id" };
    } catch (error) {
      return { ...sortError(error), ...codeOf(error) };
    }
  };

  return {
    send: async (message) => {
      const { promise: early, resolve } = Promise.withResolvers<SendOutcome>();
      const call: Call = {
        requests: 0,
        over: false,
        onAnswer: ({ status, retryAfter }) => {
          // firebase-admin would wait here for as long as FCM says, and then repeat.
          if (status !== 503) return;
          const after = retryAfterMs(retryAfter);
          resolve({ type: "unavailable", why: "503", ...(after !== undefined && { retryAfterMs: after }) });
        },
      };
      const timer = setTimeout(() => {
        resolve({ type: "unavailable", why: "deadline" });
        call.request?.destroy();
      }, deadlineMs);
      try {
        return await Promise.race([watch.run(call, () => attempt(message)), early]);
      } finally {
        call.over = true;
        clearTimeout(timer);
        for (let count = 0; count < call.requests; count++) {
          onRequest();
          if (count > 0) onRepeat();
        }
      }
    },

    renew: () => {
      const old = current;
      try {
        current = start();
      } catch {
        // The file cannot be read right now: what there was stays.
        return;
      }
      const ended = deleteApp(old.app).then(() => void retired.delete(ended));
      retired.add(ended);
      // Calls under way end with their answers; the connections close as they are not used any more.
      setTimeout(() => old.agent.destroy(), deadlineMs).unref();
    },

    close: async () => {
      watch.close();
      current.agent.destroy();
      await deleteApp(current.app);
      await Promise.all(retired);
    },
  };
};

const codeOf = (error: unknown): { answer?: string } =>
  typeof error === "object" && error !== null && "code" in error && typeof error.code === "string"
    ? { answer: error.code }
    : {};
