import { z } from "zod";

/**
 * Zod pieces that read JSON as proto3 does: names in snake_case or camelCase, null means absent, unknown names are
 * refused. A piece's error message is the type's name in Google's refusals (see `violations`).
 */

/** A proto message. `shape` is written in snake_case, and so is the result. */
export function protoMessage<Shape extends z.ZodRawShape>(shape: Shape) {
  const snakeNames = new Map(Object.keys(shape).map((name) => [camelCase(name), name]));
  return z.preprocess(
    (found) => {
      if (typeof found !== "object" || found === null || Array.isArray(found)) return found;
      const given = Object.entries(found).filter(([, value]) => value !== null);
      return Object.fromEntries(given.map(([name, value]) => [snakeNames.get(name) ?? name, value]));
    },
    z.strictObject(shape, "TYPE_MESSAGE"),
  );
}

export const protoString = z.string("TYPE_STRING");
export const protoBool = z.boolean("TYPE_BOOL");
export const protoFloat = z.number("TYPE_FLOAT");
export const protoInt32 = z.preprocess(
  (found) => (typeof found === "string" && /^-?\d+$/.test(found) ? Number(found) : found),
  z.int32("TYPE_INT32"),
);
export const protoStringMap = z.record(z.string(), protoString, "TYPE_MESSAGE");
export const protoStruct = z.record(z.string(), z.json(), "type.googleapis.com/google.protobuf.Struct");

/** `"3.5s"`; the result is in milliseconds. */
export const protoDuration = z
  .string("type.googleapis.com/google.protobuf.Duration")
  .regex(/^-?\d+(\.\d{1,9})?s$/, "type.googleapis.com/google.protobuf.Duration")
  .transform((text) => Number(text.slice(0, -1)) * 1000);

/** RFC 3339; the result is the text. */
export const protoTimestamp = z.iso.datetime({
  offset: true,
  error: "type.googleapis.com/google.protobuf.Timestamp",
});

/** Values in any case, as the service takes them (its own documentation writes both `HIGH` and `high`). */
export function protoEnum<const Values extends readonly [string, ...string[]]>(name: string, values: Values) {
  return z.preprocess(
    (found) => (typeof found === "string" ? found.toUpperCase() : found),
    z.enum(values, `type.googleapis.com/google.firebase.fcm.v1.${name}`),
  );
}

/** Protobuf's own limit on nesting. */
const MAX_DEPTH = 100;

export function isTooDeep(json: unknown, depth = 0): boolean {
  if (typeof json !== "object" || json === null) return false;
  return depth >= MAX_DEPTH || Object.values(json).some((value) => isTooDeep(value, depth + 1));
}

function camelCase(snake: string): string {
  return snake.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
