import { type SettingName, settings } from "../settings.ts";
import { DEV_API_KEY, DEV_TOKEN_AUDIENCE, DEV_TOKEN_ISSUER, DEV_TOKEN_SECRET } from "./development-secrets.ts";

/** Variables of the environment by their names. */
export type Environment = Readonly<Record<string, string | undefined>>;
/** Settings as they are written, by their names. */
export type Raw = Readonly<Partial<Record<SettingName, string>>>;

const devDefaults: Raw = {
  GREMIO_API_KEYS: DEV_API_KEY,
  GREMIO_TOKEN_ISSUER: DEV_TOKEN_ISSUER,
  GREMIO_TOKEN_AUDIENCE: DEV_TOKEN_AUDIENCE,
};

export const isOn = (value: string | undefined) => value === "1" || value === "true";

/** NODE_ENV=production goes before: nothing else makes it development then, and GREMIO_DEVELOPMENT is refused. */
export const isDevelopment = (env: Environment) =>
  isOn(env.GREMIO_DEVELOPMENT?.trim()) && env.NODE_ENV !== "production";

/** The settings as written in the environment, defaults filled in; an empty value counts as unset. */
export function rawSettings(env: Environment): Raw {
  const raw: Partial<Record<SettingName, string>> = {};
  const development = isDevelopment(env);
  for (const { name, default: fallback } of settings) {
    const value = env[name]?.trim() || (development ? devDefaults[name] : undefined) || fallback;
    if (value !== undefined) raw[name] = value;
  }
  if (development && !raw.GREMIO_TOKEN_JWKS_URL) raw.GREMIO_TOKEN_SECRET ??= DEV_TOKEN_SECRET;
  return raw;
}
