import * as z from "zod";
import { localisedSchema } from "../shared/card.ts";
import { ERRORS, type ErrorCode, isErrorCode, type Refusal } from "../shared/errors.ts";

/** The server (or, for what it would refuse anyway, this client) said no. Anything else that goes wrong is a `NoAnswer`. */
export class Refused extends Error {
  readonly refusal: Refusal;

  constructor(refusal: Refusal) {
    super(`${refusal.code}: ${refusal.message}`);
    this.name = "Refused";
    this.refusal = refusal;
  }
}

/** Nothing usable came back: what was asked may or may not have been done. */
export class NoAnswer extends Error {
  constructor(cause: unknown) {
    super(cause instanceof Error ? cause.message : String(cause), { cause });
    this.name = "NoAnswer";
  }
}

/** A code of a later version counts as `internal`; what to do about it is said by `retry`, which the server sends along. */
const codeSchema = z.string().transform((code): ErrorCode => (isErrorCode(code) ? code : "internal"));

const refusalSchema = z.object({
  code: codeSchema,
  message: z.string(),
  retry: z.enum(["never", "later", "same-nonce", "renew"]),
  retryAtMs: z.number().optional(),
  details: z.array(z.string()).optional(),
  text: localisedSchema.optional().catch(undefined),
});

export const parseRefusal = (value: unknown): Refusal | undefined => {
  const parsed = refusalSchema.safeParse(value);
  if (!parsed.success) return undefined;
  const { retryAtMs, details, text, ...rest } = parsed.data;
  return {
    ...rest,
    ...(retryAtMs === undefined ? {} : { retryAtMs }),
    ...(details === undefined ? {} : { details }),
    ...(text === undefined ? {} : { text }),
  };
};

/** A refusal the client itself utters. */
export const refusalOf = (code: ErrorCode): Refusal => ({
  code,
  message: ERRORS[code].meaning,
  retry: ERRORS[code].retry,
});
