import { expect, test } from "vitest";
import { libraryCode } from "../server/redis/functions.ts";

/** Lua 5.1 refuses to load a function, also the main one of a file, that has more locals at one point. */
const LUA_LOCALS = 200;
const KEPT_FREE = 20;

function namesIn(line: string): number {
  if (line.startsWith("local function ")) return 1;
  return line.startsWith("local ") ? (line.slice("local ".length).split("=")[0] ?? "").split(",").length : 0;
}

/** How many locals the main function of our Lua has where it has most. A `do … end` of the top level gives back those that are declared in it, two columns in. */
function mostLocals(code: string): number {
  let [open, inBlock, most, isBlock] = [0, 0, 0, false];
  for (const line of code.split("\n")) {
    if (line === "do") isBlock = true;
    else if (line === "end" && isBlock) [isBlock, inBlock] = [false, 0];
    else if (isBlock) inBlock += /^ {2}local /.test(line) ? namesIn(line.trim()) : 0;
    else open += namesIn(line);
    most = Math.max(most, open + inBlock);
  }
  return most;
}

test("[HO13] our Lua keeps clear of the 200 locals a file may have", () => {
  const code =
    "local A = 1\nlocal b, c\ndo\n  local d = 2\n  local function e()\n    local f = 3\n  end\nend\nlocal function g()\n  local h = 4\nend\n";
  expect(mostLocals(code)).toBe(5);
  const free = LUA_LOCALS - mostLocals(libraryCode);
  expect(
    free,
    `${free} top-level locals are free: put what is private to a file into \`do … end\`, see server/channel/pace.lua`,
  ).toBeGreaterThanOrEqual(KEPT_FREE);
});
