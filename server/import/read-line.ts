import { type ImportLine, importLineSchema } from "../../shared/import.ts";
import { parsedJson } from "../redis/parsed-json.ts";
import { LineRefused } from "./line-refused.ts";

const MOST_TOLD = 3;

/** A line as its schema reads it; throws `LineRefused`. */
export const readLine = (text: string | undefined): ImportLine => {
  const value = text === undefined ? undefined : parsedJson(text);
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw new LineRefused("not-json");
  const { data, error } = importLineSchema.safeParse(value);
  if (data !== undefined) return data;
  const told = error.issues.slice(0, MOST_TOLD).map(({ path, message }) => `${path.join(".") || "line"}: ${message}`);
  throw new LineRefused("wrong-form", told.join("; ").slice(0, 300));
};
