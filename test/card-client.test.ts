import { expect, test } from "vitest";
import { aClient } from "./a-client.ts";
import { refusal } from "./a-room.ts";
import { aStudio } from "./a-studio.ts";
import { aCuttingProxy } from "./cutting-proxy.ts";
import { waitFor } from "./wait-for.ts";

test("[CA18] a client posts a card, acts on it, and shows the newest state also after the line was cut", async () => {
  const studio = await aStudio();
  await studio.guild("g1", ["ana", "beto", "caro"]);
  const chat = await studio.chat();
  const proxy = await aCuttingProxy(chat.port);
  const direct = `http://127.0.0.1:${chat.port}`;
  const [ana, beto, caro] = [aClient(direct, "ana"), aClient(direct, "beto"), aClient(proxy.url, "caro")];
  await Promise.all([ana, beto, caro].map((client) => client.live()));
  const nonce = "nonce-of-the-call";
  const { seq } = await ana.channel.post({ card: "team-call", title: "Torre", size: 3 }, nonce);
  expect(await ana.channel.post({ card: "team-call", title: "Torre", size: 3 }, nonce)).toMatchObject({ seq });
  await waitFor(() => [ana, caro].every(({ shown }) => shown.some((entry) => entry.seq === seq)), "the card");
  for (const client of [ana, caro])
    expect(client.channel.mark(seq)?.card).toMatchObject({
      version: 1,
      counts: { join: 1 },
      own: client === ana ? ["join"] : [],
    });
  expect(await beto.channel.act(seq, "join")).toMatchObject({ accepted: true, own: ["join"] });
  const state = { counts: { join: 2 }, who: { join: [1, 2] } };
  await waitFor(() => ana.channel.mark(seq)?.card?.version === 2, "the tap at ana's");
  expect(ana.channel.mark(seq)?.card).toMatchObject({ ...state, own: ["join"] });
  expect(beto.channel.mark(seq)?.card).toMatchObject({ ...state, own: ["join"] });

  await caro.channel.act(seq, "join");
  proxy.cut();
  await waitFor(() => caro.channel.status.phase !== "live", "the line to be lost");
  expect(await refusal(beto.channel.close(seq))).toMatchObject({ refusal: { code: "not-permitted" } });
  await waitFor(() => caro.phases.filter((phase) => phase === "live").length === 2, "caro to be back");
  proxy.cut();
  await beto.channel.act(seq, "join", false);
  await waitFor(() => caro.channel.mark(seq)?.card?.version === 4, "what was done meanwhile");
  await beto.channel.act(seq, "join");
  proxy.cut();
  await ana.channel.close(seq);
  await waitFor(() => caro.channel.mark(seq)?.card?.closed, "the end after coming back");
  expect(caro.channel.mark(seq)?.card).toMatchObject({ counts: { join: 3 }, closed: true, own: ["join"] });
  await waitFor(() => beto.channel.mark(seq)?.card?.closed, "the end at beto's");
  expect(beto.channel.mark(seq)?.card).toMatchObject({ counts: { join: 3 }, own: ["join"] });
});
