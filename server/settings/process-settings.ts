import { z } from "zod";
import { duration, list, port, setting } from "./setting.ts";

const origin = z.string().refine((value) => value === "*" || (URL.canParse(value) && new URL(value).origin === value));

export const logLevels = ["fatal", "error", "warn", "info", "debug", "trace", "silent"] as const;

/** A chat process: where it listens, who may call it, when it counts as dead, and what it logs. */
export const processSettings = {
  PORT: port("Port of the chat service: WebSocket, HTTP API and, in development, the page.", "2567"),
  HOST: setting(z.string().min(1), {
    what: "Address both services listen on.",
    expected: "an address of this machine",
    default: "0.0.0.0",
  }),
  GREMIO_PUBLIC_ADDRESS: setting(
    z
      .string()
      .regex(/^([a-zA-Z0-9.-]+|\[[0-9a-fA-F:.]+\])(:\d{1,5})?$/)
      .optional(),
    {
      what: "Where clients reach this very process, when a balancer stands before several. Unset: the address they joined at.",
      expected: "host or host:port, without a scheme",
    },
  ),
  GREMIO_ALLOWED_ORIGINS: setting(list(origin).optional(), {
    what: "Web origins that may call the HTTP API and join (CORS). Unset: only pages of the same origin.",
    expected: "origins like https://game.example, separated by commas, or *",
  }),
  GREMIO_LEASE_MS: duration(
    "How long a chat process counts as alive after its last sign of life; then its players are away.",
    10_000,
    200,
    120_000,
  ),
  LOG_LEVEL: setting(z.enum(logLevels), {
    what: "The least important log lines still written (JSON, on stderr).",
    expected: logLevels.join(", "),
    default: "info",
  }),
};
