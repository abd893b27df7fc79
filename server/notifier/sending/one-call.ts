import { AsyncLocalStorage } from "node:async_hooks";
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { ClientRequest } from "node:http";

/** What one call of firebase-admin asks of the network. */
export type Call = {
  requests: number;
  request?: ClientRequest;
  /** The answer's head, once there is one. */
  answered?: { status: number; retryAfter: string | undefined };
  /** From now on every further request is refused. */
  over: boolean;
  onAnswer(answer: { status: number; retryAfter: string | undefined }): void;
};

/** Published by Node for every request of the process (https://nodejs.org/api/diagnostics_channel.html#http). */
const REQUESTS = "http.client.request.created";

/** firebase-admin repeats a request by itself, at once and without end to our deadline: https://github.com/firebase/firebase-admin-node/issues/1248 */
class NotRepeated extends Error {
  constructor() {
    super("not repeated within the call");
  }
}

/**
 * Watches what calls of firebase-admin send to a host, and keeps them to one request: FCM wants 10 s before anything is sent again, and who repeats is the queue. Only
 * after a kept connection had died unnoticed, which nobody has answered on, one more is let through.
 */
export const makeCallWatch = (host: string) => {
  const calls = new AsyncLocalStorage<Call>();

  const onRequest = (published: unknown): void => {
    const call = calls.getStore();
    const request = requestOf(published);
    if (call === undefined || request?.host !== host) return;
    if (call.over || (call.requests > 0 && !(call.requests === 1 && diedUnnoticed(call)))) {
      request.destroy(new NotRepeated());
      return;
    }
    call.requests += 1;
    call.request = request;
    request.once("response", ({ statusCode = 0, headers }) => {
      call.answered = { status: statusCode, retryAfter: headers["retry-after"] };
      call.onAnswer(call.answered);
    });
  };

  subscribe(REQUESTS, onRequest);
  return {
    run: <T>(call: Call, work: () => Promise<T>): Promise<T> => calls.run(call, work),
    close: () => unsubscribe(REQUESTS, onRequest),
  };
};

const diedUnnoticed = ({ request, answered }: Call): boolean =>
  answered === undefined && request?.reusedSocket === true;

const requestOf = (published: unknown): ClientRequest | undefined =>
  typeof published === "object" &&
  published !== null &&
  "request" in published &&
  published.request instanceof ClientRequest
    ? published.request
    : undefined;
