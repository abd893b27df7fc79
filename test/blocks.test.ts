import { expect, onTestFinished, test } from "vitest";
import { connect } from "../client/gremio.ts";
import { makeBlocks } from "../server/moderation/blocks.ts";
import { LIMITS } from "../shared/limits.ts";
import { aModeration, codeOf } from "./a-moderation.ts";
import { refusal } from "./a-room.ts";
import { aStudio } from "./a-studio.ts";
import { waitFor } from "./wait-for.ts";

test("[MO30] whom a player blocks is hidden on all his devices, at once and after joining again, and stands again when he is unblocked", async () => {
  const { seat, chat, studio, as } = await aModeration();
  const device = () => {
    const client = connect({ url: `http://127.0.0.1:${chat.port}`, getToken: () => studio.token("caro") });
    onTestFinished(() => client.close());
    return client;
  };
  const [phone, tablet] = [device(), device()];
  await Promise.all([phone.live(), tablet.live()]);
  const dino = await seat("dino");
  await dino.ask("send", { nonce: "nonce-one", text: "molesto" });
  const said = (client: typeof phone) => client.channel.entries.find(({ kind }) => kind === "text");
  const isHidden = (client: typeof phone): boolean => {
    const entry = said(client);
    return entry !== undefined && client.channel.isHidden(entry);
  };
  await waitFor(() => said(phone) && said(tablet), "the message");
  expect(isHidden(phone)).toBe(false);
  const told: unknown[] = [];
  tablet.on("block", (block) => told.push(block));
  await phone.ask("blockPlayer", { player: "dino" });
  await phone.ask("blockPlayer", { player: "dino" });
  await waitFor(() => isHidden(phone) && isHidden(tablet), "the hiding");
  expect(told).toEqual([{ player: "dino", on: true }]);
  expect(phone.channel.entries.filter((entry) => phone.channel.isHidden(entry))).toHaveLength(1);
  expect((await phone.ask("listBlocked", {})).blocked).toMatchObject([{ player: "dino", since: expect.any(Number) }]);

  const other = device();
  await other.live();
  expect([...other.blocked]).toEqual(["dino"]);
  expect(isHidden(other)).toBe(true);

  expect(await codeOf(as("caro", "blockPlayer", { player: "caro" }))).toBe("bad-request");
  expect(await codeOf(as("caro", "unblockPlayer", { player: "dino" }))).toBe("ok");
  await waitFor(() => !isHidden(phone) && !isHidden(tablet), "the end of the hiding");
});

test("[MO31] a player blocks 500 others, and no more until he unblocks one", async () => {
  const { redis, keys, players } = await aStudio();
  const blocks = makeBlocks(redis, keys);
  expect(await refusal(blocks.set("caro", "p0", true))).toMatchObject({ code: "player-not-found" });
  await players.putProfile("caro", { name: "caro" });
  await Promise.all(Array.from({ length: LIMITS.blocks }, (_, n) => blocks.set("caro", `p${n}`, true)));
  expect(await refusal(blocks.set("caro", "one-more", true))).toMatchObject({ code: "blocks-full" });
  await blocks.set("caro", "p7", true);
  await blocks.set("caro", "p7", false);
  await blocks.set("caro", "one-more", true);
  expect(await blocks.of("caro")).toHaveLength(LIMITS.blocks);
  expect(await blocks.among("caro", ["p7", "one-more", "p8"])).toEqual(new Set(["one-more", "p8"]));
});
