import { makeDirectory } from "../../server/directory/directory.ts";
import { BUCKETS } from "../../server/redis/bucket.ts";
import { asTexts } from "../../server/redis/reply.ts";
import { LIMITS } from "../../shared/limits.ts";
import type { Api } from "../an-api.ts";
import type { Case, makeBackendCases } from "../api-case.ts";

type Headers = Record<string, string>;
type Given = { key: Headers; ana: Headers; beto: Headers; caro: Headers; backend: ReturnType<typeof makeBackendCases> };

const banned = JSON.stringify({ by: "", reason: "spam", at: Date.now() });

/** Of the directory and circles, on the world of `allCases`. */
export const directoryCases = async (api: Api, { key, ana, beto, caro, backend }: Given): Promise<Case[]> => {
  const { redis, keys } = api;
  const spoil = async (key: string): Promise<void> => {
    await redis.run(key, ["DEL", key]);
    await redis.run(key, ["RPUSH", key, "spoilt"]);
  };
  const banEverywhere = async (player: string): Promise<void> => {
    for (let bucket = 0; bucket < BUCKETS; bucket++) {
      const heads = keys.inBucket(bucket, "heads");
      const channels = asTexts(await redis.run(heads, ["HKEYS", heads]));
      for (const channel of channels.filter((one) => one.startsWith("guild:") && one !== "guild:broken"))
        await redis.run(keys.of(channel, "bans"), ["HSET", keys.of(channel, "bans"), player, banned]);
    }
  };
  const askEverywhere = async (player: string): Promise<void> => {
    await api.backend("PATCH", `/v1/players/${player}`, { name: player });
    await banEverywhere(player);
    await api.guild("asking", ["asking-leader"]);
    await api.backend("PATCH", "/v1/guilds/asking", { joinMode: "request" });
    await makeDirectory(redis, keys).refresh("guild:asking");
    const doors = keys.of(`player:${player}`, "doors");
    const row = JSON.stringify({ at: Date.now(), ends: Date.now() + 60_000, state: "pending", name: "" });
    await redis.run(doors, ["HSET", doors, ...Array.from({ length: 5 }, (_, n) => [`request:asked-${n}`, row]).flat()]);
  };
  for (const part of ["info", "members"]) await spoil(keys.of("circle:broken", part));
  await spoil(keys.of("player:broken", "profile"));
  await spoil(keys.of("directory:circle", "by:t:spoilt"));
  for (const [name, level] of Object.entries({
    ana: 3,
    beto: 3,
    caro: 3,
    extra: 0,
    novice: 0,
    quick: 50,
    banned: 3,
    crowded: 3,
  }))
    await api.backend("PATCH", `/v1/players/${name}`, { name, level });
  const listed = keys.of("player:crowded", "channels");
  await redis.run(listed, [
    "HSET",
    listed,
    ...Array.from({ length: LIMITS.channels }, (_, n) => [`circle:z${n}`, "1"]).flat(),
  ]);
  if ((await redis.run(keys.of("guild:high", "info"), ["EXISTS", keys.of("guild:high", "info")])) === 0)
    await api.guild("high", ["high-leader"]);
  const info = keys.of("guild:high", "info");
  await redis.run(info, ["HSET", info, "joinMode", "open", "minLevel", "40"]);
  await makeDirectory(redis, keys).refresh("guild:high");
  const circle = async (id: string, asked: object, members: readonly string[]): Promise<void> => {
    await api.backend("POST", "/v1/circles", { id, name: id, ...asked });
    for (const member of members) await api.backend("PUT", `/v1/circles/${id}/members/${member}`);
  };
  await circle("led", { player: "ana" }, ["beto"]);
  await circle("tiny", { capacity: 2 }, ["ana", "beto"]);
  await circle("hard", { minLevel: 1_000 }, []);
  await circle("english", { language: "en" }, []);
  await circle("open", {}, ["extra"]);
  const bans = keys.of("circle:open", "bans");
  await redis.run(bans, ["HSET", bans, "banned", banned]);

  const quick = { nonce: "nonce-of-quick" };
  const made = { id: "made", name: "Comercio" };
  return [
    ...backend("searchDirectory", "GET", "/v1/directory?name=guild&free=1&limit=5", undefined, [
      ["bad-request", "/v1/directory?limit=51"],
      ["bad-request", "/v1/directory?cursor=rubbish"],
      ["internal", "/v1/directory?kind=circle&topic=spoilt"],
    ]),
    ...backend("suggestGuilds", "GET", "/v1/players/quick/suggestions?limit=4", undefined, [
      ["bad-request", "/v1/players/quick/suggestions?limit=2"],
      ["player-not-found", "/v1/players/nadie/suggestions"],
      ["not-permitted", "/v1/players/quick/suggestions", undefined, caro],
      ["internal", "/v1/players/broken/suggestions"],
    ]),
    ...backend("quickJoin", "POST", "/v1/players/quick/quick-join", quick, [
      ["success", "/v1/players/quick/quick-join"],
      ["bad-request", "/v1/players/quick/quick-join", {}],
      ["already-in-guild", "/v1/players/quick/quick-join", { nonce: "nonce-of-another" }],
      ["player-not-found", "/v1/players/nadie/quick-join"],
      ["not-permitted", "/v1/players/novice/quick-join", quick, caro],
      ["internal", "/v1/players/broken/quick-join"],
    ]),
    {
      ...{ operation: "quickJoin", outcome: "no-guild-fits", method: "POST", path: "/v1/players/novice/quick-join" },
      ...{ body: quick, headers: key, before: () => banEverywhere("novice") },
    },
    {
      ...{ operation: "quickJoin", outcome: "requests-full", method: "POST", path: "/v1/players/asker/quick-join" },
      ...{ body: quick, headers: key, before: () => askEverywhere("asker") },
    },
    ...backend("createCircle", "POST", "/v1/circles", made, [
      ["bad-request", "/v1/circles", { ...made, capacity: 1 }],
      ["circle-exists", "/v1/circles", { ...made, name: "Otro" }],
      ["player-not-found", "/v1/circles", { ...made, id: "made-2", player: "nadie" }],
      ["channels-full", "/v1/circles", { ...made, id: "made-3", player: "crowded" }],
      ["not-permitted", "/v1/circles", { ...made, id: "made-4" }, caro],
      ["internal", "/v1/circles", { ...made, id: "broken" }],
    ]),
    ...backend("getCircle", "GET", "/v1/circles/made", undefined, [
      ["bad-request", "/v1/circles/a%20b"],
      ["channel-not-found", "/v1/circles/none"],
      ["internal", "/v1/circles/broken"],
    ]),
    ...backend("changeCircle", "PATCH", "/v1/circles/led", { name: "Guiados" }, [
      ["bad-request", "/v1/circles/led", { name: "" }],
      ["channel-not-found", "/v1/circles/none"],
      ["not-member", "/v1/circles/led", undefined, caro],
      ["not-permitted", "/v1/circles/led", undefined, beto],
      ["internal", "/v1/circles/broken"],
    ]),
    ...backend("joinCircle", "PUT", "/v1/circles/open/members/ana", undefined, [
      ["bad-request", "/v1/circles/open/members/a%20b"],
      ["channel-not-found", "/v1/circles/none/members/ana"],
      ["player-not-found", "/v1/circles/open/members/nadie"],
      ["channel-full", "/v1/circles/tiny/members/extra"],
      ["channels-full", "/v1/circles/open/members/crowded"],
      ["banned", "/v1/circles/open/members/banned"],
      ["level-too-low", "/v1/circles/hard/members/me", undefined, caro],
      ["other-language", "/v1/circles/english/members/me", undefined, caro],
      ["not-permitted", "/v1/circles/open/members/extra", undefined, caro],
      ["internal", "/v1/circles/broken/members/ana"],
    ]),
    ...backend("setCircleRank", "PUT", "/v1/circles/led/members/beto/rank", { rank: "recruit" }, [
      ["bad-request", "/v1/circles/led/members/beto/rank", { rank: "king" }],
      ["channel-not-found", "/v1/circles/none/members/beto/rank"],
      ["member-not-found", "/v1/circles/led/members/nadie/rank"],
      ["last-leader", "/v1/circles/led/members/ana/rank"],
      ["not-member", "/v1/circles/led/members/beto/rank", undefined, caro],
      ["not-permitted", "/v1/circles/led/members/ana/rank", undefined, beto],
      ["internal", "/v1/circles/broken/members/beto/rank"],
    ]),
    ...backend("leaveCircle", "DELETE", "/v1/circles/open/members/extra", undefined, [
      ["bad-request", "/v1/circles/a%20b/members/extra"],
      ["channel-not-found", "/v1/circles/none/members/extra"],
      ["member-not-found", "/v1/circles/open/members/nadie"],
      ["last-leader", "/v1/circles/led/members/me", undefined, ana],
      ["not-permitted", "/v1/circles/led/members/beto", undefined, caro],
      ["internal", "/v1/circles/broken/members/extra"],
    ]),
  ];
};
