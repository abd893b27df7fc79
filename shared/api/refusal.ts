import * as z from "zod";
import type { Retry } from "../errors/error-row.ts";
import { ERRORS, type ErrorCode } from "../errors.ts";

const RETRIES = ["never", "later", "same-nonce", "renew"] as const satisfies readonly Retry[];

/** What every failed request is answered with. */
export const failureSchema = <C extends string>(codes: readonly C[]) =>
  z.object({
    error: z.object({
      code: z.enum(codes),
      message: z.string(),
      retry: z.enum(RETRIES),
      retryAtMs: z.int().optional(),
      /** What was wrong, part by part. */
      details: z.array(z.string()).optional(),
    }),
  });

const isCode = (code: string): code is ErrorCode => Object.hasOwn(ERRORS, code);
/** Any failure, for programs that call the API. */
export const anyFailureSchema = failureSchema(Object.keys(ERRORS).filter(isCode));
