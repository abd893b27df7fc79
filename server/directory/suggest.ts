import type { z } from "zod";
import type { FitReason, suggestAnswerSchema } from "../../shared/api/directory.ts";
import { FIT_TEXTS } from "./fit-texts.ts";
import { toListing } from "./listing.ts";
import type { Matches } from "./matches.ts";
import type { Seeker } from "./seeker.ts";

export type Suggest = (seeker: Seeker, limit: number) => Promise<z.infer<typeof suggestAnswerSchema>>;

/** The guilds that fit best, each with why: of its reasons the one that was told least so far. */
export const makeSuggest =
  (matches: Matches, nowMs: () => number = Date.now): Suggest =>
  async (seeker, limit) => {
    const told = new Map<FitReason, number>();
    const fits = await matches(seeker, ["open", "request"]);
    return {
      suggestions: fits.slice(0, limit).map(({ found, reasons }) => {
        const [code = "has-room", ...also] = reasons.toSorted((a, b) => (told.get(a) ?? 0) - (told.get(b) ?? 0));
        told.set(code, (told.get(code) ?? 0) + 1);
        return { guild: toListing(found, nowMs()), reason: { code, text: FIT_TEXTS[code] }, also };
      }),
    };
  };
