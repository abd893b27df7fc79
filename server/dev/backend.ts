import { anyFailureSchema } from "../../shared/api/refusal.ts";
import type { ErrorCode } from "../../shared/errors.ts";

export type Answered = { ok: true; body: unknown } | { ok: false; code: ErrorCode };

/** The game's backend as the page needs one: it knows nothing but the HTTP API and its key. */
export type Backend = (method: "GET" | "POST" | "PUT" | "PATCH", path: string, body?: object) => Promise<Answered>;

/** `fetch` answers a request to the API, in this process or over the network. Throws when the answer is not the API's. */
export const makeBackend =
  (fetch: (path: string, init: RequestInit) => Response | Promise<Response>, apiKey: string): Backend =>
  async (method, path, body) => {
    const response = await fetch(`/v1/${path}`, {
      method,
      headers: { "x-api-key": apiKey, "content-type": "application/json" },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const answer: unknown = response.status === 204 ? undefined : await response.json();
    if (response.ok) return { ok: true, body: answer };
    return { ok: false, code: anyFailureSchema.parse(answer).error.code };
  };
