import { ConfigError } from "../server/config/config-error.ts";
import type { Service } from "../server/config/problems.ts";
import { loadConfig } from "../server/config.ts";
import { production } from "./production-settings.ts";

export type Changes = Readonly<Record<string, string | undefined>>;

/** The settings of any of the services. */
export function load(env: Changes, service: Service) {
  if (service === "chat") return loadConfig(env, service);
  if (service === "audit-ledger") return loadConfig(env, service);
  if (service === "import") return loadConfig(env, service);
  if (service === "plugin") return loadConfig(env, service);
  return service === "notifier" ? loadConfig(env, service) : loadConfig(env, service);
}

/** What is told of production's settings with these changes. */
export function problemsWith(changes: Changes, service: Service = "chat") {
  try {
    load({ ...production, ...changes }, service);
    return [];
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.problems;
  }
}
