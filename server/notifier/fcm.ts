import { randomUUID } from "node:crypto";
import https from "node:https";
import { type AppOptions, applicationDefault, cert, deleteApp, initializeApp } from "firebase-admin/app";
import { getMessaging } from "firebase-admin/messaging";
import { sortError } from "./fcm-error.ts";
import type { PushSender, SendOutcome } from "./push-sender.ts";

/** Connections kept open to FCM; more did not send faster. */
const MAX_SOCKETS = 48;

/** How firebase-admin reaches the real FCM: with the service account of a file, or what Google's environment offers. */
export const googleApp = (credentialsFile: string | undefined): AppOptions & { httpAgent: https.Agent } => ({
  credential: credentialsFile === undefined ? applicationDefault() : cert(credentialsFile),
  httpAgent: new https.Agent({ keepAlive: true, maxSockets: MAX_SOCKETS }),
});

/**
 * Sends by firebase-admin's `send()`, which keeps its connections (HTTP/1.1); its HTTP/2 way opens one per call and may never settle. A call that is not over by
 * `deadlineMs` counts as `unavailable`. firebase-admin itself repeats on 503 (0, 0, 1, 3, 7 s), which is inside the deadline.
 */
export const makeFcmSender = (
  options: AppOptions & { httpAgent: https.Agent },
  { deadlineMs }: { deadlineMs: number },
): PushSender => {
  const app = initializeApp(options, `notifier-${randomUUID()}`);
  const messaging = getMessaging(app);

  const attempt = async (message: Parameters<typeof messaging.send>[0]): Promise<SendOutcome> => {
    try {
      const id: unknown = await messaging.send(message);
      return typeof id === "string" && id !== "" ? { type: "sent" } : { type: "unavailable", why: "answer without id" };
    } catch (error) {
      return sortError(error);
    }
  };

  return {
    send: async (message) => {
      const { promise: late, resolve } = Promise.withResolvers<SendOutcome>();
      const timer = setTimeout(() => resolve({ type: "unavailable", why: "deadline" }), deadlineMs);
      try {
        return await Promise.race([attempt(message), late]);
      } finally {
        clearTimeout(timer);
      }
    },
    close: async () => {
      options.httpAgent.destroy();
      await deleteApp(app);
    },
  };
};
