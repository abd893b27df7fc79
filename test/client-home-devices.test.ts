import { expect, test } from "vitest";
import { aCountingLine } from "./a-counting-line.ts";
import { aHomeClient, urlOf } from "./a-home.ts";
import { aHomeCrowd } from "./a-home-crowd.ts";
import { waitFor } from "./wait-for.ts";

test("[CL37] clears on all devices of a player, at once, what is read on one", async () => {
  const { studio, chat } = await aHomeCrowd(["ana", "beto"]);
  const [beto, phone, tablet] = ["beto", "ana", "ana"].map((player) => aHomeClient(urlOf(chat.port), player));
  const [his, here, there] = [beto, phone, tablet].map((client) => client?.follow("circle:c1"));
  await Promise.all([beto?.live(), phone?.live(), tablet?.live()]);
  const told: unknown[] = [];
  tablet?.on("read", (read) => told.push(read));
  const players = [studio.numberIn("circle:c1", "ana")];
  await his?.send("@ana ¿vienes?", { mentions: { players } }).settled;
  await his?.send("dale").settled;
  await waitFor(() => here?.unread === 2 && there?.unread === 2 && there.mentions === 1, "two unread, one a call");
  here?.markRead();
  await here?.flush();
  await waitFor(() => there?.unread === 0 && there.mentions === 0, "the other device");
  expect(told).toMatchObject([{ channel: "circle:c1", read: { unread: 0, mentions: 0 } }]);
});

test("[CL38] tells the server which channel is looked at, again on every new line", async () => {
  const { studio, chat } = await aHomeCrowd(["ana"]);
  const counting = await aCountingLine(chat.port);
  const ana = aHomeClient(urlOf(counting.port), "ana");
  const circle = ana.follow("circle:c1");
  await ana.live();
  const looksAt = async (): Promise<string> => {
    const key = studio.keys.of("player:ana", "presence");
    return JSON.stringify(await studio.redis.run(key, ["HVALS", key]));
  };
  await waitFor(async () => (await looksAt()).includes("guild:g1"), "the guild");
  circle.setReading(true);
  await waitFor(async () => (await looksAt()).includes("circle:c1"), "the circle");
  counting.lines.at(-1)?.cut();
  await waitFor(() => counting.lines.at(-1)?.asked.includes("presence") && counting.lines.length === 2, "another line");
  await waitFor(async () => !(await looksAt()).includes("guild:g1"), "the circle again");
  // What he does not look at does not end what he looks at.
  ana.channel?.setReading(false);
  expect(await looksAt()).toContain("circle:c1");
  circle.setReading(false);
  await waitFor(async () => !(await looksAt()).includes("circle:c1"), "ana to look away");
});
