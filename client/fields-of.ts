import * as z from "zod";

const fieldsSchema = z.record(z.string(), z.string());

/** What travels as JSON in a field of the state, as a studio's fields do; what is not an object of strings counts as none. */
export const fieldsOf = (json: string): Record<string, string> => {
  try {
    return fieldsSchema.catch({}).parse(json === "" ? {} : JSON.parse(json));
  } catch {
    return {};
  }
};
