import type { z } from "zod";
import type { Violation } from "./google-error.ts";

type Step = PropertyKey;

/** Says in the words of Google's JSON parser what `error` found wrong with `body`. */
export function violations(error: z.ZodError, body: unknown): Violation[] {
  return error.issues.flatMap((issue) => {
    const field = fieldPath(issue.path, body);
    if (issue.code === "unrecognized_keys") {
      const at = field ? ` at '${field}'` : "";
      return issue.keys.map((key) => ({
        field,
        description: `Invalid JSON payload received. Unknown name ${quoted(key)}${at}: Cannot find field.`,
      }));
    }
    const found = valueAt(issue.path, body);
    if (Array.isArray(found)) {
      const parent = fieldPath(issue.path.slice(0, -1), body);
      const name = quoted(String(issue.path.at(-1) ?? ""));
      const description = `Invalid JSON payload received. Unknown name ${name} at '${parent}': Proto field is not repeating, cannot start list.`;
      return [{ field: parent, description }];
    }
    return [{ field, description: `Invalid value at '${field}' (${issue.message}), ${quoted(found)}` }];
  });
}

/** A map's entries are counted: the value of the first key of `data` is `message.data[0].value`. */
function fieldPath(path: readonly Step[], body: unknown): string {
  return path.reduce<string>((written, step, depth) => {
    if (typeof step === "number") return `${written}[${step}]`;
    const map = MAP_NAMES.has(path[depth - 1] ?? "") ? valueAt(path.slice(0, depth), body) : undefined;
    if (typeof map === "object" && map !== null) return `${written}[${Object.keys(map).indexOf(String(step))}].value`;
    return written ? `${written}.${String(step)}` : String(step);
  }, "");
}

const MAP_NAMES: ReadonlySet<Step> = new Set(["data", "headers"]);

/** Paths are in snake_case while `body` may be in camelCase. */
function valueAt(path: readonly Step[], body: unknown): unknown {
  return path.reduce<unknown>((value, step) => {
    if (typeof value !== "object" || value === null) return undefined;
    const wanted = flat(String(step));
    return Object.entries(value).find(([name]) => name === String(step) || flat(name) === wanted)?.[1];
  }, body);
}

function flat(name: string): string {
  return name.replaceAll("_", "").toLowerCase();
}

function quoted(value: unknown): string {
  return (JSON.stringify(value) ?? "").slice(0, 200);
}
