import * as z from "zod";

/** A whole number in a query string. */
export const wholeSchema = (min: number, max: number) =>
  z
    .string()
    .regex(/^\d{1,16}$/, "a whole number")
    .transform(Number)
    .refine((value) => value >= min && value <= max, `a whole number, ${min} to ${max}`);
