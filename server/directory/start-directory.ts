import type { Logger } from "pino";
import { type Directory, makeDirectory } from "./directory.ts";
import { makeMatches } from "./matches.ts";
import { directoryProjection } from "./projection.ts";
import { makeQuickJoin, type QuickJoin, type QuickJoinDeps } from "./quick-join.ts";
import { type RoundOptions, startRounds } from "./round.ts";
import { makeSearch, type Search } from "./search.ts";
import { makeSuggest, type Standing, type Suggest } from "./suggest.ts";

/** The directory with all that uses it. Its rounds go on until it is closed; its projection has to be given what happens. */
export const startDirectory = (
  deps: Omit<QuickJoinDeps, "directory" | "matches" | "standing"> & { standing: Standing },
  logger: Logger,
  options: RoundOptions = {},
): {
  directory: Directory;
  search: Search;
  suggest: Suggest;
  quickJoin: QuickJoin;
  projection: ReturnType<typeof directoryProjection>;
  close(): void;
} => {
  const directory = makeDirectory(deps.redis, deps.keys);
  const matches = makeMatches(directory);
  const rounds = startRounds({ ...deps, directory }, logger, options);
  return {
    directory,
    search: makeSearch(directory),
    suggest: makeSuggest({ directory, matches, standing: deps.standing }),
    quickJoin: makeQuickJoin({ ...deps, directory, matches }),
    projection: directoryProjection(directory),
    close: rounds.close,
  };
};
