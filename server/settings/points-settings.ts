import { z } from "zod";
import { setting, wholeNumber } from "./setting.ts";

/** Books of points, and what earns points. */
export const pointsSettings = {
  GREMIO_LEDGER_FOLDER: setting(z.string().min(1).optional(), {
    what: "Folder for the segments of books of points, which all chat processes share and nothing else is in. Unset: all entries stay in Redis, 150 to 320 bytes each.",
    expected: "a folder",
  }),
  GREMIO_LEDGER_KEEP: setting(wholeNumber(25, 10_000), {
    what: "Entries a book keeps in Redis, and entries of a segment: a book with twice as many is folded.",
    expected: "a whole number, 25 to 10000",
    default: "100",
  }),
  GREMIO_EARNING_RULES: setting(z.string().min(1).optional(), {
    what: "File with the studio's rules for earning points (docs/earning.md); a change is in force within 2 s. Unset: events pay nothing.",
    expected: "the path of a JSON file",
  }),
  GREMIO_EARNING_SAMPLE: setting(wholeNumber(1, 1_000), {
    what: "Events of one player in so many are kept for 8 days, for dry runs of other earning rules. 1: of all.",
    expected: "a whole number, 1 to 1000",
    default: "16",
  }),
};
