import { z } from "zod";
import { flag, list, setting, webUrl, wholeNumber } from "./setting.ts";

const hasNoPassword = (value: string): boolean => {
  if (!URL.canParse(value)) return false;
  const { username, password } = new URL(value);
  return username === "" && password === "";
};

/** The game's backend: what it calls with, where it decides, and where it is told what happened. */
export const studioSettings = {
  GREMIO_API_KEYS: setting(list(z.string().min(16)).optional(), {
    what: "Keys of the game's backend for the HTTP API. Several, so that they can be rotated.",
    expected: "one or more keys of at least 16 characters, separated by commas",
    secret: true,
  }),
  GREMIO_WEBHOOK_URL: setting(webUrl.refine(hasNoPassword).optional(), {
    what: "Where the studio decides about actions on its cards: each is a signed POST. Unset: cards have no such actions.",
    expected: "an https:// URL without user and password",
    secret: true,
  }),
  GREMIO_WEBHOOK_SECRET: setting(list(z.string().min(32)).optional(), {
    what: "Secret with which requests to GREMIO_WEBHOOK_URL and GREMIO_EVENTS_URL are signed (HMAC with SHA-256). Several sign side by side, so that they can be rotated.",
    expected: "one or more secrets of at least 32 characters, separated by commas",
    secret: true,
  }),
  GREMIO_WEBHOOK_PRIVATE: flag(
    "Let webhooks go to addresses of private networks and of this machine, which are refused otherwise (not in development).",
  ),
  GREMIO_EVENTS_URL: setting(webUrl.refine(hasNoPassword).optional(), {
    what: "Where the studio is told what happened: batches of events as signed POSTs. Unset: it asks `GET /v1/events` or not at all.",
    expected: "an https:// URL without user and password",
    secret: true,
  }),
  GREMIO_EVENTS_DAYS: wholeNumber(
    "Days an event can be asked for with `GET /v1/events`, and waits for GREMIO_EVENTS_URL.",
    7,
    1,
    90,
  ),
  GREMIO_EVENTS_MOST: wholeNumber(
    "Most events kept, whatever their age, so that they do not fill Redis: about 210 bytes each, so 2 GB. The default is five a week for each of two million players.",
    10_000_000,
    10_000,
    100_000_000,
  ),
};
