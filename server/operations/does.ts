import type * as z from "zod";
import { GremioError } from "../../shared/errors.ts";
import type { PlayerId } from "../../shared/id.ts";
import type { OperationName } from "../../shared/operations.ts";

/** Who asks: a player, or (undefined) the game's backend. */
export type Caller = PlayerId | undefined;

/** Parses what came (`bad-request`), does it and gives the answer. */
export type Does = (payload: unknown, caller: Caller) => Promise<unknown>;
export type Handlers<N extends OperationName = OperationName> = Record<N, Does>;

const MOST_DETAILS = 10;
const LONGEST_DETAIL = 200;

/** How an operation is done, once its request has been parsed. */
export const does =
  <Request, Answer>(
    { request }: { request: z.ZodType<Request>; answer: z.ZodType<Answer> },
    handle: (request: Request, caller: Caller) => Promise<Answer>,
  ): Does =>
  async (payload, caller) => {
    const parsed = request.safeParse(payload ?? {});
    if (parsed.success) return handle(parsed.data, caller);
    throw new GremioError("bad-request", {
      details: parsed.error.issues
        .slice(0, MOST_DETAILS)
        .map(({ path, message }) =>
          `${path.length === 0 ? "request" : path.join(".")}: ${message}`.slice(0, LONGEST_DETAIL),
        ),
    });
  };
