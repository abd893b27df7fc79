import { z } from "zod";
import { duration, port, setting } from "./setting.ts";

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
  GOOGLE_APPLICATION_CREDENTIALS: setting(z.string().min(1).optional(), {
    what: "File with the service account that may send through FCM. The notifier needs it in production.",
    expected: CREDENTIALS_EXPECTED,
  }),
};
