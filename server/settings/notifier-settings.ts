import { z } from "zod";
import { duration, port, setting, wholeNumber } from "./setting.ts";

export const CREDENTIALS_EXPECTED = "the path of a service account's JSON file";

/** The notifier: when it pushes, and through which account. */
export const notifierSettings = {
  NOTIFIER_PORT: port("Port of the notifier service (health and readiness).", "2568"),
  GREMIO_GRACE_MS: duration(
    "How long the notifier waits, before it pushes, for a player who is present but has not read yet.",
    60_000,
    0,
    3_600_000,
  ),
  GREMIO_DIGEST_WINDOW_MS: duration(
    "How long plain chat is gathered before absent members get one digest.",
    600_000,
    100,
    86_400_000,
  ),
  GREMIO_PUSH_PER_MINUTE: wholeNumber(
    "Most pushes a minute, of all notifiers together. FCM takes 600,000 of a project.",
    240_000,
    60,
    600_000,
  ),
  GREMIO_PUSH_DEVICE_PER_MINUTE: wholeNumber(
    "Most pushes a minute to one device; the others wait. FCM takes 240.",
    30,
    1,
    240,
  ),
  GREMIO_PUSH_DEVICE_PER_HOUR: wholeNumber("The same in an hour. FCM takes 5,000.", 300, 1, 5_000),
  GREMIO_DEVICE_STALE_DAYS: wholeNumber(
    "After how many days without being registered anew a device gets no pushes any more. FCM forgets one after 270.",
    60,
    1,
    270,
  ),
  GREMIO_DECISIONS_DAYS: wholeNumber(
    "Days a decision about a player is kept, to tell why he was told or not: about 200 bytes each, at most 500 of a player. 0: none is kept, and what phones report of pushes is not counted.",
    7,
    0,
    30,
  ),
  GREMIO_METRICS_TOKEN: setting(z.string().min(16).optional(), {
    what: "Bearer token with which Prometheus reads the notifier's `/metrics`. Unset: in production there are none, in development they are open.",
    expected: "at least 16 characters",
    secret: true,
  }),
  GOOGLE_APPLICATION_CREDENTIALS: setting(z.string().min(1).optional(), {
    what: "File with the service account that may send through FCM. The notifier needs it in production.",
    expected: CREDENTIALS_EXPECTED,
  }),
};
