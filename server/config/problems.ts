import { CREDENTIALS_EXPECTED } from "../settings/notifier-settings.ts";
import { REDIS_URL_EXPECTED } from "../settings/redis-settings.ts";
import { type Setting, type SettingName, settings, settingsSchema } from "../settings.ts";
import type { Problem } from "./config-error.ts";
import { credentialsProblem } from "./credentials-problem.ts";
import { type Environment, isDevelopment, isOn, type Raw } from "./environment.ts";

export type Service = "chat" | "notifier" | "fcm-sandbox" | "audit-ledger" | "import" | "plugin";

function found(setting: Setting, value: string | undefined): string {
  if (value === undefined) return "nothing";
  return setting.secret ? `(hidden, ${value.length} characters)` : JSON.stringify(value);
}

type Wrong = readonly [name: SettingName, expected: string, why?: string];

/** What is wrong with the values together, or with what they lead to, though each alone may be right. */
function* crossChecks(raw: Raw, service: Service, env: Environment): Generator<Wrong> {
  const production = !isDevelopment(env);
  if (production && isOn(raw.GREMIO_DEVELOPMENT))
    yield ["GREMIO_DEVELOPMENT", "0 in production (npm run serve, or NODE_ENV=production)"];
  if (service === "fcm-sandbox") {
    if (production) yield ["GREMIO_DEVELOPMENT", "1, because production has no FCM sandbox"];
    if (!raw.FCM_SANDBOX_FILE) yield ["FCM_SANDBOX_FILE", "the path of the connection file to write"];
    return;
  }
  if (!raw.REDIS_URL) yield ["REDIS_URL", REDIS_URL_EXPECTED];
  if (isOn(raw.GREMIO_REDIS_CLUSTER) && raw.REDIS_URL?.includes("+sentinel:"))
    yield ["GREMIO_REDIS_CLUSTER", "0 with redis+sentinel://, since a cluster has no sentinels"];
  if (service === "audit-ledger" || service === "import") return;
  if (production && raw.FCM_SANDBOX_FILE) yield ["FCM_SANDBOX_FILE", "nothing in production"];
  if (production && raw.GREMIO_DEV_CONTROL) yield ["GREMIO_DEV_CONTROL", "nothing in production"];
  if (service === "plugin") {
    yield* hookChecks(raw, production);
  } else if (service === "chat") {
    yield* chatChecks(raw, production);
    yield* voiceChecks(raw, production);
    yield* hookChecks(raw, production);
  } else if (raw.GOOGLE_APPLICATION_CREDENTIALS) {
    const why = credentialsProblem(raw.GOOGLE_APPLICATION_CREDENTIALS);
    if (why) yield ["GOOGLE_APPLICATION_CREDENTIALS", CREDENTIALS_EXPECTED, why];
  } else if (production || !raw.FCM_SANDBOX_FILE) {
    yield ["GOOGLE_APPLICATION_CREDENTIALS", CREDENTIALS_EXPECTED];
  }
}

function* chatChecks(raw: Raw, production: boolean): Generator<Wrong> {
  const [secret, jwks] = [raw.GREMIO_TOKEN_SECRET, raw.GREMIO_TOKEN_JWKS_URL];
  if (secret && jwks) yield ["GREMIO_TOKEN_JWKS_URL", "nothing when GREMIO_TOKEN_SECRET is set"];
  if (!secret && !jwks) yield ["GREMIO_TOKEN_SECRET", "at least 32 characters, or GREMIO_TOKEN_JWKS_URL set"];
  if (production && secret?.startsWith("dev-")) yield ["GREMIO_TOKEN_SECRET", "a secret of your own in production"];
  if (production && jwks?.startsWith("http:")) yield ["GREMIO_TOKEN_JWKS_URL", "an https:// URL in production"];
  const keys = raw.GREMIO_API_KEYS?.split(",").map((key) => key.trim()) ?? [];
  if (production && keys.some((key) => key.startsWith("dev-")))
    yield ["GREMIO_API_KEYS", "keys of your own in production"];
  if (!keys.some((key) => key !== "")) yield ["GREMIO_API_KEYS", "one or more keys of at least 16 characters"];
  if (!raw.GREMIO_TOKEN_ISSUER) yield ["GREMIO_TOKEN_ISSUER", "the issuer's name"];
  if (!raw.GREMIO_TOKEN_AUDIENCE) yield ["GREMIO_TOKEN_AUDIENCE", "the audience's name"];
}

function* voiceChecks(raw: Raw, production: boolean): Generator<Wrong> {
  const { GREMIO_LIVEKIT_URL: url, GREMIO_LIVEKIT_KEY: key, GREMIO_LIVEKIT_SECRET: secret } = raw;
  if (!url && (key || secret)) yield ["GREMIO_LIVEKIT_URL", "a wss:// URL, since its key or secret is set"];
  if (!url) return;
  if (production && /^(ws|http):/.test(url)) yield ["GREMIO_LIVEKIT_URL", "a wss:// or https:// URL in production"];
  if (!key) yield ["GREMIO_LIVEKIT_KEY", "a key, since GREMIO_LIVEKIT_URL is set"];
  if (!secret) yield ["GREMIO_LIVEKIT_SECRET", "at least 32 characters, since GREMIO_LIVEKIT_URL is set"];
}

function* hookChecks(raw: Raw, production: boolean): Generator<Wrong> {
  const signing = raw.GREMIO_WEBHOOK_SECRET?.split(",").map((one) => one.trim());
  const hooks = (["GREMIO_WEBHOOK_URL", "GREMIO_EVENTS_URL"] as const).filter((name) => raw[name]);
  for (const name of hooks)
    if (production && raw[name]?.startsWith("http:")) yield [name, "an https:// URL in production"];
  if (hooks.length === 0 && signing)
    yield ["GREMIO_WEBHOOK_URL", "an https:// URL, since GREMIO_WEBHOOK_SECRET is set"];
  if (hooks.length > 0 && !signing)
    yield ["GREMIO_WEBHOOK_SECRET", `at least 32 characters, since ${hooks.join(" and ")} is set`];
  if (production && signing?.some((one) => one.startsWith("dev-")))
    yield ["GREMIO_WEBHOOK_SECRET", "a secret of your own in production"];
}

/** Which part of a value is wrong, where the setting tells. */
const saidWhy = ({ code, message }: { code?: string | undefined; message: string }): string =>
  code === "custom" && message.startsWith('"') ? message : "";

/** Every setting of the service that is wrong, alone or together with others. */
export function problemsOf(raw: Raw, service: Service, env: Environment): readonly Problem[] {
  const problems = new Map<SettingName, Problem>();
  const parsed = settingsSchema.safeParse(raw);
  const wrong = new Map(parsed.error?.issues.map((issue) => [issue.path[0], saidWhy(issue)]));
  const together = new Map([...crossChecks(raw, service, env)].map((one) => [one[0], one]));
  for (const setting of settings) {
    const { name } = setting;
    const [, expected = "", why = ""] = wrong.has(name)
      ? [name, setting.expected, setting.secret ? "" : wrong.get(name)]
      : (together.get(name) ?? []);
    if (!expected) continue;
    const value = found(setting, raw[name]);
    problems.set(name, { name, found: why ? `${value} (${why})` : value, expected });
  }
  return [...problems.values()];
}
