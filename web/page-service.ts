import {
  type Cast,
  castSchema,
  foughtSchema,
  mintedTokenSchema,
  notFoughtSchema,
  type Phone,
  phoneSchema,
  type Why,
  whySchema,
} from "../shared/api/dev-page.ts";
import { type ErrorCode, isErrorCode } from "../shared/errors.ts";
import type { Locale } from "../shared/locale.ts";

/** What the service does for its page besides serving it. Each rejects when it cannot. */

class Unanswered extends Error {
  readonly status: number;

  constructor(message: string, status: number) {
    super(message);
    this.status = status;
  }
}

const ask = async (method: string, path: string, body?: object): Promise<Response> => {
  const response = await fetch(`/dev/${path}`, {
    method,
    ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { "content-type": "application/json" } }),
  });
  if (!response.ok) throw new Unanswered(`${path} was answered with status ${response.status}`, response.status);
  return response;
};

export const getCast = async (): Promise<Cast> => castSchema.parse(await (await ask("GET", "cast")).json());

/** Undefined when the service does not sign tokens itself. */
export const getToken = async (player: string): Promise<string | undefined> => {
  try {
    return mintedTokenSchema.parse(await (await ask("POST", `players/${player}/token`)).json()).token;
  } catch (error) {
    if (error instanceof Unanswered && error.status === 409) return undefined;
    throw error;
  }
};

export const putLocale = async (player: string, locale: Locale): Promise<void> => {
  await ask("PUT", `players/${player}/locale`, { locale });
};

/** The newest decisions about telling him by push, in words of this language. */
export const getWhy = async (player: string, locale: Locale): Promise<Why> =>
  whySchema.parse(await (await ask("GET", `players/${player}/decisions?locale=${locale}`)).json());

export const grantPoints = async (player: string): Promise<void> => {
  await ask("POST", `players/${player}/points`);
};

/** What a battle brought, or why there was none. Does not reject. */
export const fight = async (player: string): Promise<{ score: number } | { code: ErrorCode | "no-answer" }> => {
  try {
    const response = await fetch(`/dev/players/${player}/battles`, { method: "POST" });
    const answer: unknown = await response.json();
    if (response.ok) return foughtSchema.parse(answer);
    const { code } = notFoughtSchema.parse(answer);
    return { code: isErrorCode(code) ? code : "internal" };
  } catch {
    return { code: "no-answer" };
  }
};

export const tellNews = async (): Promise<void> => {
  await ask("POST", "news");
};

export const killChat = async (): Promise<void> => {
  await ask("POST", "kill-chat");
};

export const dismiss = async (player: string, id: number): Promise<void> => {
  await ask("DELETE", `phones/${player}/screen/${id}`);
};

export const clearPhone = async (player: string): Promise<void> => {
  await ask("DELETE", `phones/${player}/screen`);
};

/** As a game on that phone does: it was woken by a push, or opened by way of it. */
export const reportPush = async (player: string, push: string, what: "received" | "opened"): Promise<void> => {
  const token = await getToken(player);
  await fetch(`/v1/me/pushes/${encodeURIComponent(push)}/reports`, {
    method: "POST",
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    body: JSON.stringify({ what }),
  });
};

/** Every phone at once, then each that changes, also after the service was away. */
export const watchPhones = (onPhone: (phone: Phone) => void): void => {
  const events = new EventSource("/dev/phones");
  events.addEventListener("phone", (event: MessageEvent<unknown>) => {
    if (typeof event.data !== "string") return;
    const phone = phoneSchema.safeParse(JSON.parse(event.data));
    if (phone.success) onPhone(phone.data);
  });
  events.addEventListener("error", () => {
    // The browser comes back by itself after a lost line, but not after an answer that was no stream.
    if (events.readyState !== EventSource.CLOSED) return;
    setTimeout(() => watchPhones(onPhone), 1_000);
  });
};
