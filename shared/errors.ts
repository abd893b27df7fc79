import type { Localised } from "./card.ts";
import { channelErrors } from "./errors/channel-errors.ts";
import type { Retry } from "./errors/error-row.ts";
import { guildErrors } from "./errors/guild-errors.ts";
import { moderationErrors } from "./errors/moderation-errors.ts";
import { pointsErrors } from "./errors/points-errors.ts";
import { requestErrors } from "./errors/request-errors.ts";
import { teamErrors } from "./errors/team-errors.ts";
import { warErrors } from "./errors/war-errors.ts";

/** Every refusal Gremio utters, once. */
export const ERRORS = {
  ...requestErrors,
  ...channelErrors,
  ...moderationErrors,
  ...guildErrors,
  ...pointsErrors,
  ...warErrors,
  ...teamErrors,
};

export type ErrorCode = keyof typeof ERRORS;

export const isErrorCode = (value: unknown): value is ErrorCode =>
  typeof value === "string" && Object.hasOwn(ERRORS, value);

/** What a refusal looks like on every way out: HTTP bodies (`{"error": Refusal}`) and rejected requests. */
export type Refusal = {
  code: ErrorCode;
  message: string;
  retry: Retry;
  retryAtMs?: number;
  details?: string[];
  /** What the studio tells its players. */
  text?: Localised;
};

/** A refusal on its way to the caller. Thrown where a command is refused; anything else that is thrown is a bug and becomes `internal`. */
export class GremioError extends Error {
  readonly code: ErrorCode;
  readonly retryAtMs: number | undefined;
  readonly details: string[] | undefined;
  readonly text: Localised | undefined;

  constructor(
    code: ErrorCode,
    options: {
      retryAtMs?: number | undefined;
      details?: string[] | undefined;
      text?: Localised | undefined;
      cause?: unknown;
    } = {},
  ) {
    super(ERRORS[code].meaning, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = "GremioError";
    this.code = code;
    this.retryAtMs = options.retryAtMs;
    this.details = options.details;
    this.text = options.text;
  }

  toRefusal(): Refusal {
    const row = ERRORS[this.code];
    return {
      code: this.code,
      message: row.meaning,
      retry: row.retry,
      ...(this.retryAtMs === undefined ? {} : { retryAtMs: this.retryAtMs }),
      ...(this.details === undefined ? {} : { details: this.details }),
      ...(this.text === undefined ? {} : { text: this.text }),
    };
  }
}
