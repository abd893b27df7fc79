import { notifierSettings } from "../../server/settings/notifier-settings.ts";
import { about } from "../../server/settings/setting.ts";
import { type PushPolicy, pushPolicySchema } from "../../shared/push-policy.ts";

const defaultOf = (setting: Parameters<typeof about.get>[0]): number => Number(about.get(setting)?.default);

const windowMs = defaultOf(notifierSettings.GREMIO_DIGEST_WINDOW_MS);

export type OurSettings = {
  readonly graceMs: number;
  readonly windowMs: number;
  /** Digests of one window are spread over this. */
  readonly spreadMs: number;
  readonly policy: PushPolicy;
};

/** How the service runs when nobody has set anything. */
export const OUR_SETTINGS: OurSettings = {
  graceMs: defaultOf(notifierSettings.GREMIO_GRACE_MS),
  windowMs,
  spreadMs: windowMs,
  policy: pushPolicySchema.parse({}),
};
