import { z } from "zod";
import { setting, wholeNumber } from "./setting.ts";

/** Books of points, and what earns points. */
export const pointsSettings = {
  GREMIO_LEDGER_FOLDER: setting(z.string().min(1).optional(), {
    what: "Folder for the segments of books of points, which all chat processes share and nothing else is in. Unset: all entries stay in Redis, 150 to 320 bytes each.",
    expected: "a folder",
  }),
  GREMIO_LEDGER_KEEP: wholeNumber(
    "Entries a book keeps in Redis, and entries of a segment: a book with twice as many is folded.",
    100,
    25,
    10_000,
  ),
  GREMIO_EARNING_RULES: setting(z.string().min(1).optional(), {
    what: "File with the studio's rules for earning points (docs/earning.md); a change is in force within 2 s. Unset: events pay nothing.",
    expected: "the path of a JSON file",
  }),
  GREMIO_EARNING_SAMPLE: wholeNumber(
    "Events of one player in so many are kept for 8 days, for dry runs of other earning rules. 1: of all.",
    16,
    1,
    1_000,
  ),
};
