import { posix } from "node:path";
import { Visitor } from "rolldown/utils";
import { bannedPackages, type Floor, floors } from "../import-rules.ts";
import type { Source } from "./sources.ts";

/** What breaks the order of the house: imports upwards, packages a floor must not know, files of no floor, cycles. */
export function importProblems(sources: readonly Source[]): string[] {
  const graph = new Map(sources.map((source) => [source.path, importsOf(source)]));
  const problems: string[] = [];
  for (const [path, imported] of graph) {
    const floor = floorOf(path);
    if (!floor) {
      problems.push(`${path} is on no floor; place it in deploy/import-rules.ts`);
      continue;
    }
    for (const name of new Set(imported.map((one) => one.name))) problems.push(...wrongImport(path, floor, name));
  }
  return [...problems, ...cycles(graph)];
}

const floorOf = (path: string): Floor | undefined =>
  floors.find((floor) => floor.paths.some((own) => (own.endsWith("/") ? path.startsWith(own) : path === own)));

function* wrongImport(path: string, floor: Floor, name: string): Generator<string> {
  if (isFile(name)) {
    const file = name.slice(1);
    const other = floorOf(file);
    if (!other) yield `${path} imports ${file}, which is on no floor`;
    else if (other !== floor && !floor.mayImport.includes(other.name))
      yield `${path} (${floor.name}) must not import ${file} (${other.name})`;
  } else {
    const banned = bannedPackages[floor.name]?.find((start) => begins(name, start));
    if (banned !== undefined) yield `${path} (${floor.name}) must not know the package ${name}`;
  }
}

/** "hono" bans hono and hono/cors but not hono-other; what ends with "/" or ":" bans all that begins with it. */
const begins = (name: string, start: string) =>
  /[/:]$/.test(start) ? name.startsWith(start) : name === start || name.startsWith(`${start}/`);

const isFile = (name: string) => name.startsWith("/");

type Import = { readonly name: string; readonly typeOnly: boolean };

/** Files as "/path" from the root, packages by name. Types count for floors: who needs a type knows its owner. */
function importsOf({ path, program, text }: Source): Import[] {
  const found: Import[] = [];
  const add = (name: string, typeOnly = false) =>
    found.push({ name: name.startsWith(".") ? `/${posix.join(posix.dirname(path), name)}` : name, typeOnly });
  const allTypes = (entries: readonly { isType: boolean }[]) =>
    entries.length > 0 && entries.every((entry) => entry.isType);
  for (const { moduleRequest, entries } of program.module.staticImports) add(moduleRequest.value, allTypes(entries));
  for (const { entries } of program.module.staticExports)
    for (const { moduleRequest, isType } of entries) if (moduleRequest) add(moduleRequest.value, isType);
  for (const { moduleRequest } of program.module.dynamicImports) {
    const written = text.slice(moduleRequest.start, moduleRequest.end);
    if (/^["'`][^$]*["'`]$/.test(written)) add(written.slice(1, -1));
  }
  new Visitor({ TSImportType: ({ source }) => void add(source.value, true) }).visit(program.program);
  return found;
}

/** Ways back to the same file. Types are gone at run time, so two files of one floor may know each other's. */
function cycles(graph: ReadonlyMap<string, readonly Import[]>): string[] {
  const found: string[] = [];
  const done = new Set<string>();
  const walk = (path: string, way: readonly string[]) => {
    const at = way.indexOf(path);
    if (at >= 0) found.push(`cycle: ${[...way.slice(at), path].join(" → ")}`);
    if (at >= 0 || done.has(path)) return;
    for (const { name, typeOnly } of graph.get(path) ?? [])
      if (isFile(name) && !typeOnly) walk(name.slice(1), [...way, path]);
    done.add(path);
  };
  for (const path of graph.keys()) walk(path, []);
  return found;
}
