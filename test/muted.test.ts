import { expect, test } from "vitest";
import { aModeration, codeOf, inADay } from "./a-moderation.ts";
import { nonce, refusal } from "./a-room.ts";
import { waitFor } from "./wait-for.ts";

test.each(["channel", "game"])(
  "[MO20] [MO24] an officer muted in the %s pins nothing and closes no card, until he may again",
  async (scope) => {
    const { seat, backend } = await aModeration();
    const [beto, caro] = [await seat("beto"), await seat("caro")];
    const { seq } = await caro.ask("card", { nonce: nonce(1), card: "roll-call", title: "¿Vamos?" });
    const of = scope === "game" ? { player: "beto" } : { channel: "guild:g1", player: "beto", until: inADay() };
    expect(await codeOf(backend(scope === "game" ? "muteInGame" : "muteMember", { ...of, reason: "x" }))).toBe("ok");
    const pin = () => refusal(beto.ask("pin", { nonce: nonce(2), seq, on: true }));
    const close = () => refusal(beto.ask("close", { seq }));
    await waitFor(async () => (await pin()) !== undefined, "the mute");
    expect([await pin(), await close()]).toMatchObject([{ code: "muted" }, { code: "muted" }]);
    const { until: _, ...undone } = { until: 0, ...of };
    expect(await codeOf(backend(scope === "game" ? "unmuteInGame" : "unmuteMember", undone))).toBe("ok");
    await waitFor(async () => (await close()) === undefined, "the end of the mute");
  },
);
