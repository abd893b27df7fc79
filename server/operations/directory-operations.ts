import type { z } from "zod";
import type { circleSchema } from "../../shared/api/directory.ts";
import { GremioError } from "../../shared/errors.ts";
import { type ChannelId, circleChannel, idOfChannel, type PlayerId } from "../../shared/id.ts";
import { DIRECTORY_OPERATIONS } from "../../shared/operations/directory.ts";
import type { VersionedProfile } from "../../shared/profile.ts";
import type { CircleFacts, Circles } from "../channel/circles.ts";
import { type EnterCircle, isOfPreset } from "../channel/preset-family.ts";
import type { Directory } from "../directory/directory.ts";
import type { QuickJoin } from "../directory/quick-join.ts";
import type { Search } from "../directory/search.ts";
import { seekerOf } from "../directory/seeker.ts";
import type { Suggest } from "../directory/suggest.ts";
import type { JudgeText } from "../moderation/gate.ts";
import { type Caller, does, type Handlers } from "./does.ts";
import { judgeFacts } from "./judge-texts.ts";

export type DirectoryOperationsDeps = {
  directory: Pick<Directory, "read" | "refresh">;
  search: Search;
  suggest: Suggest;
  quickJoin: QuickJoin;
  circles: Circles;
  enterCircle: EnterCircle;
  judgeText: JudgeText;
  players: { known(player: PlayerId): Promise<VersionedProfile> };
  /** Whether players may found circles themselves. */
  playersFound: boolean;
};

/** A player does it for himself, the game's backend for anybody. */
const mustBeHimself = (player: PlayerId | undefined, caller: Caller): void => {
  if (caller !== undefined && player !== caller) throw new GremioError("not-permitted");
};

const judgedFacts = ({ name, description, region, topic }: CircleFacts) => ({
  titles: { name },
  mottos: { description },
  codes: [region, topic],
});

export const makeDirectoryOperations = (deps: DirectoryOperationsDeps): Handlers<keyof typeof DIRECTORY_OPERATIONS> => {
  const { directory, search, suggest, quickJoin, circles, enterCircle, players, playersFound, judgeText } = deps;
  const of = DIRECTORY_OPERATIONS;

  /** Listed at once, so that whoever changed it finds it as it is. */
  const view = async (circle: ChannelId, isChanged = false): Promise<z.infer<typeof circleSchema>> => {
    if (isChanged) await directory.refresh(circle);
    const row = await directory.read(circle);
    if (row === undefined) throw new GremioError("channel-not-found");
    return row;
  };

  return {
    searchDirectory: does(of.searchDirectory, search),

    suggestGuilds: does(of.suggestGuilds, async ({ player, limit, ...wanted }, caller) => {
      mustBeHimself(player, caller);
      const profile = await players.known(player);
      return suggest(seekerOf(player, profile, wanted, Date.now()), limit);
    }),

    quickJoin: does(of.quickJoin, (request, caller) => {
      mustBeHimself(request.player, caller);
      return quickJoin(request);
    }),

    createCircle: does(of.createCircle, async ({ id, player = undefined, ...facts }, caller) => {
      const founder = player ?? caller;
      mustBeHimself(founder, caller);
      const judged = await judgeFacts(judgeText, circleChannel(id), caller, judgedFacts(facts));
      if (caller !== undefined && !playersFound) throw new GremioError("not-permitted");
      // Else he would own what overflows from a preset.
      if (caller !== undefined && isOfPreset(id)) throw new GremioError("circle-exists");
      await circles.found(circleChannel(id), { ...facts, ...judged }, founder, caller);
      return view(circleChannel(id), true);
    }),

    getCircle: does(of.getCircle, ({ circle }) => view(circleChannel(circle))),

    changeCircle: does(of.changeCircle, async ({ circle, ...facts }, caller) => {
      const judged = await judgeFacts(judgeText, circleChannel(circle), caller, judgedFacts(facts));
      await circles.change(circleChannel(circle), { ...facts, ...judged }, caller);
      return view(circleChannel(circle), true);
    }),

    joinCircle: does(of.joinCircle, async ({ circle, player }, caller) => {
      mustBeHimself(player, caller);
      const entered = await enterCircle(circleChannel(circle), player, caller);
      return { player, ...entered, circle: idOfChannel(entered.circle) };
    }),

    leaveCircle: does(of.leaveCircle, async ({ circle, player }, caller) => {
      mustBeHimself(player, caller);
      await circles.leave(circleChannel(circle), player, caller);
      return {};
    }),

    setCircleRank: does(of.setCircleRank, async ({ circle, player, rank }, caller) => {
      await circles.setRank(circleChannel(circle), player, rank, caller);
      return {};
    }),
  };
};
