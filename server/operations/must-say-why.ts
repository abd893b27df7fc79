import { GremioError } from "../../shared/errors.ts";

/** Throws `bad-request` when somebody is kicked without a reason; who leaves needs none. */
export const mustSayWhy = (how: "left" | "kicked", reason: string | undefined): void => {
  if (how === "kicked" && reason === undefined)
    throw new GremioError("bad-request", { details: ["reason: needed to kick"] });
};
