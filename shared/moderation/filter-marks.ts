import * as z from "zod";
import type { Found } from "./filter.ts";
import { maskPlaces } from "./filter-mask.ts";
import { type FilterPolicy, SEVERITIES, verdictFor } from "./filter-policy.ts";

/**
 * Where in a text terms were found, as it travels with an entry: flat triples of start and length, in UTF-16 units of the text as it is stored, and the
 * severity (0 mild, 1 strong, 2 hate). A client masks by it for a reader who chose a stricter policy; it needs no lists.
 */
export const filterMarksSchema = z
  .array(z.int().min(0))
  .max(3 * 50)
  .refine((marks) => marks.length % 3 === 0);
export type FilterMarks = z.infer<typeof filterMarksSchema>;

const MOST_MARKS = 50;

/** The marks of what is still to be read in a text after the channel's policy has masked the rest; undefined when nothing is. */
export const marksOf = (found: readonly Found[], policy: FilterPolicy): FilterMarks | undefined => {
  const visible = found.filter((one) => verdictFor(one, policy) === "clean").slice(0, MOST_MARKS);
  if (visible.length === 0) return undefined;
  return visible.flatMap(({ start, end, severity }) => [start, end - start, SEVERITIES.indexOf(severity)]);
};

/** The text as a reader with this policy sees it: whatever the policy does not let pass is masked, since what is there is neither held nor refused any more. */
export const maskForReader = (text: string, marks: FilterMarks | undefined, policy: FilterPolicy): string => {
  if (marks === undefined) return text;
  const places: { start: number; end: number }[] = [];
  for (let at = 0; at + 3 <= marks.length; at += 3) {
    const [start = 0, length = 0, index = 0] = marks.slice(at, at + 3);
    const severity = SEVERITIES[index];
    if (severity !== undefined && policy[severity] !== "clean") places.push({ start, end: start + length });
  }
  return maskPlaces(text, places);
};
